"""Make the training labels of Cityscapes, or check its folder.

    python tools/dataset_converters/cityscapes.py --root data/cityscapes
    python tools/dataset_converters/cityscapes.py --verify data/cityscapes
"""
import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from _checks import IGNORE, Report, check_labels, read_image, write_image
from tqdm import tqdm

COUNTS = {'train': 2975, 'val': 500}
# Folder and suffix of each kind of image.
FILES = {
    'rgb': ('leftImg8bit', '_leftImg8bit.png'),
    'masks': ('gtFine', '_gtFine_labelTrainIds.png'),
    'depth': ('disparity', '_disparity.png'),
}
RAW = '_gtFine_labelIds.png'
# The official ids of the classes 0 to 18; all the others are ignored.
IDS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32,
       33)
REMEDY = {
    'rgb': 'unpack leftImg8bit_trainvaltest.zip again',
    'masks': 'make it with --root',
    'depth': 'unpack disparity_trainvaltest.zip again',
}
VALID = 'share of an image with disparity', '%'
MEDIAN = 'median disparity of an image', 'px'


def convert(root: str | Path) -> int:
    """Write ``*_gtFine_labelTrainIds.png`` beside the official labels.

    Nothing else is needed, and nothing else is touched.

    Args:
        root (str or Path): Folder that holds ``gtFine/train`` and
            ``gtFine/val``.

    Returns:
        int: Number of label maps written.

    Raises:
        FileNotFoundError: If a split has no official labels.
        ValueError: If one cannot be read or holds an unknown id.
    """
    paths = []
    for split in COUNTS:
        folder = Path(root) / 'gtFine' / split
        found = sorted(folder.glob(f'*/*{RAW}'))
        if not found:
            raise FileNotFoundError(
                f'{folder} has no <city>/*{RAW}: unpack '
                'gtFine_trainvaltest.zip there, or correct --root')
        paths += found
    with ThreadPoolExecutor() as pool:
        for _ in tqdm(pool.map(_convert_labels, paths), total=len(paths),
                      desc='convert'):
            pass
    return len(paths)


def verify(root: str | Path, counts: dict[str, int] = COUNTS) -> Report:
    """Check the folder that training reads.

    It holds ``leftImg8bit`` (8 bits), ``disparity`` (16 bits) and ``gtFine``
    with what :func:`convert` makes (8 bits, 0 to 18 or 255).

    Args:
        root (str or Path): Folder of the data set.
        counts (dict): Expected number of images by split.

    Returns:
        Report: The figures of the folder and all its problems.
    """
    report, samples = Report(), []
    for split, expected in counts.items():
        stems = {kind: _stems(Path(root), split, kind) for kind in FILES}
        report.splits.append((split, len(stems['rgb']), expected))
        if len(stems['rgb']) != expected:
            report.problems['count'].append(
                f'{Path(root) / "leftImg8bit" / split} holds '
                f'{len(stems["rgb"])} images instead of {expected}: '
                f'{REMEDY["rgb"]}')
        # What has no image is a partner that is missing too.
        samples += [(split, stem) for stem in sorted(set().union(
            *stems.values()))]
    with ThreadPoolExecutor() as pool:
        found = pool.map(lambda sample: _check(Path(root), *sample), samples)
        for part in tqdm(found, total=len(samples), desc='verify'):
            report.merge(part)
    return report


def _convert_labels(path: Path) -> None:
    ids = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if ids is None:
        raise ValueError(f'{path} is truncated or no image: unpack '
                         'gtFine_trainvaltest.zip again')
    if ids.ndim != 2 or ids.dtype != np.uint8 or ids.max() > max(IDS):
        raise ValueError(f'{path} holds {ids.dtype} of shape {ids.shape} up '
                         f'to {ids.max()}: official ids have 8 bits, 1 '
                         f'channel and end at {max(IDS)}')
    table = np.full(256, IGNORE, np.uint8)
    table[list(IDS)] = np.arange(len(IDS))
    suffix = FILES['masks'][1]
    out = path.with_name(path.name[:-len(RAW)] + suffix)
    # Under another name until it is whole, as runs get interrupted.
    partial = out.with_name(f'.{out.name}')
    write_image(partial, table[ids])
    partial.replace(out)


def _stems(root: Path, split: str, kind: str) -> set[str]:
    """Return ``city/stem`` of every file of a kind."""
    folder, suffix = FILES[kind]
    return {f'{path.parent.name}/{path.name[:-len(suffix)]}'
            for path in (root / folder / split).glob(f'*/[!.]*{suffix}')}


def _check(root: Path, split: str, stem: str) -> Report:
    """Return what there is to say about one sample."""
    report = Report()
    paths = {kind: root / folder / split / (stem + suffix)
             for kind, (folder, suffix) in FILES.items()}
    images = {kind: image for kind, path in paths.items()
              if (image := read_image(kind, path, report, REMEDY[kind]))
              is not None}
    if 'masks' in images:
        check_labels(images['masks'], paths['masks'], len(IDS), report)
        if (images['masks'] == IGNORE).all():
            report.problems['label'].append(
                f'{paths["masks"]} ignores every pixel: {REMEDY["masks"]} '
                'from the official labels')
    if 'depth' in images:
        _check_disparity(images['depth'], paths['depth'], report)
    sizes = {image.shape[:2] for image in images.values()}
    if len(sizes) > 1:
        height, width = images.get('rgb', next(iter(images.values()))
                                   ).shape[:2]
        for kind, image in images.items():
            if image.shape[:2] != (height, width):
                report.problems['size'].append(
                    f'{paths[kind]} is {image.shape[0]}x{image.shape[1]} '
                    f'beside files of {height}x{width}: {REMEDY[kind]}')
    return report


def _check_disparity(disparity: np.ndarray, path: Path,
                     report: Report) -> None:
    """Note how much there is of it, and how large it is."""
    valid = disparity > 0
    if not valid.any():
        report.problems['disparity'].append(
            f'{path} is zero everywhere: {REMEDY["depth"]}')
        return
    report.figures[VALID].append(100 * valid.mean())
    report.figures[MEDIAN].append((np.median(disparity[valid]) - 1) / 256)


def main() -> None:
    parser = argparse.ArgumentParser(
        description='Make the labels of Cityscapes, or check its folder.')
    task = parser.add_mutually_exclusive_group(required=True)
    task.add_argument('--root', metavar='DIR', help='folder to make labels in')
    task.add_argument('--verify', metavar='DIR', help='folder to check')
    args = parser.parse_args()
    if args.verify:
        report = verify(args.verify)
        print(report)
        sys.exit(bool(report.problems))
    try:
        count = convert(args.root)
    except (OSError, ValueError) as error:
        sys.exit(f'error: {error}')
    print(f'wrote {count} label maps; check all with --verify {args.root}')


if __name__ == '__main__':
    main()
