"""The tables of docs/model_zoo.md and docs/translation.md."""
import os
import re
from pathlib import Path
from typing import Callable, Dict, List, Sequence

from mmengine import Config
from tqdm import tqdm

from ..cost.complexity import Complexity, measure
from .measured import means_of, read_measured
from .rows import Row, read_rows

MEASURED = 'Measured'
NUMBERS = ('params', 'private', 'fusion', 'discriminator', 'mean')


def millions(count: int) -> str:
    """Millions, or nothing."""
    return f'{count / 1e6:.3f}' if count else ''


def gflops(count: int) -> str:
    """Billions, with at least three digits."""
    return f'{count / 1e9:.{1 if count > 1e10 else 3}f}'


def table(rows: Sequence[Dict[str, str]]) -> str:
    """Markdown, without the columns that are empty throughout."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    sides = ('---:' if name.endswith(NUMBERS) or 'GFLOPs' in name else '---'
             for name in names)
    lines = [names, sides, *([row[name] for name in names] for row in rows)]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)


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


def _cells(row: Row, found: Complexity, ours: str,
           docs: Path) -> Dict[str, str]:
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
    """Fill the tables of the pages.

    Args:
        configs (Path): The folder of configs.
        docs (Path): That of the pages and of ``measured.csv``.
        measure_config (callable): What counts. Defaults to
            :func:`cen_mm.analysis.cost.complexity.measure`.

    Returns:
        dict[str, str]: The pages by file name: ``translation.md`` has the
        configs in ``translation``, ``model_zoo.md`` all others.

    Raises:
        ValueError: If a table, a page or a header of a config is malformed.
    """
    rows = read_rows(configs)
    runs = read_measured(docs / 'measured.csv', {row.name for row in rows})
    tables: Dict[str, Dict[str, List[Dict[str, str]]]] = {
        'model_zoo.md': {},
        'translation.md': {}
    }
    for row in tqdm(rows, disable=None):
        cfg = row.load()
        cells = _cells(row, measure_config(cfg),
                       means_of(row.name, cfg.model.modalities, runs), docs)
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
    return {
        name: fill((docs / name).read_text(),
                   {heading: table(found)
                    for heading, found in sections.items()})
        for name, sections in tables.items()
    }
