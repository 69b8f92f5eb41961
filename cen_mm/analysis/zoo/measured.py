"""What was measured of the rows of the model zoo."""
import csv
from pathlib import Path
from statistics import mean
from typing import Container, Dict, List, Sequence


def read_measured(path: Path, names: Container[str]) -> List[Dict[str, str]]:
    """Read the runs, and take the mean over their seeds.

    Args:
        path (Path): A CSV of one line a metric of a row, with its seeds and
            values between spaces.
        names (Container[str]): Of the rows that there are.

    Returns:
        list[dict[str, str]]: The lines by column, with ``mean`` beside what
        it is the mean of.

    Raises:
        ValueError: If there is no such row, or seeds and values of a line do
            not match.
    """
    with open(path, newline='') as file:
        lines = list(csv.DictReader(file))
    runs = []
    for line in lines:
        if line['row'] not in names:
            raise ValueError(f'{path}: there is no row {line["row"]}')
        seeds, values = line['seeds'].split(), line['values'].split()
        if not seeds or len(seeds) != len(values):
            raise ValueError(
                f'{path}: {line["row"]} {line["metric"]} has {len(seeds)} '
                f'seeds and {len(values)} values: give one a seed')
        run = {key: line[key] for key in ('row', 'metric', 'seeds', 'values')}
        run['mean'] = f'{mean(map(float, values)):.1f}'
        runs.append({**run, **line})
    return runs


def means_of(name: str, modalities: Sequence[str],
             runs: Sequence[Dict[str, str]]) -> str:
    """The means of a row: of its modalities, then of the ensemble.

    Raises:
        ValueError: If something else than its mIoU was measured.
    """
    found = {run['metric']: run for run in runs if run['row'] == name}
    streams = modalities if len(modalities) > 1 else ()
    metrics = [*(f'{modality}/mIoU' for modality in streams), 'mIoU']
    if not found:
        return ''
    if not set(found) <= set(metrics) or 'mIoU' not in found:
        raise ValueError(
            f'docs/measured.csv: {name} has {sorted(found)}; it must have '
            f'mIoU, and may have only {metrics}')
    seeds = len(found['mIoU']['seeds'].split())
    means = (found[m]['mean'] if m in found else '-' for m in metrics)
    return f'{" / ".join(means)} ({seeds} seed{"s" * (seeds > 1)})'
