"""The rows of the model zoo: configs, alone or with options."""
import csv
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List

from mmengine import Config

from ...apis.config import read_config


@dataclass(frozen=True)
class Row:
    """A row of ``configs/rows.csv``.

    Attributes:
        section (str): Heading under which the pages list it.
        name (str): No other row has it.
        path (Path): The config file.
        options (str): What to type behind ``--cfg-options``; empty for the
            config as it stands.
        what (str): A sentence that says what it is.
        paper (dict[str, str]): What the paper says, by column: ``'paper:
            row'``, which is table and row, and its numbers as they are
            written there. A star marks a number that was recalled. Empty
            where the paper says nothing.
    """
    section: str
    name: str
    path: Path
    options: str
    what: str
    paper: Dict[str, str]

    def load(self) -> Config:
        """The config with its options."""
        return read_config(str(self.path), shlex.split(self.options))


def first_sentence(path: Path) -> str:
    """The first sentence of the comment at the head of a config.

    Raises:
        ValueError: If there is none.
    """
    comment = re.match(r'(#.*\n)*', path.read_text())[0]
    found = re.match(r'.+?\.(?=\s|$)', ' '.join(re.findall(r'# (.*)',
                                                           comment)))
    if not found:
        raise ValueError(f'{path}: the first comment must be a sentence that '
                         'says what the config is')
    return found[0]


def read_rows(configs: Path) -> List[Row]:
    """Read ``rows.csv``, in the order of the pages.

    Args:
        configs (Path): The folder of configs, with ``rows.csv`` in it.

    Returns:
        list[Row]: One a line. Where a line says not what a row is, the
        config's first sentence does.

    Raises:
        ValueError: If a config is missing or in no row, a name occurs twice, a
            row with options does not say what it is, or the paper's numbers
            come without their row.
    """
    table, rows = configs / 'rows.csv', {}
    with open(table, newline='') as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        name, path = line['name'], configs / line['config']
        if not path.is_file():
            raise ValueError(f'{table}: there is no configs/{line["config"]}')
        if name in rows:
            raise ValueError(f'{table}: there are two rows {name}')
        if line['options'] and not line['what']:
            raise ValueError(f'{table}: {name} has options; say in the column '
                             'what, what they make of the config')
        paper = {key: line[key] for key in line if key.startswith('paper: ')}
        if any(paper.values()) and not paper['paper: row']:
            raise ValueError(f'{table}: {name} has numbers of the paper and '
                             'does not say of which row')
        rows[name] = Row(line['section'], name, path, line['options'],
                         line['what'] or first_sentence(path), paper)
    listed = {row.path for row in rows.values()}
    for path in sorted(configs.rglob('*.py')):
        if path not in listed and '_base_' not in path.parts:
            raise ValueError(f'{table}: {path.relative_to(configs)} has no '
                             'row: add one')
    return list(rows.values())
