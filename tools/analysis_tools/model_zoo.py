"""Write docs/model_zoo.md, the table of all configs of segmentation.

    python tools/analysis_tools/model_zoo.py

Each config outside ``_base_`` and ``translation`` has a row. Its header says
what it is and which row of the paper: a line ``# Paper: Table 3, CEN, mIoU
51.6``. What was measured comes from docs/measured.csv, one line a metric of a
config with seeds and values between spaces, the parameters of the paper's
Table 2 from docs/paper_params.csv.
"""
import argparse
import re
from itertools import groupby
from pathlib import Path
from typing import Callable, Dict, List, Sequence, Tuple

from _model_zoo_sources import (
    CONFIGS,
    DOCS,
    Header,
    ours,
    read_csv,
    read_header,
    read_measured,
)
from _model_zoo_text import HEAD, MEASURED, NOTES
from mmengine import Config
from tqdm import tqdm

from cen_mm.analysis.complexity import Complexity, measure

FOLDERS = ('cen', 'single', 'concat', 'average', 'self_attention', 'align',
           'ablations')
DATASETS = dict(
    NYUDv2Dataset='NYUDv2',
    SUNRGBDDataset='SUN RGB-D',
    CityscapesRGBDDataset='Cityscapes',
    RoomsDataset='rooms')


def table(rows: Sequence[Dict[str, str]]) -> str:
    """Markdown, without the columns that are empty throughout."""
    names = [name for name in rows[0] if any(row[name] for row in rows)]
    numbers = ('params', 'private', 'fusion', 'GFLOPs', 'mean', 'generator',
               'discriminator')
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
    note = NOTES.get(f'{folder}/{dataset.lower()}', '')
    return (f'\n## {folder}: {dataset}, {height} x {width}\n\n'
            f'{note + chr(10) * 2 if note else ""}'
            f'    python tools/train.py {first}\n\n{table(rows)}')


def config_paths() -> List[Path]:
    """All configs of segmentation but those to inherit from."""
    return sorted(
        p for p in CONFIGS.rglob('*.py')
        if not {'_base_', 'translation'} & set(p.relative_to(CONFIGS).parts))


def place(config: str, dataset: str, header: Header) -> tuple:
    """Where a config stands: by folder and data set, rows of the paper first,
    fusions by setting and from early to late.

    Raises:
        ValueError: If the data set has no title.
    """
    if dataset not in DATASETS:
        raise ValueError(f'configs/{config}: {dataset} has no title yet: add '
                         'it to DATASETS in model_zoo.py')
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
            :func:`cen_mm.analysis.complexity.measure`.
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
            'paper: mIoU': header.numbers,
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
    try:
        page = render()
    except ValueError as error:
        raise SystemExit(str(error))
    (DOCS / 'model_zoo.md').write_text(page)


if __name__ == '__main__':
    main()
