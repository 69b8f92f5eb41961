"""The pictures of the report."""
import math
from typing import Callable, Dict, List

import numpy as np
from matplotlib.figure import Figure

from ..style import GREY, UNITS, grouped_bars, modality_colours, new_figure
from ..tables import short_name
from .forcing import ForcedNet

WIDTH = 9.  # inches
FLOOR = 1e-6  # of the logarithmic axis; trained scales may be 0
BINS = 24


def _layer_bars(axis, rows: List[dict],
                share: Callable[[dict], float]) -> Dict[str, list]:
    """Bars of a share of each row, in percent; returns those by modality."""
    values: Dict[str, list] = {}
    for row in rows:
        values.setdefault(row['modality'], []).append(100 * share(row))
    layers = dict.fromkeys(row['layer'] for row in rows)
    bars = grouped_bars(axis, list(map(short_name, layers)), values)
    axis.autoscale(axis='y')  # an earlier call has fixed it
    axis.set_ylim(0, max(axis.get_ylim()[1], 5))
    axis.legend(ncols=len(bars) + 1, loc='lower left', bbox_to_anchor=(0, 1))
    return bars


def share_plot(rows: List[dict]) -> Figure:
    """Replaced channels by rows of ``layers.csv``; hatched, by dead ones."""
    figure, ((axis, ), ) = new_figure(1, 1, (WIDTH, 3.6))
    hatched = dict(facecolor='none', edgecolor='white', hatch='/////', lw=0)
    for bars in _layer_bars(
            axis, rows,
            lambda row: row['dead_donors'] / row['channels']).values():
        bars.set_label('_')
        for bar in bars:
            bar.set(**hatched, zorder=2)
    # A sample for the legend.
    axis.bar(0, 0, **dict(hatched, facecolor=GREY),
             label='of it, donors small too')
    _layer_bars(axis, rows, lambda row: row['replaced'])
    axis.set_ylabel('replaced channels (%)')
    return figure


def donor_plot(rows: List[dict]) -> Figure:
    """The donors' share of the variance, by rows of ``layers.csv``."""
    figure, ((axis, ), ) = new_figure(1, 1, (WIDTH, 3.6))
    _layer_bars(axis, rows, lambda row: row['donor_use'])
    axis.set_ylabel('variance from donors (%)')
    return figure


def histograms(gammas: Dict[str, np.ndarray], modalities: List[str],
               small_thresholds: Dict[str, float]) -> Figure:
    """Scales of each layer, on a logarithmic axis.

    Args:
        gammas (dict[str, np.ndarray]): ``(M, C)`` by layer.
        modalities (list[str]): M names.
        small_thresholds (dict[str, float]): Below which a scale is small,
            by layer.
    """
    columns = min(4, len(gammas))
    lines = math.ceil(len(gammas) / columns)
    figure, axes = new_figure(
        lines, columns, (WIDTH, 0.6 + 1.6 * lines), sharex=True)
    colours = list(modality_colours(modalities).values())
    # In double precision, for FLOOR in single is below the first edge.
    size = {k: abs(v).astype(float).clip(FLOOR) for k, v in gammas.items()}
    most = max(v.max() for v in size.values())
    edges = np.geomspace(FLOOR, max(2., most), BINS)
    for axis, (layer, values) in zip(axes.flat, size.items()):
        axis.hist(
            list(values), edges, color=colours, label=modalities, rwidth=0.9)
        if small_thresholds[layer] > 0:
            axis.axvline(
                small_thresholds[layer], color=GREY, ls='--', lw=1,
                label='counts as small')
        axis.set_xscale('log')
        axis.set_title(short_name(layer), fontsize=9)
        axis.locator_params(axis='y', integer=True, nbins=4)
    for axis in axes.flat[len(gammas):]:
        axis.set_axis_off()
    figure.supxlabel(
        f'|gamma| (the leftmost bar holds all below {FLOOR:.0e} too)',
        fontsize=9)
    figure.supylabel('channels', fontsize=9)
    figure.legend(
        *axes.flat[0].get_legend_handles_labels(),
        loc='outside upper center', ncols=len(modalities) + 1)
    return figure


def forcing_plot(nets: List[ForcedNet], metric: str,
                 streams: List[str]) -> Figure:
    """Above a layer's exchange off, below on alone: what it changes."""
    figure, axes = new_figure(2, 1, (WIDTH, 6.), sharex=True)
    for axis, state, reference in zip(
            axes[:, 0], ('off', 'on'),
            ('as trained', 'with exchange nowhere')):
        chosen = [net for net in nets if net.exchange == f'one {state}']
        grouped_bars(
            axis, [short_name(net.layer) for net in chosen],
            {stream: [net.difference(metric, stream) for net in chosen]
             for stream in streams})
        axis.axhline(0, color=GREY, lw=0.8)
        axis.set_title(f'exchange {state} in this layer alone')
        axis.set_ylabel(f'{metric} minus {metric}\n{reference}'
                        + UNITS.get(metric, '').replace('%', 'points'))
    axes[0, 0].tick_params(labelbottom=False)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc='outside upper left',
        ncols=len(streams))
    return figure
