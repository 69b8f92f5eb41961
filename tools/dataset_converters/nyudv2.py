"""Turn the official files of NYU Depth v2 into images, or check a folder.

    python tools/dataset_converters/nyudv2.py --mat nyu_depth_v2_labeled.mat \
        --splits splits.mat --classes classMapping40.mat --out data/nyudv2
    python tools/dataset_converters/nyudv2.py --verify data/nyudv2
"""
import argparse
import sys
from pathlib import Path

import numpy as np
from _checks import IGNORE, PIXELS, Report, write_image
from _matlab import check_fields, load_v5, open_v73
from _tree import Contents, verify_tree
from tqdm import tqdm

COUNTS = {'train': 795, 'val': 654}
SPLIT_FIELDS = {'train': 'trainNdxs', 'val': 'testNdxs'}
NUM_CLASSES = 40
DEPTH_SCALE = 5000
CONTENTS = Contents(NUM_CLASSES, DEPTH_SCALE,
                    ('in millimetres', lambda depth: depth / 1000))
# MATLAB stores the first axis fastest, so that h5py shows all axes reversed:
# number of the image, channel, column, row.
SHAPES = {'images': (3, 640, 480), 'depths': (640, 480),
          'labels': (640, 480)}
# Without the white border of the images, as in the folder of the authors.
HEIGHT, WIDTH = 468, 625
TOP, LEFT = (480 - HEIGHT) // 2, (640 - WIDTH) // 2


def convert(mat: str | Path, splits: str | Path,
            classes: str | Path, out: str | Path,
            counts: dict[str, int] = COUNTS) -> None:
    """Write the tree that :func:`verify` describes.

    Images, labels and depth are cut around their centre to 468x625. Depth is
    the in-painted one. The lists come last: a tree that has them is whole.

    Args:
        mat (str or Path): ``nyu_depth_v2_labeled.mat``, MATLAB v7.3.
        splits (str or Path): ``splits.mat`` with the 1-based ``trainNdxs``
            and ``testNdxs``.
        classes (str or Path): ``classMapping40.mat`` of Gupta et al., whose
            ``mapClass`` gives the class, 1 to 40 or 0, of each raw label.
        out (str or Path): Folder to write.
        counts (dict): Number of images by split.

    Raises:
        FileNotFoundError: If an input file does not exist.
        ImportError: If h5py or scipy is not installed.
        ValueError: If an input file does not hold what it should.
    """
    out = Path(out)
    class_of = _read_class_map(classes)
    numbers_of = _read_splits(splits, counts)
    numbers = sorted([*numbers_of['train'], *numbers_of['val']])
    with open_v73(mat) as file:
        total = _count_images(mat, file)
        if numbers[0] < 1 or numbers[-1] > total:
            raise ValueError(
                f'{splits} names images {numbers[0]} to {numbers[-1]} but '
                f'{mat} holds 1 to {total}: use files of the same release')
        for folder in PIXELS:
            (out / folder).mkdir(parents=True, exist_ok=True)
        for number in tqdm(numbers, desc='convert'):
            try:
                _convert_image(file, number, class_of, out)
            except ValueError as error:
                raise ValueError(f'{mat}, image {number}: {error}') from None
    for split, numbers in numbers_of.items():
        lines = [CONTENTS.line(f'{number:06d}') for number in numbers]
        (out / f'{split}.txt').write_text('\n'.join(lines) + '\n')


def verify(root: str | Path,
           counts: dict[str, int] = COUNTS) -> Report:
    """Check a tree, made by :func:`convert` or downloaded from the authors.

    It holds ``rgb`` (8 bits), ``masks`` (8 bits, 0 to 39 or 255), ``depth``
    (16 bits, 1/5000 m), ``train.txt`` and ``val.txt``.

    Args:
        root (str or Path): Folder of the tree.
        counts (dict): Expected number of images by split.

    Returns:
        Report: The figures of the tree and all its problems.
    """
    return verify_tree(root, counts, CONTENTS)


def _count_images(mat: str | Path, file) -> int:
    """Return their number, once all fields are known to have their shape."""
    check_fields(mat, file, SHAPES)
    total = len(file['images'])
    for name, shape in SHAPES.items():
        if file[name].shape != (total, *shape):
            raise ValueError(
                f'{mat}: "{name}" has shape {file[name].shape} instead of '
                f'{(total, *shape)}: use the official file')
    return total


def _convert_image(file, number: int, class_of: np.ndarray,
                   out: Path) -> None:
    try:
        image, depth, labels = (
            file[name][number - 1].T[TOP:TOP + HEIGHT, LEFT:LEFT + WIDTH]
            for name in SHAPES)
    except OSError as error:
        raise ValueError(f'unreadable ({error}): download the file '
                         'again') from None
    if labels.max() >= len(class_of):
        raise ValueError(f'label {labels.max()} is not in the class mapping, '
                         f'which ends at {len(class_of) - 1}: use the '
                         'official files')
    depth = np.rint(depth.astype(np.float64) * DEPTH_SCALE)
    # Written so that NaN fails too.
    if not (depth.min() >= 0 and depth.max() <= 65535):
        raise ValueError('a depth is negative, not a number or above '
                         f'{65535 / DEPTH_SCALE} m: use the official file')
    pixels = {'rgb': image[..., ::-1], 'masks': class_of[labels],
              'depth': depth.astype(np.uint16)}
    for folder, array in pixels.items():
        write_image(out / folder / f'{number:06d}.png', array)


def _read_class_map(path: str | Path) -> np.ndarray:
    """Return the class of every raw label, unlabelled (0) included."""
    classes = load_v5(path, ['mapClass'])['mapClass'].ravel()
    if classes.min() < 0 or classes.max() > NUM_CLASSES:
        raise ValueError(f'{path}: "mapClass" runs from {classes.min()} to '
                         f'{classes.max()} instead of 0 to {NUM_CLASSES}: '
                         'use the mapping to 40 classes')
    classes = np.concatenate([[0], classes])
    return np.where(classes, classes - 1, IGNORE).astype(np.uint8)


def _read_splits(path: str | Path, counts: dict[str, int]) -> dict[str, list]:
    """Return the sorted 1-based numbers of the images of each split."""
    content = load_v5(path, SPLIT_FIELDS.values())
    numbers = {split: sorted(content[name].ravel().astype(int).tolist())
               for split, name in SPLIT_FIELDS.items()}
    for split, name in SPLIT_FIELDS.items():
        if len(numbers[split]) != counts[split]:
            raise ValueError(
                f'{path}: "{name}" names {len(numbers[split])} images '
                f'instead of {counts[split]}: use the official split')
    shared = set(numbers['train']) & set(numbers['val'])
    if shared:
        raise ValueError(f'{path} has image {min(shared)} in both splits: '
                         'use the official split')
    return numbers


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Convert NYU Depth v2, or check a converted folder.')
    parser.add_argument('--verify', metavar='DIR', help='folder to check')
    inputs = [
        parser.add_argument('--mat', help='nyu_depth_v2_labeled.mat'),
        parser.add_argument('--splits', help='splits.mat'),
        parser.add_argument('--classes', help='classMapping40.mat'),
        parser.add_argument('--out', metavar='DIR', help='folder to write'),
    ]
    args = parser.parse_args()
    given = [getattr(args, action.dest) for action in inputs]
    if args.verify and not any(given):
        report = verify(args.verify)
        print(report)
        sys.exit(bool(report.problems))
    if args.verify or not all(given):
        parser.error('give either --verify or all of --mat, --splits, '
                     '--classes and --out')
    try:
        convert(*given)
    except (ImportError, OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print(f'wrote {args.out}; check it with --verify {args.out}')


if __name__ == '__main__':
    main()
