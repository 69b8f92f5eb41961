"""Plot the gammas of a layer over training, and which grow again: Figure 5.

    python tools/analysis_tools/gamma_trajectories.py OUT.png WORK_DIR \
        [WORK_DIR ...] --layer layer3.0.bn2 --modality rgb

Reads what SparsityHook has kept in each WORK_DIR/gammas: a panel a run, a
line a channel. The paper observes that a gamma which comes close to zero can
hardly recover, with and without exchange; the titles count those that do.
With exchange only a penalty and weight decay move the gamma of a channel that
is replaced in one modality alone, for the task then gives it no gradient.
"""
import sys

import numpy as np
from _gamma_runs import labels_of, layer_of, logs_of, parser_of

from cen_mm.analysis.gammas import GammaLog
from cen_mm.analysis.layer_names import short_name
from cen_mm.analysis.recoveries import Recoveries, find_recoveries
from cen_mm.analysis.style import GREY, modality_colours, new_figure, save
from cen_mm.layers import region_mask


def modality_index(name: str, log: GammaLog, work_dir: str) -> int:
    """Which modality is called so.

    Raises:
        ValueError: If none is.
    """
    if name not in log.modalities:
        raise ValueError(f'{work_dir} has no modality {name!r}; it has '
                         + ', '.join(log.modalities))
    return log.modalities.index(name)


def channels_of(log: GammaLog, layer: str, region: str) -> np.ndarray:
    """The channels to look at, booleans ``(M, C)``."""
    return region_mask(*log.gammas[layer].shape[1:], region).numpy()


def in_all(log: GammaLog, region: str, threshold: float) -> Recoveries:
    """Of every layer and modality together."""
    gammas = [log.gammas[k][:, channels_of(log, k, region)]
              for k in log.layers]
    return find_recoveries(np.concatenate(gammas, axis=1), threshold)


def largest(gammas: np.ndarray, found: Recoveries) -> str:
    """How far from zero a closed channel ends, if any closed."""
    if not found.closed.any():
        return ''
    size = np.abs(gammas[-1, found.closed]).max()
    return f'; closed ones end at |gamma| {size:.4f} at most'


def draw_run(axis, steps: np.ndarray, gammas: np.ndarray, found: Recoveries,
             threshold: float, colour: str) -> None:
    """A line a channel: grey and dashed if it never closes."""
    axis.axhspan(
        -threshold, threshold, color=GREY, alpha=0.25, lw=0,
        label=f'|gamma| < {threshold:g}')
    for closed, style in ((False, dict(color=GREY, linestyle='--')),
                          (True, dict(color=colour))):
        lines = axis.plot(
            steps, gammas[:, found.closed == closed], lw=0.8, alpha=0.55,
            **style)
        if lines:
            lines[0].set_label('closes' if closed else 'never closes')
    if found.recovered.any():
        axis.plot(
            np.full(found.recovered.sum(), steps[-1]),
            gammas[-1, found.recovered], 'o', color='black', ms=4,
            clip_on=False, label='recovered')
    axis.set_xlabel('iterations')


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument('--layer', required=True, help='such as layer3.0.bn2')
    parser.add_argument('--modality', required=True, help='such as rgb')
    parser.add_argument(
        '--region', choices=('own', 'all'), default='own',
        help='which channels: the part of the modality, which is penalised '
        'by default, or all')
    parser.add_argument(
        '--threshold', type=float, default=2e-2,
        help='below which |gamma| has closed; default: %(default)s, that of '
        'segmentation; translation exchanges below 0.01')
    args = parser.parse_args()
    try:
        run(args)
    except (ValueError, OSError) as error:
        sys.exit(str(error))


def run(args) -> None:
    labels, logs = labels_of(args), logs_of(args)
    figure, axes = new_figure(
        1, len(logs), (1 + 4 * len(logs), 3.6), sharex=True,
        sharey=True)
    colour = modality_colours(logs[0].modalities)
    for work_dir, label, log, axis in zip(
            args.work_dirs, labels, logs, axes[0]):
        layer = layer_of(args.layer, log, work_dir)
        m = modality_index(args.modality, log, work_dir)
        if len(log.steps) < 2:
            raise ValueError(
                f'{work_dir} has only the record of iteration '
                f'{log.steps[0]}, and no course to draw: train on, or set a '
                'shorter interval in its SparsityHook')
        own = channels_of(log, layer, args.region)[m]
        gammas = log.gammas[layer][:, m, own]  # (S, channels)
        found = find_recoveries(gammas, args.threshold)
        draw_run(axis, log.steps, gammas, found, args.threshold,
                 colour[args.modality])
        title = str(found).replace(', ', '\n')
        axis.set_title(f'{label}\n{title}', fontsize=9)
        print(f'{label}, {layer} of {args.modality}, {gammas.shape[1]} '
              f'channels: {found}{largest(gammas, found)}')
        print(f'{label}, all layers and modalities: '
              f'{in_all(log, args.region, args.threshold)}')
    axes[0, 0].set_ylabel(f'gamma of {args.modality}\n{short_name(layer)}')
    handles = {}
    for axis in axes[0]:
        handles.update(zip(*reversed(axis.get_legend_handles_labels())))
    legend = figure.legend(
        handles.values(), handles, loc='outside lower center', ncols=4)
    for line in legend.get_lines():
        line.set(linewidth=2, alpha=1)
    save(figure, args.out)
    print(f'{args.out} written')


if __name__ == '__main__':
    main()
