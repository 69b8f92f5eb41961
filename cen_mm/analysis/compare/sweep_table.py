"""The table of a sweep, grouped into curves."""
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Union

import numpy as np

# Columns before and after those of the metrics.
BEFORE = ('key', 'value', 'config_value', 'seed')
AFTER = ('exchanged', 'seconds', 'config', 'commit', 'run')
PREFERRED = ('mIoU', 'MAE')


@dataclass
class Curve:
    """A column of the table over the values of one field.

    Attributes:
        key (str): The varied field.
        values (list): V numbers, or texts where one is no number, sorted.
        config_value (float | str): The config's own value, a text also
            where it is None among numbers.
        samples (list[np.ndarray]): For each value the figures of its seeds.
    """
    key: str
    values: list
    config_value: Union[float, str]
    samples: List[np.ndarray]

    @property
    def mean(self) -> np.ndarray:
        """Over the seeds, ``(V, )``; NaN without any."""
        return np.array([s.mean() if len(s) else np.nan
                         for s in self.samples])

    @property
    def std(self) -> np.ndarray:
        """Sample standard deviation over the seeds, NaN for one, ``(V, )``."""
        return np.array([s.std(ddof=1) if len(s) > 1 else np.nan
                         for s in self.samples])

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return not isinstance(self.values[0], str)

    @property
    def log(self) -> bool:
        """Whether none is negative, and those above 0 span over a decade."""
        return (self.numeric and min(self.values) >= 0
                and max(self.values) > 10 * self.least > 0)

    @property
    def least(self) -> float:
        """The least number above 0, or 0 if there is none."""
        return min((v for v in self.values if v > 0), default=0.)


def read_table(path: Union[str, Path]) -> List[Dict[str, str]]:
    """Read the results of a sweep.

    Args:
        path (str | Path): A ``results.csv``.

    Returns:
        list[dict[str, str]]: Its rows, the same names in each.

    Raises:
        ValueError: If it is none, has no row, or a figure that is no number.
        OSError: If it cannot be read.
    """
    try:
        with open(path, newline='') as file:
            table = csv.DictReader(file)
            names, rows = table.fieldnames or [], list(table)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f'{path} is no results.csv of a sweep: {error}'
                         ) from error
    absent = [k for k in (*BEFORE, AFTER[0]) if k not in names]
    if absent:
        raise ValueError(f'{path} is no results.csv of a sweep: it has no '
                         'column ' + ', '.join(absent))
    if not rows:
        raise ValueError(f'{path} has no results yet: no training of the '
                         'sweep is finished')
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise ValueError(f'{path}, line {number}, has not the '
                             f'{len(names)} cells of the first line: write '
                             'it again by sweep.py')
        for column in (*metric_names(rows), AFTER[0]):
            if row[column] and not _is_number(row[column]):
                raise ValueError(
                    f'{path}, line {number}: {column} is no number, but '
                    f'{row[column]!r}: write it again by sweep.py')
    return rows


def metric_names(rows: List[Dict[str, str]]) -> List[str]:
    """The columns of metrics that a table has."""
    return [k for k in rows[0] if k not in BEFORE + AFTER]


def find_metric(rows: List[Dict[str, str]], name: str = '') -> str:
    """The column of a metric.

    Args:
        rows (list[dict[str, str]]): A table.
        name (str): Its name. Defaults to '': the ensemble's mIoU or MAE, or
            what the table has first.

    Raises:
        ValueError: If there is no such metric, or none at all; those that
            exist are named.
    """
    names = metric_names(rows)
    if not name:
        name = next((k for k in (*PREFERRED, *names) if k in names), '')
    if name not in names:
        raise ValueError(f'{name!r} is no metric of this sweep, which has '
                         + (', '.join(names) or 'none'))
    return name


def curves(rows: List[Dict[str, str]], column: str) -> List[Curve]:
    """A column over each varied field.

    Args:
        rows (list[dict[str, str]]): A table.
        column (str): A metric, or 'exchanged'.

    Returns:
        list[Curve]: In the order of the table. Empty cells are left out.
    """
    found = []
    for key in dict.fromkeys(row['key'] for row in rows):
        points: Dict[Union[float, str], List[float]] = {}
        mine = [row for row in rows if row['key'] == key]
        numeric = all(_is_number(row['value']) for row in mine)
        for row in mine:
            value = float(row['value']) if numeric else row['value']
            points.setdefault(value, [])
            if row[column]:
                points[value].append(float(row[column]))
        config_value = mine[0]['config_value']
        if numeric and _is_number(config_value):
            config_value = float(config_value)
        found.append(
            Curve(key, sorted(points), config_value,
                  [np.array(points[value]) for value in sorted(points)]))
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
