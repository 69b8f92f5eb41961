"""Plot whose channels are, by the gammas: Figures 11 and 12.

    python tools/analysis_tools/gamma_proportions.py OUT.png WORK_DIR \
        [WORK_DIR ...] [--labels LABEL ...] [--layer encoder.4.norm]

Reads the last record that SparsityHook has kept in each WORK_DIR/gammas. A
row a layer, a column a run; each channel of a panel is shared out among the
modalities by the sizes of their gammas. The strip on top has the colour of
the modality whose part the channels are in, which is the one that is
penalised there if the penalty is on disjoint channels. Shares say nothing of
sizes, so channels that are exchanged in every modality, where one redundant
map takes the place of another, are hatched.
"""
import sys
from typing import Dict, List, Tuple

import numpy as np
from _gamma_runs import labels_of, layer_of, logs_of, parser_of

from cen_mm.analysis.layer_names import short_name
from cen_mm.analysis.proportions import allotment, proportions
from cen_mm.analysis.style import GREY, modality_colours, new_figure, save
from cen_mm.layers import own_channels

STRIP = 1.03, 1.12
HATCHED = dict(facecolor='none', edgecolor='white', hatch='//////', lw=0)

Panel = Tuple[np.ndarray, np.ndarray]  # gammas, and which are redundant


def draw_layer(axis, gamma: np.ndarray, redundant: np.ndarray,
               colours: List[str]) -> None:
    """Stacked shares of ``(M, C)`` gammas; a channel of zeros stays blank.

    Channels that are ``redundant``, ``(C, )``, are hatched.
    """
    count, channels = gamma.shape
    edges = np.arange(channels + 1)
    shares = proportions(gamma)
    tops = shares.cumsum(axis=0)
    starts = []
    for m, colour in enumerate(colours):
        axis.stairs(
            tops[m], edges, baseline=tops[m] - shares[m], fill=True,
            color=colour)
        own = own_channels(m, count, channels)
        axis.fill_between((own.start, own.stop), *STRIP, color=colour, lw=0)
        starts.append(own.start)
    axis.stairs(redundant, edges, fill=True, **HATCHED)
    for start in starts[1:]:
        axis.axvline(start, color='black', lw=1, ls='--')
    axis.set(
        xlim=(0, channels), xticks=[*starts, channels], ylim=(0, STRIP[1]),
        yticks=(0, 0.5, 1))


def draw(panels: List[List[Panel]], rows: List[str], labels: List[str],
         colours: Dict[str, str], out: str) -> None:
    """Panels by layer and run."""
    height = 2.4 if len(rows) == 1 else min(1.5, max(0.8, 12 / len(rows)))
    figure, axes = new_figure(
        len(rows), len(labels),
        (1 + 3 * len(labels), 0.8 + height * len(rows)), sharey=True)
    for line, shown, row in zip(axes, panels, rows):
        for axis, panel in zip(line, shown):
            draw_layer(axis, *panel, list(colours.values()))
        line[0].set_ylabel(row, fontsize=8)
    for axis, label in zip(axes[0], labels):
        axis.set_title(label)
    for axis in axes[-1]:
        axis.set_xlabel('channel')
    figure.supylabel('share of the sum of |gamma|', fontsize=9)
    patches = [axes[0, 0].fill_between((0, 0), 0, color=colour, label=name)
               for name, colour in colours.items()]
    if any(redundant.any() for shown in panels for _, redundant in shown):
        patches.append(axes[0, 0].fill_between(
            (0, 0), 0, label='exchanged in every modality',
            **dict(HATCHED, facecolor=GREY)))
    figure.legend(
        handles=patches, loc='outside lower center', ncols=len(patches),
        title='strip on top: the modality whose part it is',
        title_fontsize=8)
    save(figure, out)


def main() -> None:
    parser = parser_of(__doc__)
    parser.add_argument(
        '--layer', help='such as encoder.4.norm; all layers by default')
    args = parser.parse_args()
    try:
        run(args)
    except (ValueError, OSError) as error:
        sys.exit(str(error))


def run(args) -> None:
    labels, logs = labels_of(args), logs_of(args)
    names = [[layer_of(args.layer, log, work_dir)] if args.layer
             else log.layers for log, work_dir in zip(logs, args.work_dirs)]
    for log, layers, work_dir in zip(logs, names, args.work_dirs):
        if (layers, log.modalities) != (names[0], logs[0].modalities):
            raise ValueError(
                f'{work_dir} has other layers or modalities than '
                f'{args.work_dirs[0]}: only runs of one network compare')
    last = [[(log.gammas[k][-1], log.replaced[k][-1].all(axis=0))
             for k in names[0]] for log in logs]
    draw(list(zip(*last)), [short_name(k) for k in names[0]], labels,
         modality_colours(logs[0].modalities), args.out)
    for label, log, layers in zip(labels, logs, last):
        gammas, redundant = zip(*layers)
        print(f'{label} after {log.steps[-1]} iterations, {len(gammas)} '
              f'layers: {allotment(gammas)}, exchanged in every modality '
              f'{np.concatenate(redundant).mean():.1%}')
    print(f'{args.out} written')


if __name__ == '__main__':
    main()
