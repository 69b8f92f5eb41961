"""Sensors that fail, for tests."""
from typing import Optional
from zlib import crc32

import numpy as np
import torch
import torch.nn.functional as F
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from ..layers import packed_channels

CELLS = 8  # holes are squares of 1/8 of the shorter side


@TRANSFORMS.register_module()
class Degrade(BaseTransform):
    """Degrade one modality of a packed sample, as a failing sensor does.

    Comes behind ``PackModalities``. Random numbers depend on the name of the
    sample alone, so every network meets the same failure wherever the data
    lie; on the path of the image where a sample has no name, as in inference.

    ========= ================================= ============================
    how       what becomes of the modality      amount
    ========= ================================= ============================
    'holes'   squares are 0: not measured       their share, 0 to 1
    'dark'    loses light                       the share lost, 0 to 1
    'noise'   white noise is added              its standard deviation, in
                                                the unit of the files
    'shift'   moves to the right and down; its  pixels
              border is repeated
    'stuck'   is the first frame that the       not used
              process has seen
    ========= ================================= ============================

    Required Keys:

    - data_samples

    Modified Keys:

    - inputs (torch.float32): As ``PackModalities`` joins them.

    Args:
        modality (str): Which one.
        how (str): See above.
        amount (float): See above. Defaults to 0.

    Raises:
        ValueError: If ``how`` is unknown, the amount out of range, or the
            sample has no such modality.
    """

    def __init__(self, modality: str, how: str, amount: float = 0) -> None:
        limits = dict(holes=1, dark=1, noise=np.inf, shift=np.inf, stuck=0)
        if how not in limits:
            raise ValueError(
                f'Degrade.how must be one of {tuple(limits)}, got {how!r}')
        if not 0 <= amount <= limits[how]:
            raise ValueError(f'Degrade.amount of {how!r} must be from 0 to '
                             f'{limits[how]}, got {amount}')
        self.modality, self.how, self.amount = modality, how, amount
        self.frame: Optional[torch.Tensor] = None  # the stuck one

    def transform(self, results: dict) -> dict:
        """Degrade the modality's channels."""
        meta = results['data_samples'].metainfo
        names = tuple(meta.get('modalities', ()))
        if self.modality not in names:
            raise ValueError(f'Degrade(modality={self.modality!r}) meets a '
                             f'sample of {names}: place it behind '
                             'PackModalities, and name one of these')
        inputs = results['inputs'].clone()
        channels = inputs.split(packed_channels(meta, names))[
            names.index(self.modality)]  # a view
        name = meta.get('name') or meta.get('img_path')
        rng = np.random.default_rng(
            crc32(f'{name} {self.modality}'.encode()))
        channels[:] = getattr(self, f'_{self.how}')(channels, rng)
        results['inputs'] = inputs
        return results

    def _holes(self, x: torch.Tensor, rng: np.random.Generator
               ) -> torch.Tensor:
        height, width = x.shape[1:]
        side = max(min(height, width) // CELLS, 1)
        cells = rng.random((-(-height // side), -(-width // side)))
        mask = np.kron(cells >= self.amount, np.ones((side, side)))
        return x * torch.from_numpy(mask[:height, :width]).to(x)

    def _dark(self, x: torch.Tensor, rng: np.random.Generator
              ) -> torch.Tensor:
        return x * (1 - self.amount)

    def _noise(self, x: torch.Tensor, rng: np.random.Generator
               ) -> torch.Tensor:
        noise = rng.normal(0, self.amount, x.shape)
        if (x == x[:1]).all():  # one channel, repeated
            noise[:] = noise[:1]
        return x + torch.from_numpy(noise).to(x)

    def _shift(self, x: torch.Tensor, rng: np.random.Generator
               ) -> torch.Tensor:
        height, width = x.shape[1:]
        rows, columns = (
            torch.arange(size).sub(int(self.amount)).clamp(min=0)
            for size in (height, width))
        return x[:, rows][:, :, columns]

    def _stuck(self, x: torch.Tensor, rng: np.random.Generator
               ) -> torch.Tensor:
        if self.frame is None:
            self.frame = x.clone()
        return F.interpolate(self.frame[None], x.shape[1:])[0]

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(modality={self.modality!r}, '
                f'how={self.how!r}, amount={self.amount})')
