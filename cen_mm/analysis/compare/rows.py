"""Train rows of the model zoo, several seeds of each."""
import difflib
import json
import shlex
import sys
import time
from pathlib import Path
from typing import Dict, List, Optional, Sequence

# First: it keeps mmengine's runner from importing transformers.
import cen_mm  # noqa: F401  # isort: skip

from ...apis.config import override
from ...apis.work_dir import locked
from ..cost.environment import commit
from ..zoo import Row, read_rows
from .processes import OTHERS, cut_off, train_all
from .sweep_folder import keep_result, rewind, write_results

ABOUT = ('exchanged', 'seconds', 'commit', 'date', 'options')  # columns


def train_rows(names: Sequence[str], seeds: Sequence[int], jobs: int,
               work_dir: str, options: Sequence[str],
               configs: Path) -> Dict[str, str]:
    """Train what is not finished, and print how it goes.

    Args:
        names (Sequence[str]): Of rows in ``rows.csv``, or folders of them,
            such as ``nyudv2_lite/``.
        seeds (Sequence[int]): Seeds of each.
        jobs (int): Trainings at a time.
        work_dir (str): Where each training has a folder, with its
            checkpoints, ``confusions.npz`` and ``result.json``, and all of
            them ``results.csv``.
        options (Sequence[str]): ``KEY=VALUE`` overrides for all, behind those
            of the row.
        configs (Path): The folder of configs.

    Returns:
        dict[str, str]: Why those that failed did, by name.

    Raises:
        ValueError: If anything that was given is wrong; nothing is trained.
    """
    if jobs < 1 or not seeds:
        raise ValueError('--jobs must be at least 1, and a seed is needed')
    rows = find_rows(names, read_rows(configs))
    root, given = Path(work_dir), shlex.join(options)
    for row in rows:
        override(row.load(), options)
    trainings = {
        f'{row.name}/seed{seed}': (row, seed)
        for seed in dict.fromkeys(seeds) for row in rows
    }
    version = commit()

    def finish(name: str, status: int, seconds: Optional[float]) -> str:
        row, seed = trainings[name]
        line = keep_result(
            root / name, status, row=row.name, seed=seed,
            options=' '.join(filter(None, (row.options, given))),
            seconds=seconds and round(seconds), commit=version,
            date=time.strftime('%Y-%m-%d'))
        write_table(root)
        return line

    with locked(root, OTHERS) as lock:
        _check_options(root, given)
        write_table(root)
        commands = {
            name: _command(row, seed, root / name, options, configs)
            for name, (row, seed) in trainings.items()
            if not (root / name / 'result.json').is_file()
        }
        return train_all(commands, len(trainings), root, jobs, finish, lock)


def find_rows(names: Sequence[str], rows: Sequence[Row]) -> List[Row]:
    """The rows that are called so, or lie in a folder that is.

    Raises:
        ValueError: If there is none; near names are suggested.
    """
    found: Dict[str, Row] = {}
    for name in names:
        chosen = [row for row in rows if row.name == name
                  or (name.endswith('/') and row.name.startswith(name))]
        if not chosen:
            near = difflib.get_close_matches(name, [r.name for r in rows],
                                             cutoff=0)
            raise ValueError(f'configs/rows.csv has no row {name!r}; near '
                             f'names: {", ".join(near)}')
        found.update({row.name: row for row in chosen})
    return list(found.values())


def _check_options(root: Path, given: str) -> None:
    """Keep trainings with other options out of the folder."""
    kept = root / 'cfg_options.txt'
    if kept.is_file() and kept.read_text() != given:
        raise ValueError(f'{root} holds trainings with --cfg-options '
                         f'{kept.read_text()!r}: give another --work-dir')
    kept.write_text(given)


def _command(row: Row, seed: int, folder: Path, options: Sequence[str],
             configs: Path) -> List[str]:
    cfg = override(row.load(), options)
    last = cfg.train_cfg.get('max_epochs')
    rewind(folder, f'epoch_{last}.pth' if last else
           f'iter_{cfg.train_cfg.max_iters}.pth')
    return [
        sys.executable, '-u', str(configs.parent / 'tools/train.py'),
        str(row.path), *(['--resume'] if cut_off(folder) else []),
        '--work-dir', str(folder), '--cfg-options',
        *shlex.split(row.options), *options, f'randomness.seed={seed}',
        f'val_evaluator.save_confusions={folder / "confusions.npz"}'
    ]


def write_table(root: Path) -> None:
    """Write ``results.csv``: one line a training, its metrics in percent."""
    results = [json.loads(path.read_text())
               for path in sorted(root.rglob('result.json'))]
    metrics = dict.fromkeys(k for r in results for k in r['metrics'])
    write_results(root, ['row', 'seed', *metrics, *ABOUT],
                  [{**r, **r['metrics']} for r in results])
