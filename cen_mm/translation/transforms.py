"""Transforms for mmagic's pipelines, registered there.

``LoadDomains -> any keyed geometry of mmagic for the keys img and gt_img ->
StackDomains -> PackInputs``. In between, ``img`` is a list, which mmagic's
geometry transforms together; the sample holds the names of its domains.
"""
from typing import Dict, Union

import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..datasets.read_array import describe, read_array


@TRANSFORMS.register_module()
class LoadDomains(BaseTransform):
    """Load the source domains and the target as 8-bit images in RGB.

    Domains of 16 bits are scaled as in the official code: ``255 * value /
    maximum``, or ``255 * log(1 + value) / maximum``, truncated to integers.
    Values above the maximum become 255, where the official code would wrap
    around to 0. All others must have 8 bits and are not changed. Grey images
    are repeated to three channels.

    Required Keys:

    - modalities (Sequence[str])
    - target (str): Optional, for training and evaluation.
    - <domain>_path (str | np.ndarray), of every modality and the target

    Added Keys:

    - img (list[np.ndarray]): ``(H, W, 3)`` uint8, one per modality.
    - gt_img (np.ndarray): ``(H, W, 3)`` uint8, of the target.

    Args:
        scales (dict[str, dict]): By domain of 16 bits its ``maximum``, and
            ``log=True`` if that is the maximum of the logarithm:
            ``dict(depth_zbuffer=dict(maximum=11.1, log=True))``.

    Raises:
        ValueError: If a file cannot be decoded, has another bit depth than
            its domain or has transparency, or if the domains of a sample
            differ in size; the message names the files.
    """

    def __init__(self, scales: Dict[str, dict]) -> None:
        self.tables = {
            domain: self._table(**scale) for domain, scale in scales.items()
        }

    def transform(self, results: dict) -> dict:
        """Load every domain and compare their sizes."""
        domains = list(results['modalities'])
        if 'target' in results:
            domains.append(results['target'])
        sources = [results[f'{domain}_path'] for domain in domains]
        images = list(map(self._load, sources, domains))
        sizes = [
            f'{describe(source, domain)} is {len(image)} x {len(image[0])}'
            for source, domain, image in zip(sources, domains, images)
        ]
        for image, size in zip(images, sizes):
            if image.shape != images[0].shape:
                raise ValueError(
                    f'{size}, but {sizes[0]}: the domains of a view must be '
                    'aligned pixel by pixel, write them in one size')
        if 'target' in results:
            results['gt_img'] = images.pop()
        results['img'] = images
        return results

    def _load(self, source: Union[str, np.ndarray],
              domain: str) -> np.ndarray:
        reader = f'LoadDomains for {domain!r}'
        if domain in self.tables:
            image = self.tables[domain][read_array(
                source, domain, np.dtype('uint16'), reader, 'scales')]
        else:
            image = read_array(
                source, domain, np.dtype('uint8'), reader, 'scales')
        if image.ndim == 2:
            image = np.stack([image] * 3, axis=2)
        # A copy, as mmagic flips in place.
        return np.array(image, order='C')

    @staticmethod
    def _table(maximum: float, log: bool = False) -> np.ndarray:
        """The 8-bit value of each 16-bit value, ``(65536,)``.

        In float64, as in the official code, where files of 16 bits are
        int32: 16 bits would overflow at 1 + 65535, which marks missing depth.
        """
        values = np.arange(65536.)
        if log:
            values = np.log(1 + values)
        return np.minimum(values * 255. / maximum, 255.).astype(np.uint8)


@TRANSFORMS.register_module()
class StackDomains(BaseTransform):
    """Join the source domains on the channel axis, before packing.

    Modified Keys:

    - img: from a list of M images ``(H, W, 3)`` to one ``(H, W, 3M)``.
    """

    def transform(self, results: dict) -> dict:
        """Write the joined ``img``."""
        results['img'] = np.concatenate(results['img'], axis=2)
        return results
