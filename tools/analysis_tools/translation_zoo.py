"""Write docs/translation.md, the tables of all configs of translation.

    python tools/analysis_tools/translation_zoo.py

Each config in ``configs/translation`` has a row. Its header says what it is
and which row of the paper, as for docs/model_zoo.md; its name says where the
row stands.
"""
import argparse
import re
from itertools import groupby
from pathlib import Path
from typing import Dict, Tuple

from _model_zoo_sources import CONFIGS, DOCS, METRICS, read_header
from _translation_zoo_text import HEAD, NOTES, TITLES
from mmengine import Config
from model_zoo import millions, table
from tqdm import tqdm

from cen_mm.analysis.complexity import build, count_parameters

FUSIONS = ('concat', 'average', 'align', 'self_attention')
STAGES = ('early', 'middle', 'late', 'all')
DATASETS = dict(taskonomy='Taskonomy', rooms='rooms')
NAME = re.compile(r'([a-z_]+)_([a-z-]+2[a-z]+)_(taskonomy|rooms)(?:_(\w+))?')


def place(stem: str, paper: str) -> Tuple[Tuple[str, str, str], tuple]:
    """Where a config stands.

    Args:
        stem (str): The name of the config.
        paper (str): Its row of the paper, empty if it has none.

    Returns:
        tuple: Its section, which is kind, data set and, of fusions, task; and
        its place: fusions from early to late, all else by the number of
        sources.

    Raises:
        ValueError: If the name does not say.
    """
    found = NAME.fullmatch(stem)
    method, task, dataset, variant = found.groups() if found else [''] * 4
    kind = 'fusion' if method in FUSIONS else method
    if kind not in TITLES or (kind == 'fusion' and variant not in STAGES):
        raise ValueError(
            f'configs/translation/{stem}.py: call it <method>_<sources>2'
            '<target>_<dataset>[_<variant>].py, with a method of '
            f'{", ".join([*TITLES, *FUSIONS])} and of fusions one of '
            f'{", ".join(STAGES)}')
    order = (list(TITLES).index(kind), list(DATASETS).index(dataset))
    to_rgb = task.endswith('2rgb')
    if kind == 'fusion':
        section = (kind, dataset, task)
        order += (not to_rgb, task, FUSIONS.index(method),
                  STAGES.index(variant))
    else:
        section = (kind, dataset, '')
        order += (not to_rgb, task.count('-'), task, not paper, paper, stem)
    return section, order


def title(section: Tuple[str, str, str]) -> str:
    """The heading of a section."""
    kind, dataset, task = section
    task = task and f': {task.replace("-", " and ").replace("2", " to ")}'
    return f'{TITLES[kind]}{task}, on {DATASETS[dataset]}'


def row_of(path: Path) -> Dict[str, str]:
    """The cells of a config, by column."""
    header, cfg = read_header(path), Config.fromfile(path)
    net = build(cfg)
    found = count_parameters(net.generator)
    config = path.relative_to(CONFIGS).as_posix()
    return {
        'config': f'[{path.stem}](../configs/{config})',
        'what it is': header.what,
        'paper: row': header.row,
        **{
            f'paper: {metric}':
            header.numbers if header.metric == metric else ''
            for metric in METRICS
        },
        'generator': millions(found.total),
        'private': millions(found.private),
        'fusion': millions(found.fusion),
        'discriminator': millions(count_parameters(net.discriminator).total)
    }


def render() -> str:
    """The page.

    Returns:
        str: Markdown.

    Raises:
        ValueError: If a header or a name is malformed.
    """
    entries = []
    for path in tqdm(list((CONFIGS / 'translation').glob('*.py')),
                     disable=None):
        row = row_of(path)
        section, order = place(path.stem, row['paper: row'])
        entries.append((order, section, row))
    entries.sort(key=lambda entry: entry[0])
    page = HEAD
    for section, group in groupby(entries, lambda entry: entry[1]):
        note = NOTES.get(section[:2], NOTES.get(section[0], ''))
        page += (f'\n## {title(section)}\n\n'
                 f'{note + chr(10) * 2 if note else ""}'
                 f'{table([row for *_, row in group])}')
    return page


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter).parse_args()
    try:
        page = render()
    except ValueError as error:
        raise SystemExit(str(error))
    (DOCS / 'translation.md').write_text(page)


if __name__ == '__main__':
    main()
