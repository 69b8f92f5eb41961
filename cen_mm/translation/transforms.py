"""Transforms for mmagic's pipelines, registered there.

``LoadDomains -> any keyed geometry of mmagic for the keys img and gt_img ->
StackDomains -> PackInputs``. In between, ``img`` is a list, which mmagic's
geometry transforms together; the sample holds the names of its domains.
"""
from typing import Dict, Union

import numpy as np
from mmagic.registry import TRANSFORMS
from mmcv.transforms import BaseTransform
from mmengine import fileio

from ..runtime.read_array import describe, read_array


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
        self.scales = scales
        self.tables = {
            domain: self._table(**scale)
            for domain, scale in scales.items()
        }

    def transform(self, results: dict) -> dict:
        """Load every domain and compare their sizes."""
        domains = list(results['modalities'])
        if 'target' in results:
            domains.append(results['target'])
        sources = [results[f'{domain}_path'] for domain in domains]
        images = list(map(self._load, sources, domains))
        height, width = images[0].shape[:2]
        for image, source, domain in zip(images, sources, domains):
            if image.shape[:2] != (height, width):
                raise ValueError(
                    f'{describe(source, domain)} is {image.shape[0]} x '
                    f'{image.shape[1]}, but '
                    f'{describe(sources[0], domains[0])} is {height} x '
                    f'{width}: the domains of a view must be aligned pixel '
                    'by pixel, write them in one size')
        if 'target' in results:
            results['gt_img'] = images.pop()
        results['img'] = images
        return results

    def _load(self, source: Union[str, np.ndarray],
              domain: str) -> np.ndarray:
        table = self.tables.get(domain)
        dtype = np.dtype('uint8' if table is None else 'uint16')
        image = read_array(source, domain, dtype,
                           f'LoadDomains for {domain!r}', 'scales',
                           get=fileio.get)
        if table is not None:
            image = table[image]
        if image.ndim == 2:
            image = np.repeat(image[..., None], 3, axis=2)
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

    def __repr__(self) -> str:
        return f'{type(self).__name__}(scales={self.scales})'


@TRANSFORMS.register_module()
class StackDomains(BaseTransform):
    """Join the source domains on the channel axis, before packing.

    Required Keys:

    - img (list[np.ndarray]): M images ``(H, W, 3)``.

    Modified Keys:

    - img (np.ndarray): ``(H, W, 3M)``, in their order.
    """

    def transform(self, results: dict) -> dict:
        """Write the joined ``img``."""
        results['img'] = np.concatenate(results['img'], axis=2)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
