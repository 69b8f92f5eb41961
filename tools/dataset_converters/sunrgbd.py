"""Turn the official files of SUN RGB-D into images, or check a folder.

    python tools/dataset_converters/sunrgbd.py --root SUNRGBD \
        --toolbox SUNRGBDtoolbox --out data/sunrgbd
    python tools/dataset_converters/sunrgbd.py --verify data/sunrgbd
"""
import argparse
import posixpath
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _checks import IGNORE, PIXELS, Report, read_image, write_image
from _matlab import check_fields, existing, load_v5, open_v73
from _tree import Contents, verify_tree
from tqdm import tqdm

COUNTS = {'train': 5285, 'val': 5050}
SPLIT_FIELDS = {'train': 'alltrain', 'val': 'alltest'}
NUM_CLASSES = 37
# As the official toolbox does.
FARTHEST = 8000
# In millimetres. Depth that was not rotated comes out above 32 m for the
# most part.
ABSURD = 20000
REMEDY = 'unpack SUNRGBD.zip again'


def rotate(depth: np.ndarray) -> np.ndarray:
    """Turn the official coding of depth into millimetres.

    The three lowest bits become the highest.

    Args:
        depth (np.ndarray): Official values, np.uint16.

    Returns:
        np.ndarray: Millimetres, np.uint16, of the same shape.
    """
    return (depth >> 3) | (depth << 13)


# Close-ups of the RealSense camera are nearer than what NYUDv2 has, nothing
# is farther than FARTHEST. Our choice. Below 8.192 m to rotate is to divide
# by 8.
CONTENTS = Contents(
    NUM_CLASSES, 1000,
    ('still rotated by 3 bits', lambda depth: depth / 8 / 1000),
    depth_range=(0.3, 8), rgb_suffix='.jpg')


@dataclass
class Sample:
    """One image of the official release.

    Attributes:
        scene (str): Its folder below the root.
        rgb (Path): Its colour image.
        depth (Path): Its in-painted depth.
    """

    scene: str
    rgb: Path
    depth: Path


def convert(root: str | Path, toolbox: str | Path, out: str | Path,
            counts: dict[str, int] = COUNTS) -> None:
    """Write the tree that :func:`verify` describes.

    The colour images are copied as they are. Depth is the in-painted one of
    the folders ``depth_bfx``, cut off at 8 m. Images are numbered in the
    order of the toolbox. The lists come last: a tree that has them is whole.

    Args:
        root (str or Path): Folder ``SUNRGBD`` of the official release, with
            ``kv1``, ``kv2``, ``realsense`` and ``xtion``.
        toolbox (str or Path): Folder ``SUNRGBDtoolbox``.
        out (str or Path): Folder to write.
        counts (dict): Number of images by split.

    Raises:
        FileNotFoundError: If an input file does not exist.
        ImportError: If h5py or scipy is not installed.
        ValueError: If an input file does not hold what it should.
    """
    root, toolbox, out = Path(root), Path(toolbox), Path(out)
    samples = _read_samples(root, toolbox / 'Metadata/SUNRGBDMeta.mat')
    names_of = _read_splits(
        toolbox / 'traintestSUNRGBD/allsplit.mat', samples, counts)
    mat = toolbox / 'Metadata/SUNRGBD2Dseg.mat'
    with open_v73(mat) as file:
        labels = _find_labels(mat, file, len(samples))
        for folder in PIXELS:
            (out / folder).mkdir(parents=True, exist_ok=True)
        for i, sample in enumerate(tqdm(samples, desc='convert')):
            try:
                mask = _to_mask(file[labels[i]])
            except (OSError, ValueError) as error:
                raise ValueError(f'{mat}, image {i + 1}: {error}') from None
            _convert_sample(sample, mask, out, f'{i + 1:06d}')
    for split, names in names_of.items():
        lines = [CONTENTS.line(name) for name in names]
        (out / f'{split}.txt').write_text('\n'.join(lines) + '\n')


def verify(root: str | Path, counts: dict[str, int] = COUNTS) -> Report:
    """Check a tree made by :func:`convert`.

    It holds ``rgb`` (JPEG), ``masks`` (8 bits, 0 to 36 or 255), ``depth``
    (16 bits, millimetres), ``train.txt`` and ``val.txt``.

    Args:
        root (str or Path): Folder of the tree.
        counts (dict): Expected number of images by split.

    Returns:
        Report: The figures of the tree and all its problems.
    """
    return verify_tree(root, counts, CONTENTS)


def _scene(path: str) -> str:
    """Return the part of an official absolute path below ``SUNRGBD``."""
    return posixpath.normpath(path).split('SUNRGBD/', 1)[-1]


def _read_samples(root: Path, meta: Path) -> list[Sample]:
    """Return all samples, once all their files are known to be there."""
    records = np.atleast_1d(load_v5(
        meta, ['SUNRGBDMeta'], squeeze_me=True, struct_as_record=False,
        variable_names=['SUNRGBDMeta'])['SUNRGBDMeta'])
    samples = []
    for record in records:
        scene = posixpath.dirname(posixpath.dirname(_scene(record.rgbpath)))
        samples.append(Sample(
            scene, existing(root / scene / 'image' / record.rgbname),
            existing(root / scene / 'depth_bfx' / record.depthname)))
    return samples


def _read_splits(path: Path, samples: list[Sample],
                 counts: dict[str, int]) -> dict[str, list]:
    """Return the names of the images of each split, in order."""
    content = load_v5(path, SPLIT_FIELDS.values(), squeeze_me=True)
    scenes = {split: {_scene(scene) for scene in np.atleast_1d(content[name])}
              for split, name in SPLIT_FIELDS.items()}
    shared = scenes['train'] & scenes['val']
    if shared:
        raise ValueError(f'{path} has {min(shared)} in both splits: use the '
                         'official split')
    names = {split: [f'{number:06d}' for number, sample
                     in enumerate(samples, 1) if sample.scene in wanted]
             for split, wanted in scenes.items()}
    for split, name in SPLIT_FIELDS.items():
        if len(names[split]) != counts[split]:
            raise ValueError(
                f'{path}: "{name}" names {len(names[split])} images of '
                f'SUNRGBDMeta.mat instead of {counts[split]}: use files of '
                'the same release')
    return names


def _find_labels(mat: Path, file, total: int) -> np.ndarray:
    """Return the reference to the label map of every image."""
    check_fields(mat, file, ['SUNRGBD2Dseg'])
    check_fields(mat, file['SUNRGBD2Dseg'], ['seglabel'])
    labels = np.ravel(file['SUNRGBD2Dseg']['seglabel'][()])
    if len(labels) != total:
        raise ValueError(f'{mat} holds {len(labels)} label maps, but '
                         f'SUNRGBDMeta.mat {total} images: use files of the '
                         'same release')
    return labels


def _to_mask(labels) -> np.ndarray:
    """Return classes from 0, with what has no class ignored."""
    labels = labels[()].T  # MATLAB stores the first axis fastest
    if labels.ndim != 2 or labels.min() < 0 or labels.max() > NUM_CLASSES:
        raise ValueError(
            f'labels of shape {labels.shape} run from {labels.min()} to '
            f'{labels.max()} instead of 0 to {NUM_CLASSES}: use the official '
            'file')
    return np.where(labels, labels - 1.0, IGNORE).astype(np.uint8)


def _convert_sample(sample: Sample, mask: np.ndarray, out: Path,
                    name: str) -> None:
    report = Report()
    images = {kind: read_image(kind, path, report, REMEDY) for kind, path
              in (('rgb', sample.rgb), ('depth', sample.depth))}
    if report.problems:
        raise ValueError(next(iter(report.problems.values()))[0])
    for kind, path in (('rgb', sample.rgb), ('depth', sample.depth)):
        if images[kind].shape[:2] != mask.shape:
            raise ValueError(f'{path} is {images[kind].shape[:2]}, but its '
                             f'labels are {mask.shape}: {REMEDY}')
    if sample.rgb.suffix != CONTENTS.rgb_suffix:
        raise ValueError(f'{sample.rgb} is no {CONTENTS.rgb_suffix}: '
                         f'{REMEDY}')
    depth = rotate(images['depth'])
    if np.median(depth) > ABSURD:
        raise ValueError(
            f'{sample.depth} has a median depth of {np.median(depth)} mm: it '
            'is not rotated by 3 bits as the official files are, ' + REMEDY)
    shutil.copyfile(sample.rgb, out / CONTENTS.file('rgb', name))
    write_image(out / CONTENTS.file('depth', name),
                np.minimum(depth, FARTHEST))
    write_image(out / CONTENTS.file('masks', name), mask)


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Convert SUN RGB-D, or check a converted folder.')
    parser.add_argument('--verify', metavar='DIR', help='folder to check')
    inputs = [
        parser.add_argument('--root', help='folder SUNRGBD'),
        parser.add_argument('--toolbox', help='folder SUNRGBDtoolbox'),
        parser.add_argument('--out', metavar='DIR', help='folder to write'),
    ]
    args = parser.parse_args()
    given = [getattr(args, action.dest) for action in inputs]
    if args.verify and not any(given):
        report = verify(args.verify)
        print(report)
        sys.exit(bool(report.problems))
    if args.verify or not all(given):
        parser.error('give either --verify or all of --root, --toolbox and '
                     '--out')
    try:
        convert(*given)
    except (ImportError, OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print(f'wrote {args.out}; check it with --verify {args.out}')


if __name__ == '__main__':
    main()
