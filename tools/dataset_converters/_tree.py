"""Check a folder of colour images, labels and depth that belong together."""
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from tqdm import tqdm

IGNORE = 255
SHOWN = 5
# Number of dimensions and type of the pixels in each folder, and both in
# words. The order is that of the columns of a split list.
PIXELS = {
    'rgb': (3, np.uint8, '8 bits and 3 channels'),
    'masks': (2, np.uint8, '8 bits and 1 channel'),
    'depth': (2, np.uint16, '16 bits and 1 channel'),
}


@dataclass
class Report:
    """What :func:`verify_tree` found; printed, it is a table and a verdict.

    Attributes:
        splits (list): Rows ``(split, listed, expected)``.
        contents (Counter): How often each ``(folder, size, type)`` occurs.
        depths (list): Median depth of every image in metres.
        problems (defaultdict): Lists of sentences, by their kind in one word.
            Empty if the tree is sound.
    """

    splits: list = field(default_factory=list)
    contents: Counter = field(default_factory=Counter)
    depths: list = field(default_factory=list)
    problems: defaultdict = field(default_factory=lambda: defaultdict(list))

    def merge(self, other: 'Report') -> None:
        """Add what was found in one more image."""
        self.contents.update(other.contents)
        self.depths += other.depths
        for kind, sentences in other.problems.items():
            self.problems[kind] += sentences

    def __str__(self) -> str:
        lines = [f'{"split":8}{"listed":>8}{"expected":>10}']
        lines += [f'{s:8}{n:8}{e:10}' for s, n, e in self.splits]
        lines += ['', f'{"folder":8}{"images":>8}  size and type']
        lines += [f'{folder:8}{n:8}  {size} {dtype}'
                  for (folder, size, dtype), n
                  in sorted(self.contents.items())]
        if self.depths:
            low, middle, high = np.percentile(self.depths, (0, 50, 100))
            lines += ['', 'median depth of an image']
            lines += [f'{low:.2f} to {high:.2f} m, typically {middle:.2f} m']
        for kind, sentences in self.problems.items():
            lines += ['', f'problems of kind "{kind}": {len(sentences)}']
            lines += [f'  {sentence}' for sentence in sentences[:SHOWN]]
            if len(sentences) > SHOWN:
                lines.append(f'  ... and {len(sentences) - SHOWN} more')
        if not self.problems:
            lines += ['', 'no problem found']
        return '\n'.join(lines)


def verify_tree(root: str | Path, counts: dict[str, int],
                num_classes: int, depth_scale: int) -> Report:
    """Check every image that the split lists of a tree name.

    Training would meet most of these faults hours later, and some of them
    (a wrong unit of depth, an image in both splits) never.

    Args:
        root (str or Path): Folder that holds ``rgb``, ``masks``, ``depth``
            and a ``<split>.txt`` for every split, with lines
            ``rgb/NAME<tab>masks/NAME<tab>depth/NAME``.
        counts (dict): Expected number of images by split.
        num_classes (int): Labels run from 0 to ``num_classes - 1``; 255 is
            ignored.
        depth_scale (int): Depth values per metre.

    Returns:
        Report: The figures of the tree and all its problems.
    """
    root, report = Path(root), Report()
    triples = _read_lists(root, counts, report)
    check = partial(_check_triple, num_classes, depth_scale)
    with ThreadPoolExecutor() as pool:
        for found in tqdm(pool.map(check, triples), total=len(triples),
                          desc='verify'):
            report.merge(found)
    # Metres and millimetres overlap in single images, but not in the typical
    # depth of an indoor data set, which is 2 to 3 m.
    typical = np.median(report.depths) if report.depths else 1
    if typical < 1:
        report.problems['depth'].append(
            f'{root / "depth"}: the typical depth is {typical:.2f} m at '
            f'1/{depth_scale} m, or {typical * depth_scale / 1000:.2f} m if '
            f'it is in millimetres: store depth in 1/{depth_scale} m')
    return report


def _read_lists(root: Path, counts: dict[str, int], report: Report) -> list:
    """Return the well-formed lines, each as a dict of path by folder."""
    triples, lists_with = [], defaultdict(list)
    for split, expected in counts.items():
        path = root / f'{split}.txt'
        if not path.is_file():
            report.problems['list'].append(
                f'{path} does not exist: name the folder that holds it, or '
                'make one with the converter')
            continue
        lines = path.read_text().splitlines()
        report.splits.append((split, len(lines), expected))
        if len(lines) != expected:
            report.problems['count'].append(
                f'{path} lists {len(lines)} images instead of {expected}: '
                'use the complete list')
        for number, line in enumerate(lines, 1):
            name = line.split('/')[-1]
            if line != '\t'.join(f'{folder}/{name}' for folder in PIXELS):
                report.problems['list'].append(
                    f'{path}, line {number} is {line!r}: it must be '
                    'rgb/NAME, masks/NAME and depth/NAME with tabs between')
                continue
            lists_with[name].append(path.name)
            triples.append({folder: root / folder / name
                            for folder in PIXELS})
    for name, lists in lists_with.items():
        if len(lists) > 1:
            report.problems['split'].append(
                f'{root / "rgb" / name} is listed in {" and ".join(lists)}: '
                'keep one of these lines')
    return triples


def _check_triple(num_classes: int, depth_scale: int,
                  paths: dict[str, Path]) -> Report:
    """Return what there is to say about the three images of one line."""
    report = Report()
    images = {folder: image for folder, path in paths.items()
              if (image := _read(folder, path, report)) is not None}
    if 'masks' in images:
        labels = np.unique(images['masks'])
        wrong = labels[(labels >= num_classes) & (labels != IGNORE)]
        if wrong.size:
            report.problems['label'].append(
                f'{paths["masks"]} holds label {wrong[0]}: labels must be 0 '
                f'to {num_classes - 1}, or {IGNORE} to be ignored')
    if 'depth' in images:
        _check_depth(images['depth'], paths['depth'], depth_scale, report)
    if len(images) == len(paths):
        _check_sizes(images, paths, report)
    return report


def _read(folder: str, path: Path, report: Report) -> np.ndarray | None:
    """Return an image as training sees it, or None if it is of no use."""
    if not path.is_file():
        report.problems['missing'].append(
            f'{path} does not exist: copy it, or convert again')
        return None
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        report.problems['unreadable'].append(
            f'{path} is truncated or no image: copy it, or convert again')
        return None
    if folder == 'masks':
        # OpenCV turns a palette into colours, Pillow keeps the labels; only
        # OpenCV, above, minds a wrong checksum.
        image = np.array(Image.open(path))
    size = 'x'.join(map(str, image.shape[:2]))
    report.contents[folder, size, str(image.dtype)] += 1
    ndim, dtype, words = PIXELS[folder]
    if (image.ndim != ndim or image.dtype != dtype
            or image.shape[2:] not in ((), (3,))):
        report.problems['type'].append(
            f'{path} holds {image.dtype} of shape {image.shape}: it must '
            f'have {words}')
        return None
    return image


def _check_depth(depth: np.ndarray, path: Path, scale: int,
                 report: Report) -> None:
    """Note the median depth and whether a room can be that deep."""
    known = depth[depth > 0]
    if not known.size:
        report.problems['depth'].append(
            f'{path} is zero everywhere: copy it, or convert again')
        return
    median = np.median(known)
    report.depths.append(median / scale)
    if not 0.5 <= median / scale <= 10:
        millimetres = (f', or {median / 1000:.2f} m if it is in millimetres'
                       if 0.5 <= median / 1000 <= 10 else '')
        report.problems['depth'].append(
            f'{path} has a median depth of {median / scale:.2f} m at '
            f'1/{scale} m{millimetres}: store depth in 1/{scale} m')


def _check_sizes(images: dict[str, np.ndarray], paths: dict[str, Path],
                 report: Report) -> None:
    """Compare with the mask, which larger depth is cut to when loaded."""
    height, width = images['masks'].shape
    for folder in ('rgb', 'depth'):
        h, w = images[folder].shape[:2]
        larger = folder == 'depth' and h >= height and w >= width
        if (h, w) != (height, width) and not larger:
            report.problems['size'].append(
                f'{paths[folder]} is {h}x{w} but {paths["masks"]} is '
                f'{height}x{width}: rgb must have the size of the mask, and '
                'depth that size or a larger one')
