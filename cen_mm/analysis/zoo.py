"""The model zoo: which config, with which options, is which row of the paper,
what it costs and what was measured."""
import csv
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Callable, Container, Dict, List, Sequence

from mmengine import Config
from tqdm import tqdm

from ..apis.config import read_config
from . import model_index
from .cost.complexity import Complexity, measure
from .tables import markdown

Cells = Dict[str, str]
MEASURED = 'Measured'
NUMBERS = ('params', 'private', 'fusion', 'discriminator', 'mean')


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
    paper: Cells

    def load(self) -> Config:
        """The config with its options."""
        return read_config(str(self.path), shlex.split(self.options))


def _lines(path: Path) -> List[Cells]:
    with open(path, newline='') as file:
        return list(csv.DictReader(file))


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
    for line in _lines(table):
        name, path = line['name'], configs / line['config']
        paper = {key: line[key] for key in line if key.startswith('paper: ')}
        wrong = None
        if not path.is_file():
            wrong = f'there is no configs/{line["config"]}'
        elif name in rows:
            wrong = f'there are two rows {name}'
        elif line['options'] and not line['what']:
            wrong = (f'{name} has options; say in the column what, what they '
                     'make of the config')
        elif any(paper.values()) and not paper['paper: row']:
            wrong = (f'{name} has numbers of the paper and does not say of '
                     'which row')
        if wrong:
            raise ValueError(f'{table}: {wrong}')
        rows[name] = Row(line['section'], name, path, line['options'],
                         line['what'] or first_sentence(path), paper)
    listed = {row.path for row in rows.values()}
    for path in sorted(configs.rglob('*.py')):
        if path not in listed and '_base_' not in path.parts:
            raise ValueError(f'{table}: {path.relative_to(configs)} has no '
                             'row: add one')
    return list(rows.values())


def read_measured(path: Path, names: Container[str]) -> List[Cells]:
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
    runs = []
    for line in _lines(path):
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
             runs: Sequence[Cells]) -> str:
    """The means of a row: of its modalities, then of the ensemble; raises
    ValueError if something else than its mIoU was measured."""
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


def table(rows: Sequence[Cells]) -> str:
    """Markdown, without the columns that are empty throughout."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    return markdown(
        names, [[row[name] for name in names] for row in rows],
        [name for name in names
         if name.endswith(NUMBERS) or 'GFLOPs' in name]) + '\n'


def fill(page: str, tables: Dict[str, str]) -> str:
    """Replace the tables of a page.

    Args:
        page (str): Markdown with headings ``## <name>``.
        tables (dict[str, str]): By the headings they stand under.

    Returns:
        str: The page; of a section, its first table has changed.

    Raises:
        ValueError: If there is no such heading, or no table under it.
    """
    sections = re.split(r'^(?=## )', page, flags=re.M)
    left = dict(tables)
    for i, section in enumerate(sections):
        heading = section.split('\n')[0][3:]
        if heading not in left:
            continue
        old = re.search(r'(^\|.*\n)+', section, flags=re.M)
        if not old:
            raise ValueError(f'"## {heading}" has no table to replace: write '
                             'a line "|" under it')
        sections[i] = (section[:old.start()] + left.pop(heading) +
                       section[old.end():])
    if left:
        raise ValueError(f'no page has the heading "## {next(iter(left))}": '
                         'add it, and a line "|" under it')
    return ''.join(sections)


def millions(count: int) -> str:
    """Millions, or nothing."""
    return f'{count / 1e6:.3f}' if count else ''


def gflops(count: int) -> str:
    """Billions, with at least three digits."""
    return f'{count / 1e9:.{1 if count > 1e10 else 3}f}'


def _cells(row: Row, found: Complexity, ours: str, docs: Path) -> Cells:
    """A row by column; the title of the last says for which images."""
    paper = dict(row.paper)
    height, width = found.shape
    link = os.path.relpath(row.path, docs).replace(os.sep, '/')
    params, theirs = paper.pop('paper: params'), paper.pop('paper: fusion')
    return {
        'row': f'[{row.name}]({link})',
        'options': row.options and f'`{row.options}`',
        'what it is': row.what,
        **paper,
        'ours: mIoU': ours,
        'params': millions(found.parameters.total),
        'paper: params': params,
        'private': millions(found.parameters.private),
        'fusion': millions(found.parameters.fusion),
        'paper: fusion': theirs,
        'discriminator': millions(found.discriminator or 0),
        f'GFLOPs at {height} x {width}': gflops(found.flops),
    }


def render(
    configs: Path,
    docs: Path,
    measure_config: Callable[[Config], Complexity] = measure
) -> Dict[str, str]:
    """Fill the tables of the pages, and write the index.

    Args:
        configs (Path): The folder of configs.
        docs (Path): That of the pages and of ``measured.csv``, beside it.
        measure_config (callable): What counts. Defaults to
            :func:`cen_mm.analysis.cost.complexity.measure`.

    Returns:
        dict[str, str]: Texts by path from the folder of ``configs``:
        ``translation.md`` has the configs in ``translation``,
        ``model_zoo.md`` all others, ``model-index.yml`` those without
        options.

    Raises:
        ValueError: If a table, a page or a header of a config is malformed.
    """
    rows = read_rows(configs)
    runs = read_measured(docs / 'measured.csv', {row.name for row in rows})
    tables: Dict[str, Dict[str, List[Cells]]] = {
        'model_zoo.md': {},
        'translation.md': {}
    }
    models = []
    for row in tqdm(rows, disable=None):
        cfg = row.load()
        found = measure_config(cfg)
        cells = _cells(row, found,
                       means_of(row.name, cfg.model.modalities, runs), docs)
        if not row.options:
            models.append(model_index.entry(
                row.name, row.path.relative_to(configs.parent), cfg, found,
                [run for run in runs if run['row'] == row.name]))
        folder = row.path.relative_to(configs).parts[0]
        page = tables['translation.md' if folder ==
                      'translation' else 'model_zoo.md']
        section = page.setdefault(row.section, [])
        if section and list(section[0]) != list(cells):
            raise ValueError(
                f'{row.name} and {row.section} train on different sizes, and '
                'GFLOPs are given for one: list it in another section')
        section.append(cells)
    tables['model_zoo.md'][MEASURED] = runs
    pages = {
        f'{docs.name}/{name}': fill((docs / name).read_text(), {
            heading: table(lines) for heading, lines in sections.items()})
        for name, sections in tables.items()
    }
    return {**pages, 'model-index.yml': model_index.dump(models)}
