"""The table of a sweep, grouped into curves."""
import csv
from contextlib import suppress
from dataclasses import dataclass
from typing import Dict, List, Union

import numpy as np

# Columns before and after those of the metrics.
BEFORE = ('key', 'value', 'config_value', 'seed')
AFTER = ('exchanged', 'seconds', 'config', 'commit', 'run')
PREFERRED = ('mIoU', 'MAE')
Row = Dict[str, str]


@dataclass
class Curve:
    """A column of the table over the values of one field.

    Attributes:
        key (str): The varied field.
        values (list): V numbers, or texts where one is no number, sorted.
        config_value (float | str): The config's own value, a text also
            where it is None among numbers.
        mean (np.ndarray): Over the seeds, ``(V, )``; NaN without any.
        std (np.ndarray): Sample standard deviation over the seeds, NaN for
            one, ``(V, )``.
        counts (list[int]): Numbers of seeds.
    """
    key: str
    values: list
    config_value: Union[float, str]
    mean: np.ndarray
    std: np.ndarray
    counts: List[int]

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


def read_table(path: str) -> List[Row]:
    """The rows of the ``results.csv`` of a sweep, by column.

    Raises:
        ValueError: If it is none, or has no row.
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
    return rows


def metric_names(rows: List[Row]) -> List[str]:
    """The columns of metrics that a table has."""
    return [k for k in rows[0] if k not in BEFORE + AFTER]


def find_metric(rows: List[Row], name: str = '') -> str:
    """The column of a metric, by default the ensemble's mIoU or MAE, or what
    the table has first.

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


def curves(rows: List[Row], column: str, factor: float = 1) -> List[Curve]:
    """A column (a metric, or 'exchanged') times a factor over each varied
    field, without empty cells."""
    found = []
    for key in dict.fromkeys(row['key'] for row in rows):
        mine = [row for row in rows if row['key'] == key]
        values = [_number(row['value']) for row in mine]
        config_value = mine[0]['config_value']
        if any(isinstance(value, str) for value in values):
            values = [row['value'] for row in mine]
        else:
            config_value = _number(config_value)
        samples: Dict[Union[float, str], list] = {v: [] for v in values}
        for value, row in zip(values, mine):
            if row[column]:
                samples[value].append(factor * float(row[column]))
        seeds = [samples[value] for value in sorted(samples)]
        found.append(Curve(
            key, sorted(samples), config_value,
            np.array([np.mean(s) if s else np.nan for s in seeds]),
            np.array([np.std(s, ddof=1) if len(s) > 1 else np.nan
                      for s in seeds]),
            list(map(len, seeds))))
    return found


def _number(text: str) -> Union[float, str]:
    """A number where a text is one, else the text."""
    with suppress(ValueError):
        return float(text)
    return text
