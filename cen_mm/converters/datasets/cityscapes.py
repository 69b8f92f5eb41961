"""Training labels of Cityscapes, and verification of its folder."""
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Dict, Set, Tuple, Union

import cv2
import numpy as np
from tqdm import tqdm

from .images import IGNORE, read_sample, write_image
from .report import Report

COUNTS = dict(train=2975, val=500)
# Folder and suffix of each kind of image.
FILES = dict(
    rgb=('leftImg8bit', '_leftImg8bit.png'),
    masks=('gtFine', '_gtFine_labelTrainIds.png'),
    depth=('disparity', '_disparity.png'))
RAW = '_gtFine_labelIds.png'
# The official ids of the classes 0 to 18; all the others are ignored.
IDS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32,
       33)
REMEDY = dict(
    rgb='unpack leftImg8bit_trainvaltest.zip again',
    masks='make it with --root',
    depth='unpack disparity_trainvaltest.zip again')
VALID = 'share of an image with disparity', '%'
MEDIAN = 'median disparity of an image', 'px'


def convert(root: Union[str, Path]) -> int:
    """Write ``*_gtFine_labelTrainIds.png`` beside the official labels.

    Nothing else is needed, and nothing else is changed.

    Args:
        root (str or Path): Folder that holds ``gtFine/train`` and
            ``gtFine/val``.

    Returns:
        int: Number of label maps written.

    Raises:
        FileNotFoundError: If a split has no official labels.
        ValueError: If a file cannot be read or holds an unknown id.
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
        list(tqdm(pool.map(_convert_labels, paths), total=len(paths),
                  desc='convert'))
    return len(paths)


def verify(root: Union[str, Path], counts: Dict[str, int] = COUNTS) -> Report:
    """Check the folder that training reads.

    It holds ``leftImg8bit`` (8 bits), ``disparity`` (16 bits) and ``gtFine``
    with what :func:`convert` writes (8 bits, 0 to 18 or 255).

    Args:
        root (str or Path): Folder of the data set.
        counts (dict): Expected number of images by split.

    Returns:
        Report: Statistics of the folder and all its problems.
    """
    root, report, samples = Path(root), Report(), []
    for split, expected in counts.items():
        stems = {kind: _stems(root, split, kind) for kind in FILES}
        found = len(stems['rgb'])
        report.splits.append((split, found, expected))
        if found != expected:
            report.problems['count'].append(
                f'{root / "leftImg8bit" / split} holds {found} images instead '
                f'of {expected}: {REMEDY["rgb"]}')
        # A file without an image is a missing partner too.
        samples += [(split, stem)
                    for stem in sorted(set().union(*stems.values()))]
    report.check(partial(_check, root), samples)
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
    name = path.name[:-len(RAW)] + FILES['masks'][1]
    write_image(path.with_name(name), table[ids])


def _stems(root: Path, split: str, kind: str) -> Set[str]:
    """``city/stem`` of every file of a kind."""
    folder, suffix = FILES[kind]
    return {f'{path.parent.name}/{path.name[:-len(suffix)]}'
            for path in (root / folder / split).glob(f'*/[!.]*{suffix}')}


def _check(root: Path, sample: Tuple[str, str]) -> Report:
    """Report on one sample."""
    report, (split, stem) = Report(), sample
    paths = {kind: root / folder / split / (stem + suffix)
             for kind, (folder, suffix) in FILES.items()}
    images = read_sample(paths, len(IDS), report, REMEDY)
    if 'masks' in images and (images['masks'] == IGNORE).all():
        report.problems['label'].append(
            f'{paths["masks"]} ignores every pixel: {REMEDY["masks"]} '
            'from the official labels')
    if 'depth' in images:
        valid = images['depth'] > 0
        if valid.any():
            report.values[VALID].append(100 * valid.mean())
            report.values[MEDIAN].append(
                (np.median(images['depth'][valid]) - 1) / 256)
        else:
            report.problems['disparity'].append(
                f'{paths["depth"]} is zero everywhere: {REMEDY["depth"]}')
    for kind, image in images.items():
        height, width = next(iter(images.values())).shape[:2]
        h, w = image.shape[:2]
        if (h, w) != (height, width):
            report.problems['size'].append(
                f'{paths[kind]} is {h}x{w} beside files of {height}x{width}: '
                f'{REMEDY[kind]}')
    return report
