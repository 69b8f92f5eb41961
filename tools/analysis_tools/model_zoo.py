"""Write docs/model_zoo.md, the table of all configs.

    python tools/analysis_tools/model_zoo.py

Each config outside ``_base_`` has a row. Its header says what it is and which
row of the paper: a line ``# Paper: Table 3, CEN, mIoU 51.6``. What
was measured comes from docs/measured.csv, one line a metric of a config, the
parameters of the paper's Table 2 from docs/paper_params.csv.
"""
import argparse
import csv
import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import mean
from typing import Callable, Dict, List, Sequence, Tuple

from _model_zoo_text import HEAD, MEASURED, NOTES
from get_flops import Complexity, measure
from mmengine import Config
from tqdm import tqdm

ROOT = Path(__file__).parents[2]
CONFIGS, DOCS = ROOT / 'configs', ROOT / 'docs'
FOLDERS = ('cen', 'single', 'concat', 'average', 'self_attention', 'align',
           'ablations')
DATASETS = dict(
    NYUDv2Dataset='NYUDv2',
    SUNRGBDDataset='SUN RGB-D',
    CityscapesRGBDDataset='Cityscapes',
    RoomsDataset='rooms')


@dataclass
class Header:
    """The comment at the head of a config.

    Attributes:
        what (str): Its first sentence.
        row (str): Table and row of the paper; empty if it has none.
        miou (str): The paper's numbers, as they are written there.
    """
    what: str
    row: str = ''
    miou: str = ''


def read_header(path: Path) -> Header:
    """Read the comment at the head of a config.

    Raises:
        ValueError: If there is none, or its line of the paper is malformed.
    """
    comment = re.match(r'(#.*\n)*', path.read_text())[0]
    text, *papers = re.split(r'^# Paper:', comment, flags=re.M)
    what = re.match(r'.+?\.(?=\s|$)', ' '.join(re.findall(r'# (.*)', text)))
    if not what:
        raise ValueError(f'{path}: the first comment must be a sentence that '
                         'says what the config is')
    if not papers:
        return Header(what[0])
    found = re.fullmatch(r' (.+), mIoU (.+)\n', papers[0])
    if not found or len(papers) > 1:
        raise ValueError(
            f'{path}: write the line of the paper once and last in the '
            'header, as "# Paper: Table 3, CEN, mIoU 51.6 single-scale"')
    return Header(what[0], *found.groups())


def read_csv(path: Path) -> List[Dict[str, str]]:
    """The rows of a table whose configs exist.

    Raises:
        ValueError: If a config does not.
    """
    with open(path, newline='') as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if not (CONFIGS / row['config']).is_file():
            raise ValueError(f'{path}: there is no configs/{row["config"]}')
    return rows


def read_measured(path: Path) -> List[Dict[str, str]]:
    """The runs, with the mean over their seeds.

    Raises:
        ValueError: If seeds and values of a row do not match.
    """
    rows = read_csv(path)
    for row in rows:
        seeds, values = row['seeds'].split(), row['values'].split()
        if not seeds or len(seeds) != len(values):
            raise ValueError(
                f'{path}: {row["config"]} {row["metric"]} has {len(seeds)} '
                f'seeds and {len(values)} values: give one a seed')
        average = f'{mean(map(float, values)):.1f}'
        # Beside what it is the mean of.
        further = {key: row.pop(key) for key in ('commit', 'date', 'hardware')}
        row.update(mean=average, **further)
    return rows


def ours(config: str, modalities: Tuple[str, ...],
         measured: List[Dict[str, str]]) -> str:
    """The measured means of a config, in the order of its streams.

    Raises:
        ValueError: If something else than its mIoU was measured.
    """
    found = {r['metric']: r for r in measured if r['config'] == config}
    metrics = ['mIoU']
    if len(modalities) > 1:
        metrics = [*(f'{m}/mIoU' for m in modalities), 'mIoU']
    if not found:
        return ''
    unknown = set(found) - set(metrics)
    if unknown or 'mIoU' not in found:
        raise ValueError(
            f'docs/measured.csv: {config} has {sorted(found)}; it must have '
            f'mIoU, and may have only {metrics}')
    seeds = len(found['mIoU']['seeds'].split())
    means = (found[m]['mean'] if m in found else '-' for m in metrics)
    return f'{" / ".join(means)} ({seeds} seed{"s" * (seeds > 1)})'


def table(rows: Sequence[Dict[str, str]]) -> str:
    """Markdown, without the columns that are empty throughout."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    numbers = ('params', 'private', 'fusion', 'GFLOPs', 'mean')
    sides = ('---:' if name.endswith(numbers) else '---' for name in names)
    lines = [names, sides, *([row[name] for name in names] for row in rows)]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)


def section(folder: str, dataset: str, rows: Sequence[Dict[str, str]],
            shapes: Sequence[Tuple[int, int]]) -> str:
    """A heading, the command and the table of one folder and data set."""
    if len(set(shapes)) > 1:
        raise ValueError(f'configs/{folder} on {dataset} trains on several '
                         f'sizes, {sorted(set(shapes))}, and GFLOPs are given '
                         'for one: use another folder')
    height, width = shapes[0]
    first = re.search(r'\((.*)\)', rows[0]['config'])[1].lstrip('./')
    key = f'{folder}/{dataset.lower()}'
    note = NOTES.get(key, NOTES.get(folder, ''))
    return (f'\n## {folder}: {dataset}, {height} x {width}\n\n'
            f'{note + chr(10) * 2 if note else ""}'
            f'    python tools/train.py {first}\n\n{table(rows)}')


def config_paths() -> List[Path]:
    """All configs but those to inherit from."""
    return sorted(
        p for p in CONFIGS.rglob('*.py')
        if '_base_' not in p.relative_to(CONFIGS).parts)


def place(config: str, dataset: str, header: Header) -> tuple:
    """Where a config stands: by folder and data set, rows of the paper first,
    fusions by setting and from early to late."""
    folder = config.split('/')[0]
    order = FOLDERS.index(folder) if folder in FOLDERS else len(FOLDERS)
    fusion = re.search(r'_(early|middle|late|all)_(common|shared)', config)
    stage, setting = fusion.groups() if fusion else ('early', '')
    return (order, folder, list(DATASETS).index(dataset), not header.row,
            setting, ('early', 'middle', 'late', 'all').index(stage), config)


def gflops(count: int) -> str:
    """Billions, with at least three digits."""
    return f'{count / 1e9:.{1 if count > 1e10 else 3}f}'


def millions(count: int) -> str:
    """Millions, or nothing."""
    return f'{count / 1e6:.3f}' if count else ''


def star(number: str) -> str:
    """A count of Table 2: all of them are recalled."""
    return f'{number}*' if number else ''


def render(measure_config: Callable[[Config], Complexity] = measure,
           measured: Path = DOCS / 'measured.csv') -> str:
    """The page.

    Args:
        measure_config (callable): What counts. Defaults to
            :func:`get_flops.measure`.
        measured (Path): The runs. Defaults to docs/measured.csv.

    Returns:
        str: Markdown.

    Raises:
        ValueError: If a header or a table is malformed.
    """
    runs = read_measured(measured)
    papers = {r['config']: r for r in read_csv(DOCS / 'paper_params.csv')}
    entries = []
    for path in tqdm(config_paths(), disable=None):
        config = path.relative_to(CONFIGS).as_posix()
        cfg, header = Config.fromfile(path), read_header(path)
        found, paper = measure_config(cfg), papers.get(config, {})
        params = found.parameters
        modalities = tuple(cfg.model.decode_head.get('modalities', ()))
        row = {
            'config': f'[{path.stem}](../configs/{config})',
            'what it is': header.what,
            'paper: row': header.row,
            'paper: mIoU': header.miou,
            'ours: mIoU': ours(config, modalities, runs),
            'params': millions(params.total),
            'paper: params': star(paper.get('params')),
            'private': millions(params.private),
            'fusion': millions(params.fusion),
            'paper: fusion': star(paper.get('fusion')),
            'GFLOPs': gflops(found.flops)
        }
        entries.append(
            (place(config, cfg.dataset_type, header), row, found.shape))
    entries.sort(key=lambda entry: entry[0])
    page = HEAD
    for (_, folder, dataset), group in groupby(entries, lambda e: e[0][:3]):
        _, rows, shapes = zip(*group)
        page += section(folder, list(DATASETS.values())[dataset], rows, shapes)
    for run in runs:
        run['config'] = f'`{run["config"]}`'
    return f'{page}\n{MEASURED}\n{table(runs)}'


def main() -> None:
    argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter).parse_args()
    (DOCS / 'model_zoo.md').write_text(render())


if __name__ == '__main__':
    main()
