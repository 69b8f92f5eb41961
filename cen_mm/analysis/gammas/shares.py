"""The share of exchanged channels, by layer and over training."""
from matplotlib.figure import Figure

from ..style import (
    check_name,
    grouped_bars,
    modality_colours,
    new_figure,
    save,
)
from ..tables import short_name
from .records import GammaLog, read_gammas


def plot_shares(work_dir: str, out: str) -> str:
    """Draw the records of ``work_dir`` to ``out``; returns the mean shares.

    Raises:
        OSError, ValueError: As of :func:`check_name`, or of
            :func:`read_gammas`.
    """
    check_name(out)
    log = read_gammas(work_dir)
    save(draw_shares(log), out)
    return f'{out}: {len(log.gammas)} layers, mean share ' + ', '.join(
        f'{name} {share:.1%}' for name, share in zip(
            log.modalities, log.shares()[-1].mean(axis=0)))


def draw_shares(log: GammaLog) -> Figure:
    """Left the last record by layer, right the mean over training."""
    shares = 100 * log.shares()  # (S, L, M)
    figure, ((left, right), ) = new_figure(1, 2, (11, 4), width_ratios=(2, 1))
    grouped_bars(left, list(map(short_name, log.gammas)),
                 dict(zip(log.modalities, shares[-1].T)))
    colours = modality_colours(log.modalities)
    for name, mean in zip(log.modalities, shares.mean(axis=1).T):
        right.plot(
            log.steps, mean, marker='.', color=colours[name], label=name)
    left.set_title(f'by layer, after {log.steps[-1]} iterations')
    right.set(title='mean over the layers', xlabel='iterations')
    for axis in (left, right):
        axis.set_ylabel('exchanged channels (%)')
        axis.set_ylim(bottom=0)
        axis.legend()
    return figure
