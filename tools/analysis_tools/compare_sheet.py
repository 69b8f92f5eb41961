"""Draw what several runs make of the same images, beside the truth.

    python tools/analysis_tools/compare_sheet.py OUT.png \\
        --run concat work_dirs/concat/epoch_5.pth \\
        --run CEN work_dirs/cen/epoch_5.pth

The sheets of Figures 6 to 10: all predictions and the truth, below them what
the models have seen and the streams of the last run. Images are picked by
--pick, or named by --names. No way of picking asks which run is right, so
nothing is picked because it flatters one: disagreement (the default) takes
those whose predictions differ most from each other, dark and bright those
with the least and the most light. Even so they are extremes: the scores of
the shown images are printed, beside the mean over all where all were looked
at. White frames mark where the predictions differ most from each other.
"""
import argparse
from itertools import zip_longest
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
from mmengine.config import DictAction
from tqdm import tqdm

from cen_mm.analysis.compare import (
    Comparison,
    compare,
    group_of,
    indices_of,
    lights,
    strongest,
)
from cen_mm.analysis.runs import Run, check_alike, load_run
from cen_mm.analysis.sheet import draw_sheet
from cen_mm.apis.checkpoint import find_config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', help='picture to write')
    parser.add_argument(
        '--run', nargs=2, action='append', required=True,
        metavar=('NAME', 'CHECKPOINT'),
        help='give two or more; inputs of all, streams of the last are shown')
    parser.add_argument(
        '--config', nargs=2, action='append', default=[],
        metavar=('NAME', 'CONFIG'),
        help='config of a run, where none lies beside its checkpoint')
    parser.add_argument(
        '--images', type=int, default=3, help='how many to pick (default: 3)')
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        '--pick', choices=('disagreement', 'dark', 'bright'),
        default='disagreement', help='how (default: disagreement)')
    which.add_argument(
        '--names', nargs='+',
        help='images to show, as the data set names them')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of all configs')
    return parser.parse_args()


def load_runs(args: argparse.Namespace) -> Dict[str, Run]:
    """The runs by name, all tested on the same images."""
    if Path(args.out).suffix != '.png':
        raise ValueError(f'{args.out}: the name of the sheet must end in .png')
    if args.images < 1:
        raise ValueError(f'--images {args.images}: show one image or more')
    names = [name for name, _ in args.run]
    configs = dict(args.config)
    if len(set(names)) < max(2, len(names)):
        raise ValueError('give --run NAME CHECKPOINT twice or more, each with '
                         'a name of its own')
    for name, config in configs.items():
        if name not in names:
            raise ValueError(f'--config {name}: no run has that name, give '
                             f'one of {", ".join(names)}')
        if not Path(config).is_file():
            raise FileNotFoundError(
                f'{config}, the config of {name}, is not there: give the '
                'path of a config')
    runs = {}
    for name, checkpoint in args.run:
        cfg = find_config(checkpoint, configs.get(name))
        cfg.merge_from_dict(args.cfg_options or {})
        runs[name] = load_run(cfg, checkpoint)
    check_alike(runs)
    return runs


def pick(runs: Dict[str, Run],
         args: argparse.Namespace) -> Tuple[List[int], np.ndarray]:
    """The images to show.

    Returns:
        tuple: Their indices, and by image of the test set what it was picked
        by, if it was, and the error of each run, if all images were seen.
    """
    names = next(iter(runs.values())).names
    if args.names:
        return indices_of(args.names, names), np.empty((len(names), 0))
    images = tqdm(range(len(names)), desc='picking', disable=None)
    if args.pick == 'disagreement':
        seen = (compare(runs, index) for index in images)
        # Only figures are kept of all images.
        table = np.array([[c.disagreement, *c.errors.values()] for c in seen])
    else:
        table = np.array(lights(runs, images))[:, None]
    values = -table[:, 0] if args.pick == 'dark' else table[:, 0]
    return strongest(values, args.images), table


def report(args: argparse.Namespace, run: Run, indices: List[int],
           seen: List[Comparison], table: np.ndarray) -> None:
    """Print the scores of what is shown, so that none is taken for a mean."""
    how = '--names' if args.names else f'--pick {args.pick}'
    print(f'{args.out}: {len(indices)} of {len(run.names)} images ({how}), '
          f'{run.measure} of each run:')
    picked_by = 'disagreement' if args.pick == 'disagreement' else 'light'
    rows = [['image', *[picked_by][:table.shape[1]], *seen[0].errors]]
    for index, compared in zip(indices, seen):
        rows.append([
            run.names[index], *(f'{x:.3f}' for x in table[index, :1]),
            *map(run.score, compared.errors.values())
        ])
    if len(seen) > 1:
        errors = np.nanmean([[*c.errors.values()] for c in seen], axis=0)
        picked = [f'{x:.3f}' for x in table[indices, :1].mean(axis=0)]
        rows.append(['mean of these', *picked, *map(run.score, errors)])
    if table.size:
        first, *errors = np.nanmean(table, axis=0)
        rows.append(['mean of all', f'{first:.3f}', *map(run.score, errors)])
    widths = [
        max(map(len, column)) for column in zip_longest(*rows, fillvalue='')
    ]
    for row in rows:
        print('  '.join(map(str.ljust, row, widths)).rstrip())


def main() -> None:
    args = parse_args()
    try:
        runs = load_runs(args)
        Path(args.out).parent.mkdir(parents=True, exist_ok=True)
        indices, table = pick(runs, args)
        seen = [compare(runs, index) for index in indices]
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    run = next(iter(runs.values()))
    groups = [
        group_of(runs, run.names[index], compared)
        for index, compared in zip(indices, seen)
    ]
    draw_sheet(groups, args.out, run.legend(c.truth for c in seen))
    report(args, run, indices, seen, table)


if __name__ == '__main__':
    main()
