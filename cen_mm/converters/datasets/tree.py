"""Folders of colour images, labels and depth, as the official code has."""
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterable, List, Optional, Sequence, Tuple, Union

import numpy as np
from tqdm import tqdm

from ...datasets.names import name_of_line, read_list
from .images import (
    PIXELS,
    REMEDY,
    lists_last,
    read_sample,
    whole,
    write_image,
)
from .report import Report

MEDIAN = 'median depth of an image', 'm'


@dataclass(frozen=True)
class Tree:
    """``rgb``, ``masks``, ``depth`` and a ``<split>.txt`` for every split.

    The lines of a list are ``rgb/NAME<tab>masks/NAME<tab>depth/NAME``, or
    names alone, and are read as training reads them.

    Attributes:
        counts (dict): Number of images by split.
        num_classes (int): Labels run from 0 to ``num_classes - 1``; 255 is
            ignored.
        depth_scale (int): Depth values per metre.
        mistake (tuple): How else depth gets stored, in words, and the
            function that converts such values to metres.
        depth_range (tuple): Smallest and largest plausible median of an
            image's depth, in metres. Defaults to 0.5 and 10.
        rgb_suffix (str): Suffix of the colour images. Defaults to '.png'.
    """

    counts: Dict[str, int]
    num_classes: int
    depth_scale: int
    mistake: tuple
    depth_range: Tuple[float, float] = (0.5, 10)
    rgb_suffix: str = '.png'

    def file(self, folder: str, name: str) -> str:
        """Path of a sample's image below the root of the tree."""
        return folder + '/' + name + (
            self.rgb_suffix if folder == 'rgb' else '.png')

    def line(self, name: str) -> str:
        """A sample's line in a split list."""
        return '\t'.join(self.file(folder, name) for folder in PIXELS)

    def write(self, out: Union[str, Path], names: Dict[str, Sequence[str]],
              samples: Iterable[Tuple[str, dict]]) -> None:
        """Write images, and last of all lists: with them it is complete.

        Args:
            out (str or Path): Folder of the tree.
            names (dict): Names by split.
            samples (iterable): Of each, the name, and by folder an image in
                BGR or a file to copy.
        """
        out = Path(out)
        for folder in PIXELS:
            (out / folder).mkdir(parents=True, exist_ok=True)
        total = sum(map(len, names.values()))
        lines = {split: [self.line(name) for name in listed]
                 for split, listed in names.items()}
        with lists_last(out, lines):
            for name, images in tqdm(samples, total=total, desc='convert'):
                for folder, image in images.items():
                    path = out / self.file(folder, name)
                    if isinstance(image, Path):
                        with whole(path) as partial:
                            shutil.copyfile(image, partial)
                    else:
                        write_image(path, image)

    def verify(self, root: Union[str, Path],
               counts: Optional[Dict[str, int]] = None) -> Report:
        """Check every image that the lists name.

        Training would meet most of these faults hours later, and some of
        them (a wrong unit of depth, an image in both splits) never.

        Args:
            root (str or Path): Folder of the tree.
            counts (dict, optional): Expected number of images by split.
                Defaults to that of the complete data set.

        Returns:
            Report: Statistics of the tree and all its problems.
        """
        root, report = Path(root), Report()
        samples = self._read_lists(root, counts or self.counts, report)
        report.check(self._check, samples)
        # Units overlap in single images, but not in the typical depth of an
        # indoor data set, which is 2 to 3 m.
        typical = np.median(report.values.get(MEDIAN, 1))
        if typical < 1:
            report.problems['depth'].append(
                f'{root / "depth"}: the typical depth is '
                + self._in_other_words(typical))
        return report

    def _read_lists(self, root: Path, counts: Dict[str, int],
                    report: Report) -> List[Dict[str, Path]]:
        """The paths of each well-formed line, by folder."""
        samples, lists_with = [], defaultdict(list)
        for split, expected in counts.items():
            path = root / f'{split}.txt'
            if not path.is_file():
                report.problems['list'].append(
                    f'{path} does not exist: name the folder that holds it, '
                    'or make one with the converter')
                continue
            try:
                lines = read_list(str(path))
            except ValueError as error:
                report.problems['list'].append(str(error))
                continue
            report.splits.append((split, len(lines), expected))
            if len(lines) != expected:
                report.problems['count'].append(
                    f'{path} lists {len(lines)} images instead of {expected}: '
                    'use the complete list')
            for line in lines:
                try:
                    name = name_of_line(
                        line, 'rgb', [self.rgb_suffix, '.png'])
                except ValueError as error:
                    report.problems['list'].append(f'{path}: {error}')
                    continue
                lists_with[name].append(path.name)
                samples.append({folder: root / self.file(folder, name)
                                for folder in PIXELS})
        for name, lists in lists_with.items():
            if len(lists) > 1:
                report.problems['split'].append(
                    f'{root / self.file("rgb", name)} is listed in '
                    f'{" and ".join(lists)}: keep one of these lines')
        return samples

    def _check(self, paths: Dict[str, Path]) -> Report:
        """Report on the three images of one line."""
        report = Report()
        images = read_sample(paths, self.num_classes, report)
        if 'depth' in images:
            self._check_depth(images['depth'], paths['depth'], report)
        if len(images) == len(paths):
            height, width = images['masks'].shape
            for folder in ('rgb', 'depth'):
                h, w = images[folder].shape[:2]
                # Larger depth is cropped on loading.
                larger = folder == 'depth' and h >= height and w >= width
                if (h, w) != (height, width) and not larger:
                    report.problems['size'].append(
                        f'{paths[folder]} is {h}x{w} but {paths["masks"]} is '
                        f'{height}x{width}: rgb must have the size of the '
                        'mask, and depth that size or a larger one')
        return report

    def _check_depth(self, depth: np.ndarray, path: Path,
                     report: Report) -> None:
        """Record the median depth; it must be plausible for a room."""
        known = depth[depth > 0]
        if not known.size:
            report.problems['depth'].append(
                f'{path} is zero everywhere: {REMEDY["depth"]}')
            return
        median = np.median(known) / self.depth_scale
        report.values[MEDIAN].append(median)
        low, high = self.depth_range
        if not low <= median <= high:
            report.problems['depth'].append(
                f'{path} has a median depth of '
                + self._in_other_words(median))

    def _in_other_words(self, metres: float) -> str:
        """A depth, and what it is if the usual mistake was made."""
        scale, (words, read) = self.depth_scale, self.mistake
        low, high = self.depth_range
        other = read(np.uint16(np.rint(metres * scale)))
        hint = f', or {other:.2f} m if it is {words}' if (
            low <= other <= high) else ''
        return (f'{metres:.2f} m at 1/{scale} m{hint}: store depth in '
                f'1/{scale} m')
