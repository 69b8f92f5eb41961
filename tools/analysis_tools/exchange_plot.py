"""Plot the share of exchanged channels, by layer and over training.

    python tools/analysis_tools/exchange_plot.py WORK_DIR OUT.png

Reads what SparsityHook has kept in WORK_DIR/gammas.
"""
import argparse

from cen_mm.analysis.gammas import GammaLog, read_gammas
from cen_mm.analysis.layer_names import short_name
from cen_mm.analysis.style import (
    grouped_bars,
    modality_colours,
    new_figure,
    save,
)


def draw(log: GammaLog, out: str) -> None:
    """Left the last record by layer, right the mean over training."""
    shares = 100 * log.shares()  # (S, L, M)
    figure, axes = new_figure(1, 2, (11, 4), width_ratios=(2, 1))
    left, right = axes[0]
    grouped_bars(
        left, list(map(short_name, log.layers)),
        dict(zip(log.modalities, shares[-1].T)))
    colours = modality_colours(log.modalities)
    for modality, mean in zip(log.modalities, shares.mean(axis=1).T):
        right.plot(
            log.steps, mean, marker='.', color=colours[modality],
            label=modality)
    left.set_title(f'by layer, after {log.steps[-1]} iterations')
    right.set_title('mean over the layers')
    right.set_xlabel('iterations')
    for axis in (left, right):
        axis.set_ylabel('exchanged channels (%)')
        axis.set_ylim(bottom=0)
        axis.legend()
    save(figure, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('work_dir', help='work dir of a training')
    parser.add_argument('out', help='picture to write')
    args = parser.parse_args()
    try:
        log = read_gammas(args.work_dir)
        draw(log, args.out)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    print(f'{args.out}: {len(log.layers)} layers, mean share '
          + ', '.join(f'{n} {s:.1%}' for n, s in zip(
              log.modalities, log.shares()[-1].mean(axis=0))))


if __name__ == '__main__':
    main()
