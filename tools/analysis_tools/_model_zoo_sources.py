"""What the pages of configs are made of: their headers, and two tables."""
import csv
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Dict, List, Tuple

ROOT = Path(__file__).parents[2]
CONFIGS, DOCS = ROOT / 'configs', ROOT / 'docs'
METRICS = ('mIoU', 'FID / KID', 'MAE / RMSE (x 0.1)')


@dataclass
class Header:
    """The comment at the head of a config.

    Attributes:
        what (str): Its first sentence.
        row (str): Table and row of the paper; empty if it has none.
        metric (str): What the paper's numbers are, one of ``METRICS``.
        numbers (str): The paper's numbers, as they are written there.
    """
    what: str
    row: str = ''
    metric: str = ''
    numbers: str = ''


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
    metrics = '|'.join(map(re.escape, METRICS))
    found = re.fullmatch(rf' (.+), ({metrics}) (.+)\n', papers[0])
    if not found or len(papers) > 1:
        raise ValueError(
            f'{path}: write the line of the paper once and last in the '
            'header, as "# Paper: Table 3, CEN, mIoU 51.6 single-scale", with '
            f'one of {", ".join(METRICS)}')
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
