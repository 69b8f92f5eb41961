"""The table of a sweep, grouped into curves."""
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Union

import numpy as np

BEFORE = ('key', 'value', 'own', 'seed')
AFTER = ('exchanged', 'seconds', 'config', 'commit', 'run')
PREFERRED = ('mIoU', 'MAE')


@dataclass
class Curve:
    """A column of the table over the values of one field.

    Attributes:
        key (str): The varied field.
        values (list): V numbers in ascending order, or texts in that of the
            table where one is no number.
        own (float | str): The config's own value.
        samples (list[np.ndarray]): For each value the figures of its seeds.
    """
    key: str
    values: list
    own: Union[float, str]
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
        """Whether they are positive and span more than a decade."""
        return (self.numeric and min(self.values) > 0
                and max(self.values) > 10 * min(self.values))


def read_table(path: Union[str, Path]) -> List[Dict[str, str]]:
    """Read the results of a sweep.

    Args:
        path (str | Path): A ``results.csv``.

    Returns:
        list[dict[str, str]]: Its rows, the same names in each.

    Raises:
        ValueError: If it is none, or has no row.
        OSError: If it cannot be read.
    """
    with open(path, newline='') as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError(f'{path} has no results yet: no training of the '
                         'sweep is finished')
    absent = [name for name in (*BEFORE, AFTER[0]) if name not in rows[0]]
    if absent:
        raise ValueError(f'{path} is no results.csv of a sweep: it has no '
                         'column ' + ', '.join(absent))
    return rows


def find_metric(rows: List[Dict[str, str]], name: str = '') -> str:
    """The metric that a user means.

    Args:
        rows (list[dict[str, str]]): A table.
        name (str): Its name. Defaults to '': the ensemble's mIoU or MAE, or
            what the table has first.

    Returns:
        str: The name of a column.

    Raises:
        ValueError: If there is no such metric; those that exist are named.
    """
    names = [k for k in rows[0] if k not in BEFORE + AFTER]
    if not name:
        ours = [k for k in PREFERRED if k in names]
        return (ours + names)[0]
    if name not in names:
        raise ValueError(f'{name!r} is no metric of this sweep, which has '
                         + ', '.join(names))
    return name


def curves(rows: List[Dict[str, str]], column: str) -> List[Curve]:
    """A column over each varied field.

    Args:
        rows (list[dict[str, str]]): A table.
        column (str): A metric, or 'exchanged'.

    Returns:
        list[Curve]: In the order of the table. Empty cells are left out.

    Raises:
        ValueError: If a cell is no number.
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
                points[value].append(_number(row, column))
        own = mine[0]['own']
        values = sorted(points) if numeric else list(points)
        found.append(
            Curve(key, values,
                  float(own) if numeric and _is_number(own) else own,
                  [np.array(points[value]) for value in values]))
    return found


def _number(row: Dict[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError as error:
        raise ValueError(
            f'{column} of {row["key"]}={row["value"]}, seed {row["seed"]}, '
            f'is no number, but {row[column]!r}') from error


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
