"""What the converters share: a report, and images read and written."""
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

IGNORE = 255
SHOWN = 5
# Number of dimensions and type of the pixels of each kind of image, and both
# in words. The order is that of the columns of a split list.
PIXELS = {
    'rgb': (3, np.uint8, '8 bits and 3 channels'),
    'masks': (2, np.uint8, '8 bits and 1 channel'),
    'depth': (2, np.uint16, '16 bits and 1 channel'),
}


@dataclass
class Report:
    """What a check found; printed, it is a table and a verdict.

    Attributes:
        splits (list): Rows ``(split, found, expected)``.
        contents (Counter): How often each ``(kind, size, type)`` occurs.
        figures (defaultdict): A number of every image, by ``(what, unit)``.
        problems (defaultdict): Lists of sentences, by their kind in one word.
            Empty if the data set is sound.
    """

    splits: list = field(default_factory=list)
    contents: Counter = field(default_factory=Counter)
    figures: defaultdict = field(default_factory=lambda: defaultdict(list))
    problems: defaultdict = field(default_factory=lambda: defaultdict(list))

    def merge(self, other: 'Report') -> None:
        """Add what was found in one more image."""
        self.contents.update(other.contents)
        for mine, others in ((self.figures, other.figures),
                             (self.problems, other.problems)):
            for key, values in others.items():
                mine[key] += values

    def __str__(self) -> str:
        lines = [f'{"split":8}{"listed":>8}{"expected":>10}']
        lines += [f'{s:8}{n:8}{e:10}' for s, n, e in self.splits]
        lines += ['', f'{"images of":12}{"number":>8}  size and type']
        lines += [f'{kind:12}{n:8}  {size} {dtype}'
                  for (kind, size, dtype), n
                  in sorted(self.contents.items())]
        for (what, unit), values in self.figures.items():
            low, middle, high = np.percentile(values, (0, 50, 100))
            lines += ['', what, f'{low:.2f} to {high:.2f} {unit}, typically '
                                f'{middle:.2f} {unit}']
        for kind, sentences in self.problems.items():
            lines += ['', f'problems of kind "{kind}": {len(sentences)}']
            lines += [f'  {sentence}' for sentence in sentences[:SHOWN]]
            if len(sentences) > SHOWN:
                lines.append(f'  ... and {len(sentences) - SHOWN} more')
        if not self.problems:
            lines += ['', 'no problem found']
        return '\n'.join(lines)


def read_image(kind: str, path: Path, report: Report,
               remedy: str = 'copy it, or convert again'
               ) -> np.ndarray | None:
    """Read an image as training sees it, and count it in the report.

    Args:
        kind (str): What it must be, a key of ``PIXELS``.
        path (Path): The file.
        report (Report): Takes the count and the problem, if there is one.
        remedy (str): What to do about a file that is of no use.

    Returns:
        np.ndarray or None: The pixels, or None if they are of no use.
    """
    if not path.is_file():
        report.problems['missing'].append(f'{path} does not exist: {remedy}')
        return None
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    try:
        # OpenCV turns the palette of a mask into colours, Pillow keeps the
        # labels; only Pillow minds a truncated JPEG, and only OpenCV a wrong
        # checksum.
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


def write_image(path: Path, pixels: np.ndarray) -> None:
    """Write an image, or raise OSError."""
    if not cv2.imwrite(str(path), pixels):
        raise OSError(f'{path} cannot be written: check the free space '
                      'and your rights in that folder')


def check_labels(labels: np.ndarray, path: Path, num_classes: int,
                 report: Report) -> None:
    """Note a label that is neither a class nor ignored."""
    found = np.flatnonzero(np.bincount(labels.ravel(), minlength=IGNORE + 1))
    wrong = found[(found >= num_classes) & (found != IGNORE)]
    if wrong.size:
        report.problems['label'].append(
            f'{path} holds label {wrong[0]}: labels must be 0 '
            f'to {num_classes - 1}, or {IGNORE} to be ignored')
