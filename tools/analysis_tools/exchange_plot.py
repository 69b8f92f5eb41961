"""Plot the share of exchanged channels, by layer and over training.

    python tools/analysis_tools/exchange_plot.py WORK_DIR OUT.png

Reads what SparsityHook has kept in WORK_DIR/gammas.
"""
import argparse
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use('Agg')
import matplotlib.pyplot as plt

# Okabe and Ito's colours, which colour-blind readers tell apart.
COLOURS = ('#D55E00', '#0072B2', '#009E73', '#CC79A7', '#E69F00')


def shares(folder: Path):
    """Shares of exchanged channels.

    Returns:
        tuple: Steps (list of S ints), layers (list of L names), modalities
        (list of M names), and the shares, ``(S, L, M)``.
    """
    files = sorted(folder.glob('iter_*.npz'))
    if not files:
        raise SystemExit(f'{folder} holds no iter_*.npz: train with a '
                         'SparsityHook, which writes them')
    steps, table, layers, modalities = [], [], [], []
    for file in files:
        with np.load(file) as arrays:
            layers = [k for k in arrays.files if f'{k}/replaced' in arrays]
            modalities = arrays['modalities'].tolist()
            table.append(
                [arrays[f'{k}/replaced'].mean(axis=1) for k in layers])
        steps.append(int(file.stem[len('iter_'):]))
    return steps, layers, modalities, np.array(table)


def draw(steps, layers, table, modalities, out) -> None:
    """Left the last record by layer, right the mean over training."""
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 4), width_ratios=(2, 1), layout='constrained')
    place = np.arange(len(layers))
    width = 0.8 / len(modalities)
    for m, modality in enumerate(modalities):
        colour = COLOURS[m % len(COLOURS)]
        left.bar(
            place + (m - (len(modalities) - 1) / 2) * width,
            100 * table[-1, :, m], width, color=colour, label=modality)
        right.plot(steps, 100 * table[:, :, m].mean(axis=1), color=colour,
                   marker='.', label=modality)
    names = [name.split('.', 1)[1] for name in layers]
    left.set_xticks(place, names, rotation=90, fontsize=8)
    left.set_title(f'by layer, after {steps[-1]} iterations', fontsize=10)
    right.set_title('mean over the layers', fontsize=10)
    right.set_xlabel('iterations')
    for axis in (left, right):
        axis.set_ylabel('exchanged channels (%)')
        axis.set_ylim(bottom=0)
        axis.legend(frameon=False)
        axis.spines[['top', 'right']].set_visible(False)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('work_dir', help='work dir of a training')
    parser.add_argument('out', help='picture to write')
    args = parser.parse_args()
    steps, layers, modalities, table = shares(Path(args.work_dir) / 'gammas')
    draw(steps, layers, table, modalities, args.out)
    print(f'{args.out}: {len(layers)} layers, mean share '
          + ', '.join(f'{n} {s:.1%}' for n, s in zip(
              modalities, table[-1].mean(axis=0))))


if __name__ == '__main__':
    main()
