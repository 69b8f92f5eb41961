"""Figure 5: gammas over training, and whether closed ones grow again."""
from typing import List, NamedTuple, Tuple

import numpy as np
from matplotlib.figure import Figure

from ...layers import region_mask
from ..style import GREY, modality_colours, new_figure
from ..tables import find_layer, short_name
from .records import GammaLog


class Recoveries(NamedTuple):
    """What became of channels whose gamma came close to zero.

    Attributes:
        closed (np.ndarray): Whether it was driven below the threshold,
            booleans, of the channels' shape.
        recovered (np.ndarray): Of those, which are above it at the end.
        began_below (np.ndarray): Whether it was below at the first record,
            as in a training that goes on from another one's weights.
        rose (np.ndarray): Of those, which are above it at the end.
    """
    closed: np.ndarray  # was driven below the threshold
    recovered: np.ndarray  # and is above it at the end
    began_below: np.ndarray  # at the first record, as of loaded weights
    rose: np.ndarray  # and is above it at the end

    def __str__(self) -> str:
        words = (f'{self.recovered.sum()} of {self.closed.sum()} closed '
                 'channels recovered')
        if self.began_below.any():
            words += (f', {self.rose.sum()} of {self.began_below.sum()} that '
                      'began below rose')
        return words


def find_recoveries(gammas: np.ndarray, threshold: float) -> Recoveries:
    """Follow channels through a training.

    The rules are ours; the paper only shows the curves. What happens between
    two records is not seen. A channel has closed if ``|gamma|`` is below the
    threshold at a record and was not at an earlier one: a gamma that starts
    below by the luck of its initial value counts only from the time that
    training has raised it and brought it down again. A closed channel has
    recovered if it is not below at the last record, wherever it was between.

    Args:
        gammas (np.ndarray): ``(S, *)``, S records of channels of any shape.
        threshold (float): Of ``|gamma|``; what equals it is not below, as in
            :class:`~cen_mm.layers.ExchangeRule`.

    Returns:
        Recoveries: By channel, ``(*)``.
    """
    below = np.abs(gammas) < threshold
    was_above = np.logical_or.accumulate(~below, axis=0)
    closed = (below & was_above).any(axis=0)
    return Recoveries(closed, closed & ~below[-1], below[0],
                      below[0] & ~below[-1])


def draw_trajectories(logs: List[GammaLog], layer: str, modality: str,
                      region: str = 'own',
                      threshold: float = 2e-2) -> Tuple[Figure, str]:
    """Draw the gammas of one layer and modality, a panel a run.

    Args:
        logs (list[GammaLog]): Runs.
        layer (str): Its name, or how it ends.
        modality (str): Its name.
        region (str): Which channels: the modality's 'own' part, or 'all'.
            Defaults to 'own'.
        threshold (float): Below which ``|gamma|`` has closed. Defaults to
            2e-2.

    Returns:
        tuple[Figure, str]: Picture, and how many recovered in words.

    Raises:
        ValueError: If the layer or modality is not there, or there is one
            record only.
    """
    figure, axes = new_figure(
        1, len(logs), (1 + 4 * len(logs), 3.6), sharex=True, sharey=True)
    lines, handles = [], {}
    for log, axis in zip(logs, axes[0]):
        name = find_layer(layer, log.gammas, f'{log.work_dir}: ')
        if modality not in log.modalities:
            raise ValueError(f'{log.work_dir} has no modality {modality!r}; '
                             'it has ' + ', '.join(log.modalities))
        if len(log.steps) < 2:
            raise ValueError(
                f'{log.work_dir} has only the record of iteration '
                f'{log.steps[0]}, and no course to draw: train on, or set a '
                'shorter interval in its SparsityHook')
        masks = {k: region_mask(*v.shape[1:], region).numpy()
                 for k, v in log.gammas.items()}  # (M, C)
        m = log.modalities.index(modality)
        gammas = log.gammas[name][:, m, masks[name][m]]  # (S, channels)
        found = find_recoveries(gammas, threshold)
        _draw_run(axis, log.steps, gammas, found, threshold,
                  modality_colours(logs[0].modalities)[modality])
        axis.set_title(f'{log.label}\n' + str(found).replace(', ', '\n'),
                       fontsize=9)
        handles.update(zip(*reversed(axis.get_legend_handles_labels())))
        end = '' if not found.closed.any() else (
            '; closed ones end at |gamma| '
            f'{np.abs(gammas[-1, found.closed]).max():.4f} at most')
        whole = find_recoveries(np.concatenate(
            [v[:, masks[k]] for k, v in log.gammas.items()], 1), threshold)
        lines += [f'{log.label}, {name} of {modality}, {gammas.shape[1]} '
                  f'channels: {found}{end}',
                  f'{log.label}, all layers and modalities: {whole}']
    axes[0, 0].set_ylabel(f'gamma of {modality}\n{short_name(name)}')
    legend = figure.legend(
        handles.values(), handles, loc='outside lower center', ncols=4)
    for line in legend.get_lines():
        line.set(linewidth=2, alpha=1)
    return figure, '\n'.join(lines)


def _draw_run(axis, steps: np.ndarray, gammas: np.ndarray, found: Recoveries,
              threshold: float, colour: str) -> None:
    """A line a channel: grey and dashed if it never closes."""
    axis.axhspan(
        -threshold, threshold, color=GREY, alpha=0.25, lw=0,
        label=f'|gamma| < {threshold:g}')
    for some, label, style in (
            (~found.closed, 'never closes', dict(color=GREY, ls='--')),
            (found.closed, 'closes', dict(color=colour))):
        for n, curve in enumerate(gammas.T[some]):
            axis.plot(steps, curve, lw=0.8, alpha=0.55,
                      label='_' if n else label, **style)
    if found.recovered.any():
        ends = gammas[-1, found.recovered]
        axis.plot(
            np.full_like(ends, steps[-1]), ends, 'o', color='black', ms=4,
            clip_on=False, label='recovered')
    axis.set_xlabel('iterations')
