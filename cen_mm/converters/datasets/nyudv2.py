"""NYU Depth v2 from its official MATLAB files."""
from dataclasses import replace
from pathlib import Path
from typing import Dict, List, Union

import cv2
import numpy as np

from ...datasets.nyudv2 import image_suffix
from .images import IGNORE
from .matlab import check_fields, load_v5, open_v73, read_v73
from .report import Report
from .tree import Tree

TREE = Tree(
    counts=dict(train=795, val=654), num_classes=40, depth_scale=5000,
    mistake=('in millimetres', lambda depth: depth / 1000))
SPLIT_FIELDS = dict(train='trainNdxs', val='testNdxs')
# MATLAB stores the first axis fastest, so that h5py shows all axes reversed:
# number of the image, channel, column, row.
SHAPES = dict(images=(3, 640, 480), depths=(640, 480), labels=(640, 480))
# Without the white border of the images, as in the folder of the authors.
HEIGHT, WIDTH = 468, 625
TOP, LEFT = (480 - HEIGHT) // 2, (640 - WIDTH) // 2


def convert(mat: Union[str, Path], splits: Union[str, Path],
            classes: Union[str, Path], out: Union[str, Path],
            counts: Dict[str, int] = TREE.counts, divide: int = 1) -> None:
    """Write the tree that training reads.

    Images, labels and depth are cropped around their centre to 468x625, and
    reduced if asked to. Depth is the in-painted one, in 1/5000 m.

    Args:
        mat (str or Path): ``nyu_depth_v2_labeled.mat``, MATLAB v7.3.
        splits (str or Path): ``splits.mat`` with the 1-based ``trainNdxs``
            and ``testNdxs``.
        classes (str or Path): ``classMapping40.mat`` of Gupta et al., whose
            ``mapClass`` gives the class, 1 to 40 or 0, of each raw label.
        out (str or Path): Folder to write.
        counts (dict): Number of images by split.
        divide (int): What height and width are divided by, see
            :func:`reduced`. Defaults to 1.

    Raises:
        FileNotFoundError: If an input file does not exist.
        ImportError: If h5py or scipy is not installed.
        ValueError: If an input file does not hold what it should.
    """
    class_of = _read_class_map(classes)
    numbers_of = _read_splits(splits, counts)
    numbers = sorted([*numbers_of['train'], *numbers_of['val']])
    with open_v73(mat) as file:
        total = _count_images(mat, file)
        if numbers[0] < 1 or numbers[-1] > total:
            raise ValueError(
                f'{splits} names images {numbers[0]} to {numbers[-1]} but '
                f'{mat} holds 1 to {total}: use files of the same release')
        names = {split: [f'{number:06d}' for number in listed]
                 for split, listed in numbers_of.items()}
        TREE.write(out, names, (
            (f'{number:06d}',
             reduced(_convert_image(mat, file, number, class_of), divide))
            for number in numbers))


def verify(root: Union[str, Path],
           counts: Dict[str, int] = TREE.counts) -> Report:
    """Check a tree whose images are ``.png`` or ``.jpg``, as training does.

    Args:
        root (str or Path): Folder of the tree.
        counts (dict): Number of images by split.

    Raises:
        ValueError: If there are images of both kinds.
    """
    suffix = image_suffix(str(Path(root, 'rgb')))
    return replace(TREE, rgb_suffix=suffix).verify(root, counts)


def reduced(images: Dict[str, np.ndarray],
            divide: int) -> Dict[str, np.ndarray]:
    """Images of a fraction of the size.

    Colours are averaged over areas. Depth and labels are those of the pixel
    in the middle, as no other depth or label was measured.

    Args:
        images (dict): By folder, ``(H, W)`` or ``(H, W, 3)``.
        divide (int): What height and width are divided by; the quotients
            are rounded down.

    Returns:
        dict[str, np.ndarray]: By folder.
    """
    if divide == 1:
        return images
    height, width = images['masks'].shape
    size = width // divide, height // divide
    return {
        folder: cv2.resize(
            image, size, interpolation=cv2.INTER_AREA if folder == 'rgb'
            else cv2.INTER_NEAREST_EXACT)
        for folder, image in images.items()
    }


def _read_class_map(path: Union[str, Path]) -> np.ndarray:
    """Class (from 0, or 255) of every raw label, with 0 (unlabelled)."""
    classes = load_v5(path, ['mapClass'])['mapClass'].ravel()
    if classes.min() < 0 or classes.max() > TREE.num_classes:
        raise ValueError(f'{path}: "mapClass" runs from {classes.min()} to '
                         f'{classes.max()} instead of 0 to '
                         f'{TREE.num_classes}: use the mapping to 40 classes')
    classes = np.concatenate([[0], classes])
    return np.where(classes, classes - 1, IGNORE).astype(np.uint8)


def _read_splits(path: Union[str, Path],
                 counts: Dict[str, int]) -> Dict[str, List[int]]:
    """The sorted 1-based numbers of the images of each split."""
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


def _count_images(mat: Union[str, Path], file) -> int:
    """Number of images, after a check of the shape of all fields."""
    check_fields(mat, file, SHAPES)
    total = len(file['images'])
    for name, shape in SHAPES.items():
        if file[name].shape != (total, *shape):
            raise ValueError(
                f'{mat}: "{name}" has shape {file[name].shape} instead of '
                f'{(total, *shape)}: use the official file')
    return total


def _convert_image(mat: Union[str, Path], file, number: int,
                   class_of: np.ndarray) -> Dict[str, np.ndarray]:
    """What to write of one image, by folder."""
    where = f'{mat}, image {number}'
    image, depth, labels = (
        read_v73(where, file, name, number - 1)[
            TOP:TOP + HEIGHT, LEFT:LEFT + WIDTH] for name in SHAPES)
    if labels.max() >= len(class_of):
        raise ValueError(f'{where}: label {labels.max()} is not in the class '
                         f'mapping, which ends at {len(class_of) - 1}: use '
                         'the official files')
    depth = np.rint(depth.astype(np.float64) * TREE.depth_scale)
    # Written so that NaN fails too.
    if not (depth.min() >= 0 and depth.max() <= 65535):
        raise ValueError(f'{where}: a depth is negative, not a number or '
                         f'above {65535 / TREE.depth_scale} m: use the '
                         'official file')
    return dict(rgb=image[..., ::-1], masks=class_of[labels],
                depth=depth.astype(np.uint16))
