"""The curves of a sweep, drawn as Figure 13 of the supplement."""
from typing import Any, List, Optional

import numpy as np

from ..style import BLUE, GREY, UNITS, VERMILION, new_figure, save
from .sweep_table import Curve, curves, find_metric, metric_names, read_table

SYMBOLS = {
    'sparsity.weight': r'$\lambda$, weight of the L1 penalty',
    'exchange.threshold': r'$\theta$, threshold of exchange'
}
LEFT = dict(color=BLUE, marker='o', linestyle='-')
RIGHT = dict(color=VERMILION, marker='s', linestyle='--')


def plot_sweep(results: str, out: str, metric: str = '') -> str:
    """Draw a panel for each varied field of a ``results.csv``.

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
    left = curves(rows, column)
    right = curves(rows, 'exchanged', factor=100)
    counts = {count for curve in left for count in curve.counts if count}
    if not counts:
        raise ValueError(f'{results}: no training has {column}')
    least, most = min(counts), max(counts)
    seeds = '1 seed' if most == 1 else (
        f'{most} seeds' if least == most else f'{least} to {most} seeds')
    stream, _, name = column.rpartition('/')
    if any('/' in k for k in metric_names(rows)):
        name = f'{stream or "ensemble"} {name}'
    _draw(left, right, name, seeds, out)
    lines = [f'{out}: {name} over {seeds}, +- their standard deviation']
    for curve, exchanged in zip(left, right):
        lines.append(f"{curve.key} (the config's own: {curve.config_value})")
        for row in zip(curve.values, curve.mean, curve.std, exchanged.mean):
            line = f'  {row[0]}: {row[1]:.4g}'
            line += '' if np.isnan(row[2]) else f' +- {row[2]:.2g}'
            line += '' if np.isnan(row[3]) else f', {row[3]:.1f}% exchanged'
            lines.append(line)
    return '\n'.join(lines)


def _draw(left: List[Curve], right: List[Curve], name: str, seeds: str,
          out: str) -> None:
    figure, axes = new_figure(1, len(left), (max(5.2, 4.6 * len(left)), 3.6))
    unit = UNITS.get(name.split()[-1], '')
    lines = {}  # of what is drawn, for the legend
    for axis, curve, exchanged in zip(axes[0], left, right):
        _draw_values(axis, curve)
        lines[name] = _draw_curve(axis, curve, name + unit, LEFT)
        if any(exchanged.counts):
            twin = axis.twinx()
            twin.spines['right'].set_visible(True)
            lines['exchanged channels'] = _draw_curve(
                twin, exchanged, 'exchanged channels (%)', RIGHT)
            twin.set_ylim(bottom=0)
        place = _place(curve, curve.config_value)
        if place is not None:
            lines["config's own value"] = axis.axvline(
                place, color=GREY, linestyle=':')
    figure.legend(
        lines.values(), lines.keys(), loc='outside upper center', ncols=3,
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


def _draw_curve(axis, curve: Curve, label: str, style: dict):
    """Mean and band, and an axis of the same colour; returns the line."""
    places = [_place(curve, value) for value in curve.values]
    line, = axis.plot(places, curve.mean, markersize=5, **style)
    axis.fill_between(
        places, curve.mean - curve.std, curve.mean + curve.std,
        color=style['color'], alpha=0.2, linewidth=0)
    axis.set_ylabel(label, color=style['color'])
    axis.tick_params(axis='y', colors=style['color'])
    return line


def _draw_values(axis, curve: Curve) -> None:
    """The axis of a field, before the curves that its limits depend on."""
    axis.set_xlabel(next((text for end, text in SYMBOLS.items()
                          if curve.key.endswith(end)), curve.key))
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
