"""The curves of a sweep, drawn as Figure 13 of the supplement."""
from typing import Any, List, Optional

import numpy as np

from ..style import BLUE, GREY, UNITS, VERMILION, new_figure, save
from ..tables import stream_of
from .sweep_table import Curve, curves, find_metric, metric_names, read_table

SYMBOLS = {
    'sparsity.weight': r'$\lambda$, weight of the L1 penalty',
    'exchange.threshold': r'$\theta$, threshold of exchange'
}
METRIC = dict(color=BLUE, marker='o', linestyle='-')
EXCHANGED = dict(color=VERMILION, marker='s', linestyle='--')


def plot_sweep(results: str, out: str, metric: str = '') -> str:
    """Draw a panel for each varied field of a ``results.csv``.

    The panels share the scale of the metric. Where shares of exchanged
    channels were recorded, each has a smaller one of them below it.

    Args:
        results (str): The table.
        out (str): The picture to write.
        metric (str): A column. Defaults to '': the ensemble's mIoU or MAE.

    Returns:
        str: The figures of the curves, a line for each value.

    Raises:
        ValueError: If the table is wrong or has not the metric.
    """
    rows = read_table(results)
    column = find_metric(rows, metric)
    metrics = curves(rows, column)
    shares = curves(rows, 'exchanged', factor=100)
    counts = {count for curve in metrics for count in curve.counts if count}
    if not counts:
        raise ValueError(f'{results}: no training has {column}')
    least, most = min(counts), max(counts)
    seeds = '1 seed' if most == 1 else (
        f'{most} seeds' if least == most else f'{least} to {most} seeds')
    name = column.rpartition('/')[2]
    if any('/' in k for k in metric_names(rows)):
        name = f'{stream_of(column)} {name}'
    _draw(metrics, shares, name, seeds, out)
    lines = [f'{out}: {name} over {seeds}, +- their standard deviation']
    for curve, exchanged in zip(metrics, shares):
        lines.append(f"{curve.key} (the config's own: {curve.config_value})")
        for row in zip(curve.values, curve.mean, curve.std, exchanged.mean):
            line = f'  {row[0]}: {row[1]:.4g}'
            line += '' if np.isnan(row[2]) else f' +- {row[2]:.2g}'
            line += '' if np.isnan(row[3]) else f', {row[3]:.1f}% exchanged'
            lines.append(line)
    return '\n'.join(lines)


def _draw(metrics: List[Curve], shares: List[Curve], name: str, seeds: str,
          out: str) -> None:
    rows = [(metrics, name + UNITS.get(name.split()[-1], ''), METRIC)]
    if any(count for curve in shares for count in curve.counts):
        rows.append((shares, 'exchanged (%)', EXCHANGED))
    heights = (2.8, 1.1)[:len(rows)]
    figure, axes = new_figure(
        len(rows), len(metrics),
        (max(4.6, 3.4 * len(metrics)), 0.8 + sum(heights)),
        sharex='col', sharey='row', height_ratios=heights)
    lines = {}  # for the legend
    for panels, (drawn, label, style) in zip(axes, rows):
        panels[0].set_ylabel(label)
        for axis, curve in zip(panels, drawn):
            _draw_values(axis, curve)
            _draw_curve(axis, curve, style)
            place = _place(curve, curve.config_value)
            if place is not None:
                lines["config's own value"] = axis.axvline(
                    place, color=GREY, linestyle=':')
    for axis, curve in zip(axes[-1], metrics):
        axis.set_xlabel(next((text for end, text in SYMBOLS.items()
                              if curve.key.endswith(end)), curve.key))
    if len(rows) > 1:
        axes[1, 0].set_ylim(bottom=0)
    figure.legend(
        lines.values(), lines.keys(), loc='outside upper center',
        title='one training a point' if seeds == '1 seed' else
        f'mean over {seeds}, band: $\\pm$ 1 standard deviation',
        title_fontsize=8)
    save(figure, out)


def _place(curve: Curve, value: Any) -> Optional[float]:
    """Where a value is on the axis: a number at itself, a text at its index;
    None where it has no place."""
    if not curve.numeric:
        return curve.values.index(value) if value in curve.values else None
    if isinstance(value, str) or curve.log and curve.values[0] > 0 >= value:
        return None
    return value


def _draw_curve(axis, curve: Curve, style: dict) -> None:
    """Mean and band."""
    places = [_place(curve, value) for value in curve.values]
    axis.plot(places, curve.mean, markersize=5, **style)
    axis.fill_between(
        places, curve.mean - curve.std, curve.mean + curve.std,
        color=style['color'], alpha=0.2, linewidth=0)


def _draw_values(axis, curve: Curve) -> None:
    """The scale of a field, before the curves that its limits depend on."""
    if not curve.numeric:
        long = len(''.join(curve.values)) > 40
        axis.set_xticks(
            range(len(curve.values)), curve.values,
            **dict(rotation=20, ha='right') if long else {})
    elif curve.log and curve.values[0] == 0:
        # 0 has no logarithm: the scale is linear up to the next value.
        axis.set_xscale('symlog', linthresh=curve.least)
    elif curve.log:
        axis.set_xscale('log')
