"""Plot what sweep.py has measured, as in Figure 13 of the supplement.

    python tools/analysis_tools/sweep_plot.py RESULTS.csv OUT.png

A panel for each varied field: on the left axis a metric, on the right the
share of exchanged channels, both as the mean over the seeds with a band of
one sample standard deviation to either side.
"""
import argparse
from dataclasses import replace
from typing import List

import numpy as np

from cen_mm.analysis.style import BLUE, GREY, VERMILION, new_figure, save
from cen_mm.analysis.sweep_table import Curve, curves, find_metric, read_table

SYMBOLS = {
    'sparsity.weight': r'$\lambda$, weight of the L1 penalty',
    'exchange.threshold': r'$\theta$, threshold of exchange'
}
UNITS = dict(
    mIoU=' (%)', mAcc=' (%)', aAcc=' (%)', MAE=' on [-1, 1]',
    RMSE=' on [-1, 1]', PSNR=' (dB)')
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


def metric_label(name: str) -> str:
    """A metric, its stream and unit."""
    stream, _, metric = name.rpartition('/')
    return (f'{stream or "ensemble"} {metric}') + UNITS.get(metric, '')


def figures(curve: Curve, exchanged: Curve) -> List[str]:
    """A line of text for each value."""
    lines = []
    for row in zip(curve.values, curve.mean, curve.std, exchanged.mean):
        line = f'  {row[0]}: {row[1]:.4g}'
        line += '' if np.isnan(row[2]) else f' +- {row[2]:.2g}'
        line += '' if np.isnan(row[3]) else f', {row[3]:.1f}% exchanged'
        lines.append(line)
    return lines


def draw_curve(axis, curve: Curve, label: str, style: dict) -> None:
    """Mean and band, and an axis of the same colour."""
    place = curve.values if curve.numeric else np.arange(len(curve.values))
    axis.plot(place, curve.mean, markersize=5, **style)
    axis.fill_between(
        place, curve.mean - curve.std, curve.mean + curve.std,
        color=style['color'], alpha=0.2, linewidth=0)
    axis.set_ylabel(label, color=style['color'])
    axis.tick_params(axis='y', colors=style['color'])


def draw(metric: List[Curve], share: List[Curve], name: str,
         out: str) -> None:
    """A panel a field."""
    figure, axes = new_figure(
        1, len(metric), (max(5.2, 4.6 * len(metric)), 3.6))
    for axis, curve, exchanged in zip(axes[0], metric, share):
        draw_curve(axis, curve, metric_label(name), LEFT)
        axis.set_xlabel(field_label(curve.key))
        if any(len(samples) for samples in exchanged.samples):
            right = axis.twinx()
            right.spines['right'].set_visible(True)
            draw_curve(right, exchanged, 'exchanged channels (%)', RIGHT)
            right.set_ylim(bottom=0)
        if curve.log:
            axis.set_xscale('log')
        if not curve.numeric:
            axis.set_xticks(np.arange(len(curve.values)), curve.values)
        own = (curve.values.index(curve.own)
               if curve.own in curve.values else None)
        if curve.numeric and not isinstance(curve.own, str):
            own = curve.own
        if own is not None and not (curve.log and own <= 0):
            axis.axvline(own, color=GREY, linestyle=':')
    handles = [axes[0, 0].plot([], [], label=label, **style)[0]
               for label, style in (
                   (metric_label(name).split(' on ')[0], LEFT),
                   ('exchanged channels', RIGHT),
                   ("config's own value", dict(color=GREY, linestyle=':')))]
    many = seeds(metric)
    figure.legend(
        handles=handles, loc='outside upper center', ncols=3,
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
    except (ValueError, OSError) as error:
        raise SystemExit(str(error))
    if not any(len(s) for curve in metric for s in curve.samples):
        raise SystemExit(f'{args.results}: no training has {name}')
    draw(metric, share, name, args.out)
    print(f'{args.out}: {name}, mean +- standard deviation over '
          f'{seeds(metric)}')
    for curve, exchanged in zip(metric, share):
        print(f"{curve.key} (the config's own: {curve.own})")
        print('\n'.join(figures(curve, exchanged)))


if __name__ == '__main__':
    main()
