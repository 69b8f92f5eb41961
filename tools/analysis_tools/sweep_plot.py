"""Plot what sweep.py has measured, as in Figure 13 of the supplement.

    python tools/analysis_tools/sweep_plot.py RESULTS.csv OUT.png

A panel for each varied field: on the left axis a metric, on the right the
share of exchanged channels, both as the mean over the seeds with a band of
one sample standard deviation to either side. A dotted line is at the config's
own value.
"""
import argparse
from dataclasses import replace
from typing import Any, List, Optional

import numpy as np

from cen_mm.analysis.style import (
    BLUE,
    GREY,
    UNITS,
    VERMILION,
    new_figure,
    save,
)
from cen_mm.analysis.sweep_table import (
    Curve,
    curves,
    find_metric,
    metric_names,
    read_table,
)

SYMBOLS = {
    'sparsity.weight': r'$\lambda$, weight of the L1 penalty',
    'exchange.threshold': r'$\theta$, threshold of exchange'
}
LEFT = dict(color=BLUE, marker='o', linestyle='-')
RIGHT = dict(color=VERMILION, marker='s', linestyle='--')


def seeds(some: List[Curve]) -> str:
    """How many there are, in words."""
    counts = {len(s) for curve in some for s in curve.samples if len(s)}
    least, most = min(counts), max(counts)
    if most == 1:
        return '1 seed'
    return f'{most} seeds' if least == most else f'{least} to {most} seeds'


def field_label(key: str) -> str:
    """A field, with the paper's symbol where it has one."""
    return next((text for end, text in SYMBOLS.items() if key.endswith(end)),
                key)


def figures(curve: Curve, exchanged: Curve) -> List[str]:
    """A line of text for each value."""
    lines = []
    for row in zip(curve.values, curve.mean, curve.std, exchanged.mean):
        line = f'  {row[0]}: {row[1]:.4g}'
        line += '' if np.isnan(row[2]) else f' +- {row[2]:.2g}'
        line += '' if np.isnan(row[3]) else f', {row[3]:.1f}% exchanged'
        lines.append(line)
    return lines


def place(curve: Curve, value: Any) -> Optional[float]:
    """Where a value is on the axis: at itself or, a text, at its number."""
    if not curve.numeric:
        return curve.values.index(value) if value in curve.values else None
    if isinstance(value, str) or curve.log and curve.values[0] > 0 >= value:
        return None
    return value


def draw_curve(axis, curve: Curve, label: str, style: dict):
    """Mean and band, and an axis of the same colour; returns the line."""
    places = [place(curve, value) for value in curve.values]
    line, = axis.plot(places, curve.mean, markersize=5, **style)
    axis.fill_between(
        places, curve.mean - curve.std, curve.mean + curve.std,
        color=style['color'], alpha=0.2, linewidth=0)
    axis.set_ylabel(label, color=style['color'])
    axis.tick_params(axis='y', colors=style['color'])
    return line


def draw_values(axis, curve: Curve) -> None:
    """The axis of a field, before the curves that its limits depend on."""
    axis.set_xlabel(field_label(curve.key))
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


def draw(metric: List[Curve], share: List[Curve], name: str,
         out: str) -> None:
    """A panel a field."""
    figure, axes = new_figure(
        1, len(metric), (max(5.2, 4.6 * len(metric)), 3.6))
    unit = UNITS.get(name.split()[-1], '')
    lines = {}  # of what is drawn, for the legend
    for axis, curve, exchanged in zip(axes[0], metric, share):
        draw_values(axis, curve)
        lines[name] = draw_curve(axis, curve, name + unit, LEFT)
        if any(len(samples) for samples in exchanged.samples):
            right = axis.twinx()
            right.spines['right'].set_visible(True)
            lines['exchanged channels'] = draw_curve(
                right, exchanged, 'exchanged channels (%)', RIGHT)
            right.set_ylim(bottom=0)
        own = place(curve, curve.own)
        if own is not None:
            lines["config's own value"] = axis.axvline(
                own, color=GREY, linestyle=':')
    many = seeds(metric)
    figure.legend(
        lines.values(), lines.keys(), loc='outside upper center', ncols=3,
        title='one training a point' if many == '1 seed' else
        f'mean over {many}, band: $\\pm$ 1 standard deviation',
        title_fontsize=8)
    save(figure, out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('results', help='results.csv of a sweep')
    parser.add_argument('out', help='picture to write')
    parser.add_argument(
        '--metric', default='', help='such as rgb/mIoU; by default mIoU or '
        'MAE of the ensemble')
    args = parser.parse_args()
    try:
        rows = read_table(args.results)
        name = find_metric(rows, args.metric)
        metric = curves(rows, name)
        share = [
            replace(c, samples=[100 * s for s in c.samples])
            for c in curves(rows, 'exchanged')
        ]
        if not any(len(s) for curve in metric for s in curve.samples):
            raise ValueError(f'{args.results}: no training has {name}')
        stream, _, label = name.rpartition('/')
        if any('/' in k for k in metric_names(rows)):
            label = f'{stream or "ensemble"} {label}'
        draw(metric, share, label, args.out)
    except (ValueError, OSError) as error:
        raise SystemExit(str(error))
    print(f'{args.out}: {label} over {seeds(metric)}, +- their standard '
          'deviation')
    for curve, exchanged in zip(metric, share):
        print(f"{curve.key} (the config's own: {curve.own})")
        print('\n'.join(figures(curve, exchanged)))


if __name__ == '__main__':
    main()
