"""Check a folder of colour images, labels and depth that belong together."""
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from _checks import PIXELS, Report, check_labels, read_image
from tqdm import tqdm

MEDIAN = 'median depth of an image', 'm'


@dataclass(frozen=True)
class Contents:
    """What the tree of a data set holds.

    Attributes:
        num_classes (int): Labels run from 0 to ``num_classes - 1``; 255 is
            ignored.
        depth_scale (int): Depth values per metre.
        mistake (tuple): How else depth gets stored, in words, and the
            function that turns such values into metres.
        depth_range (tuple): Between which metres the median depth of an
            image is plausible. Defaults to 0.5 and 10.
        rgb_suffix (str): Suffix of the colour images. Defaults to '.png'.
    """

    num_classes: int
    depth_scale: int
    mistake: tuple[str, Callable]
    depth_range: tuple[float, float] = (0.5, 10)
    rgb_suffix: str = '.png'

    def file(self, folder: str, name: str) -> str:
        """Path of a sample's image below the root of the tree."""
        return folder + '/' + name + (
            self.rgb_suffix if folder == 'rgb' else '.png')

    def line(self, name: str) -> str:
        """A sample's line in a split list."""
        return '\t'.join(self.file(folder, name) for folder in PIXELS)


def verify_tree(root: str | Path, counts: dict[str, int],
                contents: Contents) -> Report:
    """Check every image that the split lists of a tree name.

    Training would meet most of these faults hours later, and some of them
    (a wrong unit of depth, an image in both splits) never.

    Args:
        root (str or Path): Folder that holds ``rgb``, ``masks``, ``depth``
            and a ``<split>.txt`` for every split, with lines
            ``rgb/NAME<tab>masks/NAME<tab>depth/NAME``.
        counts (dict): Expected number of images by split.
        contents (Contents): What the tree must hold.

    Returns:
        Report: The figures of the tree and all its problems.
    """
    root, report = Path(root), Report()
    triples = _read_lists(root, counts, contents, report)
    check = partial(_check_triple, contents)
    with ThreadPoolExecutor() as pool:
        for found in tqdm(pool.map(check, triples), total=len(triples),
                          desc='verify'):
            report.merge(found)
    # Units overlap in single images, but not in the typical depth of an
    # indoor data set, which is 2 to 3 m.
    typical = np.median(report.figures.get(MEDIAN, 1))
    if typical < 1:
        report.problems['depth'].append(
            f'{root / "depth"}: the typical depth is '
            + _in_other_words(typical, contents))
    return report


def _read_lists(root: Path, counts: dict[str, int], contents: Contents,
                report: Report) -> list:
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
            name = Path(line).stem
            if line != contents.line(name):
                report.problems['list'].append(
                    f'{path}, line {number} is {line!r}: it must be '
                    'rgb/NAME, masks/NAME and depth/NAME with tabs between, '
                    f'such as {contents.line("000001")!r}')
                continue
            lists_with[name].append(path.name)
            triples.append({folder: root / contents.file(folder, name)
                            for folder in PIXELS})
    for name, lists in lists_with.items():
        if len(lists) > 1:
            report.problems['split'].append(
                f'{root / contents.file("rgb", name)} is listed in '
                f'{" and ".join(lists)}: keep one of these lines')
    return triples


def _check_triple(contents: Contents, paths: dict[str, Path]) -> Report:
    """Return what there is to say about the three images of one line."""
    report = Report()
    images = {folder: image for folder, path in paths.items()
              if (image := read_image(folder, path, report)) is not None}
    if 'masks' in images:
        check_labels(images['masks'], paths['masks'], contents.num_classes,
                     report)
    if 'depth' in images:
        _check_depth(images['depth'], paths['depth'], contents, report)
    if len(images) == len(paths):
        _check_sizes(images, paths, report)
    return report


def _check_depth(depth: np.ndarray, path: Path, contents: Contents,
                 report: Report) -> None:
    """Note the median depth and whether a room can be that deep."""
    known = depth[depth > 0]
    if not known.size:
        report.problems['depth'].append(
            f'{path} is zero everywhere: copy it, or convert again')
        return
    median = np.median(known) / contents.depth_scale
    report.figures[MEDIAN].append(median)
    low, high = contents.depth_range
    if not low <= median <= high:
        report.problems['depth'].append(
            f'{path} has a median depth of '
            + _in_other_words(median, contents))


def _in_other_words(metres: float, contents: Contents) -> str:
    """Return what a depth would be if the usual mistake were made."""
    scale, (words, read) = contents.depth_scale, contents.mistake
    low, high = contents.depth_range
    other = read(np.uint16(np.rint(metres * scale)))
    hint = f', or {other:.2f} m if it is {words}' if low <= other <= high \
        else ''
    return f'{metres:.2f} m at 1/{scale} m{hint}: store depth in 1/{scale} m'


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
