"""Train a config for several values of its fields, one field at a time."""
from pathlib import Path
from typing import Dict, Optional, Sequence

# First: it keeps mmengine's runner from importing transformers.
import cen_mm  # noqa: F401  # isort: skip

from ...apis.config import read_config
from ...apis.work_dir import locked
from .processes import OTHERS, train_all
from .sweep_folder import SweepFolder
from .sweep_points import read_vary


def run_sweep(config: str, vary: Sequence[str], seeds: Sequence[int],
              jobs: int, work_dir: str, options: Sequence[str],
              train: str) -> Dict[str, str]:
    """Train what is not finished, and print how it goes.

    Args:
        config (str): Path of the config.
        vary (Sequence[str]): ``KEY=V1,V2`` for each field.
        seeds (Sequence[int]): Seeds of each point.
        jobs (int): Trainings at a time.
        work_dir (str): Folder of the sweep, which holds ``results.csv``.
        options (Sequence[str]): ``KEY=VALUE`` overrides for all trainings.
        train (str): Path of ``tools/train.py``.

    Returns:
        dict[str, str]: Why those that failed did, by name.

    Raises:
        OSError: If the config is not there.
        ValueError: If anything that was given is wrong; nothing is trained.
    """
    if jobs < 1:
        raise ValueError('--jobs must be at least 1')
    if len({*seeds}) < len(seeds):
        raise ValueError(f'--seeds {seeds} has a seed twice')
    values = read_vary(vary)
    # What the config imports is needed by the trainings alone.
    cfg = read_config(config, options, import_custom_modules=False)
    for field, why in (('train_cfg', 'which says how long to train'),
                       ('val_evaluator', 'whose metrics a sweep compares')):
        if not cfg.get(field):
            raise ValueError(f'{config} has no {field}, {why}')
    if 'LocalVisBackend' not in str(cfg.get('visualizer')):
        raise ValueError(
            f'{config} has no LocalVisBackend in visualizer.vis_backends,'
            ' whose log a sweep reads: add dict(type="LocalVisBackend")')
    folder = SweepFolder(Path(work_dir), cfg, config, values, seeds)

    def finish(name: str, status: int, seconds: Optional[float]) -> str:
        line = folder.finish(folder.points[name], status, seconds)
        folder.write_csv()
        return line

    with locked(folder.root, OTHERS) as lock:
        folder.freeze()
        folder.write_csv()
        commands = {
            name: folder.command(train, point)
            for name, point in folder.points.items()
            if not folder.finished(name)
        }
        return train_all(commands, len(folder.points), folder.root, jobs,
                         finish, lock)
