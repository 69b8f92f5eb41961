"""Which modality a channel belongs to, by its gammas: Figures 11 and 12."""
from dataclasses import dataclass
from typing import Iterable

import numpy as np

from ..layers import region_mask


def proportions(gamma: np.ndarray) -> np.ndarray:
    r"""Share of each modality in a channel's scales,

    .. math:: |\gamma_{m,c}| / \sum_{m'} |\gamma_{m',c}|

    The supplement writes it without absolute values. A gamma may be negative
    though; the norm then scales by its size, which is what the L1 penalty
    and the threshold look at as well, and without them a share may leave
    [0, 1] and the sum be 0 where the gammas are not.

    Args:
        gamma (np.ndarray): ``(M, C)``.

    Returns:
        np.ndarray: ``(M, C)``; each channel's sum to 1. A channel whose
        gammas are all 0 belongs to nobody: NaN, our choice.
    """
    size = np.abs(gamma.astype(np.float64))
    total = size.sum(axis=0)
    return np.divide(
        size, total, out=np.full_like(size, np.nan), where=total > 0)


@dataclass
class Allotment:
    """How clearly channels belong to one modality.

    Attributes:
        largest (float): Mean share of a channel's largest modality; 1/M at
            least.
        ruled (float): Share of channels of which one modality has more than
            90 %.
        own_smallest (float): Share of channels in which the modality whose
            own part they are in is smaller than any other. 1/M by chance.
        dead (int): Channels whose gammas are all 0. No share counts them.
    """
    largest: float
    ruled: float
    own_smallest: float
    dead: int

    def __str__(self) -> str:
        dead = f', {self.dead} channels all 0' * bool(self.dead)
        return (f'largest modality {self.largest:.1%} on average, '
                f'above 90 % in {self.ruled:.1%} of the channels, '
                f'own modality the smallest in {self.own_smallest:.1%}{dead}')


def allotment(layers: Iterable[np.ndarray]) -> Allotment:
    """Numbers of what the picture shows.

    Args:
        layers (Iterable[np.ndarray]): ``(M, C)`` gammas of each layer. Every
            channel counts the same.

    Returns:
        Allotment: Of all channels together; NaN if all are 0.
    """
    gammas = list(layers)
    shares = np.concatenate([proportions(g) for g in gammas], axis=1)
    own = np.concatenate([region_mask(*g.shape, 'own').numpy()
                          for g in gammas], axis=1)
    alive = np.isfinite(shares[0])
    shares, own = shares[:, alive], own[:, alive]
    if not alive.any():
        return Allotment(np.nan, np.nan, np.nan, len(alive))
    others = np.where(own, np.inf, shares).min(axis=0)
    largest = shares.max(axis=0)
    return Allotment(largest.mean(), (largest > 0.9).mean(),
                     (shares[own.argmax(axis=0),
                             np.arange(shares.shape[1])] < others).mean(),
                     int((~alive).sum()))
