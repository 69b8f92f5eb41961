"""Figures 11 and 12: which modality a channel belongs to, by its gammas."""
from typing import Iterable, List, NamedTuple, Optional, Tuple

import numpy as np
from matplotlib.figure import Figure

from ...layers import own_channels, region_mask
from ..style import GREY, modality_colours, new_figure
from ..tables import find_layer, short_name
from .records import GammaLog

STRIP = 1.03, 1.12  # bottom and top, above shares that end at 1
HATCHED = dict(facecolor='none', edgecolor='white', hatch='//////', lw=0)


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


class Allotment(NamedTuple):
    """How clearly channels belong to one modality, NaN if all are 0.

    Attributes:
        largest (float): Mean share of a channel's largest modality; 1/M at
            least.
        above_90 (float): Share of channels of which one modality has more
            than 90 %.
        own_smallest (float): Share of channels in which the modality whose
            own part they are in is smaller than any other. 1/M by chance.
        all_zero (int): Channels whose gammas are all 0; no share counts them.
    """
    largest: float
    above_90: float
    own_smallest: float
    all_zero: int

    def __str__(self) -> str:
        zero = f', {self.all_zero} channels all 0' * bool(self.all_zero)
        return (f'largest modality {self.largest:.1%} on average, '
                f'above 90 % in {self.above_90:.1%} of the channels, '
                f'own modality the smallest in {self.own_smallest:.1%}{zero}')


def allotment(layers: Iterable[np.ndarray]) -> Allotment:
    """Of all channels of ``(M, C)`` gammas together.

    The owner of a channel is the modality whose own part it is in.
    """
    layers = list(layers)
    shares = np.concatenate(list(map(proportions, layers)), axis=1)
    own = np.concatenate(
        [region_mask(*g.shape, 'own').numpy() for g in layers], axis=1)
    some = np.isfinite(shares[0])
    if not some.any():
        return Allotment(np.nan, np.nan, np.nan, len(some))
    shares, own = shares[:, some], own[:, some]
    largest = shares.max(axis=0)
    owned = shares.T[own.T]  # one modality owns each channel
    others = np.where(own, np.inf, shares).min(axis=0)
    return Allotment(largest.mean(), (largest > 0.9).mean(),
                     (owned < others).mean(), int((~some).sum()))


def draw_proportions(logs: List[GammaLog],
                     layer: Optional[str] = None) -> Tuple[Figure, str]:
    """Draw the last records of runs of one network, a column each.

    Args:
        logs (list[GammaLog]): Runs.
        layer (str, optional): Its name, or how it ends. Defaults to None:
            all layers, a row each.

    Returns:
        tuple[Figure, str]: Picture, and each run's allotment in words.

    Raises:
        ValueError: If the layer is not there, or the networks differ in what
            is drawn.
    """
    rows = [[find_layer(layer, log.gammas, f'{log.work_dir}: ')]
            if layer else list(log.gammas) for log in logs]
    for log, layers in zip(logs, rows):
        if (layers, log.modalities) != (rows[0], logs[0].modalities):
            raise ValueError(
                f'{log.work_dir} has other layers or modalities than '
                f'{logs[0].work_dir}: only runs of one network compare')
    rows, colours = rows[0], modality_colours(logs[0].modalities)
    height = 2.4 if len(rows) == 1 else min(1.5, max(0.8, 12 / len(rows)))
    figure, axes = new_figure(
        len(rows), len(logs),
        (1 + 3 * len(logs), 0.8 + height * len(rows)), sharey=True)
    lines, hatched = [], False
    for log, column in zip(logs, axes.T):
        gammas = [log.gammas[k][-1] for k in rows]
        # Swapped: where one redundant map takes the place of another.
        swapped = [log.replaced[k][-1].all(axis=0) for k in rows]
        for panel in zip(column, gammas, swapped):
            _draw_layer(*panel, list(colours.values()))
        column[0].set_title(log.label)
        column[-1].set_xlabel('channel')
        swapped = np.concatenate(swapped)
        hatched |= swapped.any()
        lines.append(
            f'{log.label} after {log.steps[-1]} iterations, {len(rows)} '
            f'layers: {allotment(gammas)}, exchanged in every modality '
            f'{swapped.mean():.1%}')
    for axis, name in zip(axes[:, 0], rows):
        axis.set_ylabel(short_name(name), fontsize=8)
    figure.supylabel('share of the sum of |gamma|', fontsize=9)
    samples = {name: dict(color=colour) for name, colour in colours.items()}
    if hatched:
        samples['exchanged in every modality'] = dict(HATCHED, facecolor=GREY)
    figure.legend(
        handles=[axes[0, 0].fill_between((0, 0), 0, label=name, **look)
                 for name, look in samples.items()],
        loc='outside lower center', ncols=len(samples), title_fontsize=8,
        title='strip on top: the modality whose part it is')
    return figure, '\n'.join(lines)


def _draw_layer(axis, gamma: np.ndarray, swapped: np.ndarray,
                colours: List[str]) -> None:
    """Stacked shares of ``(M, C)`` gammas; ``swapped`` channels hatched."""
    count, channels = gamma.shape
    edges = np.arange(channels + 1)
    shares = proportions(gamma)
    starts = []
    for m, (top, colour) in enumerate(zip(shares.cumsum(axis=0), colours)):
        axis.stairs(
            top, edges, baseline=top - shares[m], fill=True, color=colour)
        own = own_channels(m, count, channels)
        axis.fill_between((own.start, own.stop), *STRIP, color=colour, lw=0)
        starts.append(own.start)
    axis.stairs(swapped, edges, fill=True, **HATCHED)
    for start in starts[1:]:
        axis.axvline(start, color='black', lw=1, ls='--')
    axis.set(
        xlim=(0, channels), xticks=[*starts, channels], ylim=(0, STRIP[1]),
        yticks=(0, 0.5, 1))
