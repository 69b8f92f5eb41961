"""Images of a data set: reading with checks, and writing."""
from contextlib import contextmanager
from pathlib import Path
from typing import Dict, Iterator, Optional, Sequence

import cv2
import numpy as np
from PIL import Image

from .report import Report

IGNORE = 255
# Number of dimensions and type of the pixels of each kind of image, and both
# in words. The order is that of the columns of a split list.
PIXELS = {
    'rgb': (3, np.uint8, '8 bits and 3 channels'),
    'masks': (2, np.uint8, '8 bits and 1 channel'),
    'depth': (2, np.uint16, '16 bits and 1 channel'),
}
REMEDY = dict.fromkeys(PIXELS, 'copy it, or convert again')


def read_image(kind: str, path: Path, report: Report,
               remedy: str) -> Optional[np.ndarray]:
    """Read an image as training does, and count it in the report.

    Args:
        kind (str): A key of ``PIXELS``.
        path (Path): The file.
        report (Report): Receives the count and the problem, if there is one.
        remedy (str): What to do about an unusable file.

    Returns:
        np.ndarray or None: The pixels, None if they are unusable.
    """
    if not path.is_file():
        report.problems['missing'].append(f'{path} does not exist: {remedy}')
        return None
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    try:
        # OpenCV converts the palette of a mask to colours, Pillow keeps the
        # labels. Only Pillow detects a truncated JPEG, and only OpenCV a
        # wrong checksum.
        if image is not None and (kind == 'masks' or path.suffix == '.jpg'):
            image = np.array(Image.open(path))
    except (OSError, SyntaxError):
        image = None
    if image is None:
        report.problems['unreadable'].append(
            f'{path} is truncated or no image: {remedy}')
        return None
    size = 'x'.join(map(str, image.shape[:2]))
    report.contents[kind, size, str(image.dtype)] += 1
    ndim, dtype, words = PIXELS[kind]
    if (image.ndim != ndim or image.dtype != dtype
            or image.shape[2:] not in ((), (3,))):
        report.problems['type'].append(
            f'{path} holds {image.dtype} of shape {image.shape}: it must '
            f'have {words}')
        return None
    return image


def read_sample(paths: Dict[str, Path], num_classes: int, report: Report,
                remedies: Dict[str, str] = REMEDY) -> Dict[str, np.ndarray]:
    """Read the images of one sample and check the range of the labels.

    Args:
        paths (dict): Files by kind, see ``PIXELS``.
        num_classes (int): Labels run from 0 to ``num_classes - 1``, or are
            255.
        report (Report): Receives counts and problems.
        remedies (dict): What to do about an unusable file, by kind.

    Returns:
        dict[str, np.ndarray]: The usable ones by kind.
    """
    images = {}
    for kind, path in paths.items():
        image = read_image(kind, path, report, remedies[kind])
        if image is not None:
            images[kind] = image
    if 'masks' in images:
        found = np.flatnonzero(np.bincount(images['masks'].ravel()))
        wrong = found[(found >= num_classes) & (found != IGNORE)]
        if wrong.size:
            report.problems['label'].append(
                f'{paths["masks"]} holds label {wrong[0]}: labels must be 0 '
                f'to {num_classes - 1}, or {IGNORE} to be ignored')
    return images


def write_image(path: Path, pixels: np.ndarray) -> None:
    """Write an image of ``(H, W)``, or ``(H, W, 3)`` in BGR.

    Raises:
        OSError: If it cannot be written.
    """
    with whole(path) as partial:
        if not cv2.imwrite(str(partial), pixels):
            raise OSError(f'{path} cannot be written: check the free space '
                          'and your rights in that folder')


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Write a file under another name until it is complete.

    Runs get interrupted.

    Yields:
        Path: What to write.
    """
    partial = path.with_name(f'.{path.name}')
    yield partial
    partial.replace(path)


@contextmanager
def lists_last(root: Path, lines: Dict[str, Sequence[str]]) -> Iterator[None]:
    """Remove the lists of a tree, let it be written, then write them.

    So a tree that has lists is whole.

    Args:
        root (Path): Folder of the tree.
        lines (dict): The lines of each list, ``<split>.txt``.
    """
    lists = {split: root / f'{split}.txt' for split in lines}
    for path in lists.values():
        path.unlink(missing_ok=True)
    yield
    for split, path in lists.items():
        with whole(path) as partial:
            partial.write_text(''.join(f'{line}\n' for line in lines[split]))
