"""Rows that train_rows.py has trained, as a table and a picture."""
import csv
from pathlib import Path
from statistics import mean, stdev
from typing import Dict, List, Optional, Sequence

from ..style import (
    GREY,
    UNITS,
    check_name,
    modality_colours,
    new_figure,
    save,
)
from ..tables import markdown, run_names, stream_of
from .significance import Difference, compare_runs

Cells = Dict[str, str]
METRIC = 'mIoU'


def compare_rows(work_dir: str, references: Sequence[str],
                 plot: Optional[str] = None) -> str:
    """Tabulate the rows below a folder, the best ensemble first.

    Args:
        work_dir (str): Of ``train_rows.py``.
        references (Sequence[str]): Rows to whose ensemble each is compared by
            :func:`compare_runs`.
        plot (str, optional): A picture to write: mIoU of every stream and
            seed, and the differences from the first reference.

    Returns:
        str: A Markdown table, which calls rows by as much of their names as
        tells them apart: mIoU of the streams as mean +- standard
        deviation over the seeds, differences with their 95 % intervals,
        exchanged channels in percent and minutes.

    Raises:
        FileNotFoundError: If there are no results, or no confusions.
        ValueError: If a reference has not been trained, a row has no mIoU,
            or the name of the picture has no known ending.
    """
    root = Path(work_dir)
    if plot:  # before anything is computed
        check_name(plot)
    with open(root / 'results.csv', newline='') as file:
        runs = list(csv.DictReader(file))
    rows: Dict[str, List[Cells]] = {}
    for run in runs:
        if not run.get(METRIC):
            raise ValueError(f'{root}: {run["row"]} has no {METRIC}, as rows '
                             'of translation: only rows of segmentation can '
                             'be compared')
        rows.setdefault(run['row'], []).append(run)
    rows = dict(sorted(rows.items(), key=lambda row: -mean(
        float(run[METRIC]) for run in row[1])))
    for reference in references:
        if reference not in rows:
            raise ValueError(f'{root} has no row {reference}, but '
                             f'{", ".join(rows) or "none at all"}')
    keys = list(dict.fromkeys(
        key for run in runs for key, value in run.items()
        if value and key.split('/')[-1] == METRIC))
    # Trainings that are still running have such files, too.
    files = [[root / row / f'seed{run["seed"]}' / 'confusions.npz'
              for run in seeds] for row, seeds in rows.items()]
    names = dict(zip(rows, run_names([Path(row) for row in rows])))
    rows = dict(zip(names.values(), rows.values()))
    files, references = dict(zip(rows, files)), [names[r] for r in references]
    differences = {
        (row, reference): compare_runs(
            files[row], files[reference])['ensemble']
        for reference in references for row in rows if row != reference
    }
    lines = []
    for row, seeds in rows.items():
        cells = {'row': row, 'seeds': str(len(seeds))}
        for key in keys:
            cells[stream_of(key)] = _spread([run[key] for run in seeds])
        for reference in references:
            found = differences.get((row, reference))
            cells[f'minus {reference}'] = _interval(found)
        cells['exchanged'] = _spread(
            [run['exchanged'] for run in seeds], 100)
        minutes = [float(run['seconds']) / 60
                   for run in seeds if run['seconds']]
        cells['minutes'] = f'{mean(minutes):.0f}' if minutes else ''
        lines.append(cells)
    if plot:
        _draw(rows, keys, differences, references[0], plot)
    head = list(lines[0])
    return markdown(
        head, [list(cells.values()) for cells in lines], head[1:])


def _spread(values: Sequence[str], factor: float = 1) -> str:
    numbers = [factor * float(value) for value in values if value]
    if not numbers:
        return ''
    spread = f' ± {stdev(numbers):.1f}' if len(numbers) > 1 else ''
    return f'{mean(numbers):.1f}{spread}'


def _interval(found: Optional[Difference]) -> str:
    return '' if found is None else (
        f'{found.a - found.b:+.1f} [{found.low:+.1f}, {found.high:+.1f}]')


def _draw(rows: Dict[str, List[Cells]], keys: List[str],
          differences: dict, reference: str, plot: str) -> None:
    """A line a row: mIoU on the left, the difference on the right."""
    figure, ((left, right), ) = new_figure(
        1, 2, (9, 1.2 + 0.28 * len(rows)), sharey=True,
        width_ratios=(3, 2))
    names = list(map(stream_of, keys))
    colours = modality_colours(names)
    for name in names:  # a row may lack a stream
        left.plot([], [], 'o', color=colours[name], alpha=0.7, markersize=4,
                  label=name)
    for place, (row, seeds) in enumerate(rows.items()):
        for shift, (name, key) in enumerate(zip(names, keys)):
            values = [float(run[key]) for run in seeds if run[key]]
            left.plot(
                values, [place + 0.2 * (shift - 1)] * len(values), 'o',
                color=colours[name], alpha=0.7, markersize=4)
        found = differences.get((row, reference))
        if found is not None:
            gain = found.a - found.b
            right.errorbar(
                gain, place, fmt='o', color=GREY, markersize=4, capsize=2,
                xerr=[[gain - found.low], [found.high - gain]])
    left.set_yticks(range(len(rows)), list(rows))
    left.invert_yaxis()
    left.set_xlabel(f'{METRIC}{UNITS[METRIC]}, a point a seed')
    right.axvline(0, color=GREY, linewidth=0.8, linestyle=':')
    right.set_xlabel(f'ensemble minus {reference},\n'
                     '95 % interval, images and seeds')
    figure.legend(loc='outside upper center', ncols=len(names))
    save(figure, plot)
