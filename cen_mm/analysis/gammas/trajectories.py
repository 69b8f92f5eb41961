"""Figure 5: gammas over training, and whether closed ones grow again."""
from typing import Dict, List, NamedTuple, Optional, Tuple

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
    closed: np.ndarray
    recovered: np.ndarray
    began_below: np.ndarray
    rose: np.ndarray

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


def outcomes(gammas: np.ndarray, threshold: float) -> Dict[str, np.ndarray]:
    """What became of each channel, in one of four ways.

    Args:
        gammas (np.ndarray): ``(S, *)``, see :func:`find_recoveries`.
        threshold (float): Of ``|gamma|``.

    Returns:
        dict[str, np.ndarray]: Booleans by channel, ``(*)``. 'stays open' is
        never below the threshold, 'stays closed' always; of the others,
        which are below at some records, 'closes' is below at the last one
        and 'opens' is not. Each channel is in one.
    """
    below = np.abs(gammas) < threshold
    some = below.any(axis=0) & ~below.all(axis=0)
    return {
        'stays open': ~below.any(axis=0),
        'closes': some & below[-1],
        'opens': some & ~below[-1],
        'stays closed': below.all(axis=0)
    }


def _threshold(logs: List[GammaLog], layers: List[str]) -> float:
    """The one that the runs exchanged below, where they did."""
    found = {log.thresholds.get(layer, 0.) for log, layer in zip(logs, layers)}
    found -= {0.}
    if len(found) != 1:
        what = (f'exchanged below {", ".join(map(str, sorted(found)))}'
                if found else 'record no threshold above 0')
        raise ValueError(f'the runs {what}, so give --threshold: below which '
                         '|gamma| counts as closed')
    return found.pop()


def began_smallest(gammas: np.ndarray, threshold: float) -> int:
    """How many channels that close are those that began smallest.

    All of them, if the penalty moves every gamma alike: then the start
    decides what closes, and the task does not.

    Args:
        gammas (np.ndarray): ``(S, C)``, S records of the channels of a layer
            and modality, of which K close.
        threshold (float): See :func:`find_recoveries`.

    Returns:
        int: Of the K channels of smallest ``|gamma|`` at the first record,
        those that close.
    """
    closed = find_recoveries(gammas, threshold).closed
    smallest = np.argsort(np.abs(gammas[0]), kind='stable')[:closed.sum()]
    return int(closed[smallest].sum())


def draw_trajectories(logs: List[GammaLog], layer: str, modality: str,
                      region: str = 'own',
                      threshold: Optional[float] = None
                      ) -> Tuple[Figure, str]:
    """Draw the gammas of one layer and modality, a panel a run.

    Args:
        logs (list[GammaLog]): Runs.
        layer (str): Its name, or how it ends.
        modality (str): Its name.
        region (str): Which channels: the modality's 'own' part, or 'all'.
            Defaults to 'own'.
        threshold (float, optional): Below which ``|gamma|`` has closed.
            Defaults to that of the exchange of the runs, as recorded.

    Returns:
        tuple[Figure, str]: Picture, and in words how many recovered, how
        many of those that closed began smallest, and how many closed in all
        runs of one network.

    Raises:
        ValueError: If the layer or modality is not there, there is one
            record only, or the runs record no threshold or several.
    """
    names = [find_layer(layer, log.gammas, f'{log.work_dir}: ')
             for log in logs]
    if threshold is None:
        threshold = _threshold(logs, names)
    figure, axes = new_figure(
        1, len(logs), (1 + 4 * len(logs), 3.6), sharex=True, sharey=True)
    lines, starts, closed, handles = [], [], [], {}
    for log, name, axis in zip(logs, names, axes[0]):
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
        _draw_run(axis, log.steps, gammas, threshold,
                  modality_colours(logs[0].modalities)[modality])
        axis.set_title(f'{log.label}\n' + str(found).replace(', ', '\n'),
                       fontsize=9)
        handles.update(zip(*reversed(axis.get_legend_handles_labels())))
        end = '' if not found.closed.any() else (
            '; closed ones end at |gamma| '
            f'{np.abs(gammas[-1, found.closed]).max():.4f} at most')
        parts = [v[:, i, masks[k][i]] for k, v in log.gammas.items()
                 for i in range(len(log.modalities))]
        whole = find_recoveries(np.concatenate(parts, 1), threshold)
        closed.append(whole.closed)
        lines += [f'{log.label}, {name} of {modality}, {gammas.shape[1]} '
                  f'channels: {found}{end}',
                  f'{log.label}, all layers and modalities: {whole}']
        first = sum(began_smallest(part, threshold) for part in parts)
        starts.append(
            f'{log.label}: {first} of {whole.closed.sum()} closed channels '
            'began as the smallest of their layer and modality')
    lines += starts
    if len(logs) > 1 and len({len(channels) for channels in closed}) == 1:
        lines.append(f'{np.all(closed, axis=0).sum()} of '
                     f'{np.any(closed, axis=0).sum()} channels that closed '
                     'did so in all runs')
    axes[0, 0].set_ylabel(f'gamma of {modality}\n{short_name(name)}')
    legend = figure.legend(
        handles.values(), handles, loc='outside lower center', ncols=5)
    for line in legend.get_lines():
        line.set(linewidth=2, alpha=1)
    return figure, '\n'.join(lines)


def _draw_run(axis, steps: np.ndarray, gammas: np.ndarray, threshold: float,
              colour: str) -> None:
    """A line a channel; what closes has the colour of the modality."""
    axis.axhspan(
        -threshold, threshold, color=GREY, alpha=0.25, lw=0,
        label=f'|gamma| < {threshold:g}')
    looks = {
        'stays open': dict(color=GREY, ls='--'),
        'closes': dict(color=colour),
        'opens': dict(color='black', ls='-.'),
        'stays closed': dict(color=GREY, ls=':')
    }
    for outcome, some in outcomes(gammas, threshold).items():
        for n, curve in enumerate(gammas.T[some]):
            axis.plot(steps, curve, lw=0.8, alpha=0.55,
                      label='_' if n else outcome, **looks[outcome])
    axis.set_xlabel('iterations')
