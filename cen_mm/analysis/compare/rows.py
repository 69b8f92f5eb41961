"""Train rows of the model zoo, several seeds of each."""
import difflib
import shlex
from pathlib import Path
from typing import Dict, List, Sequence

from ..tables import write_csv
from ..zoo import Row, read_rows
from .trainings import Training, changed, read_results, train_all, trainable

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
    rows = find_rows(names, read_rows(configs))
    root, given = Path(work_dir), shlex.join(options)
    cfgs = [trainable(str(row.path), [*shlex.split(row.options), *options])
            for row in rows]
    trainings = [
        Training(f'{row.name}/seed{seed}',
                 changed(cfg, {'randomness.seed': seed}),
                 dict(row=row.name, seed=seed, options=' '.join(
                     filter(None, (row.options, given)))))
        for seed in dict.fromkeys(seeds) for row, cfg in zip(rows, cfgs)
    ]
    return train_all(
        trainings, {'cfg_options.txt': given}, root, jobs,
        str(configs.parent / 'tools/train.py'), lambda: write_table(root))


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


def write_table(root: Path) -> None:
    """Write ``results.csv``: one line a training, its metrics in percent."""
    results = read_results(root, '**').values()
    metrics = dict.fromkeys(k for r in results for k in r['metrics'])
    write_csv(root / 'results.csv', [{**r, **r['metrics']} for r in results],
              ['row', 'seed', *metrics, *ABOUT])
