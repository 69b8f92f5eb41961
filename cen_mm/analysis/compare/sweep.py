"""Train a config for several values of its fields, one field at a time."""
from pathlib import Path
from typing import Dict, Sequence

from mmengine.config import Config

from ..tables import write_csv
from .sweep_points import config_value, fit, plan, read_vary
from .sweep_table import AFTER, BEFORE
from .trainings import (
    Training,
    changed,
    config_text,
    read_results,
    train_all,
    trainable,
)


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
    if len({*seeds}) < len(seeds):
        raise ValueError(f'--seeds {seeds} has a seed twice')
    values, cfg = read_vary(vary), trainable(config, options)
    current = {key: config_value(cfg, key) for key in values}
    fitting = {key: fit(key, values[key], current[key]) for key in values}
    _limit_checkpoints(cfg)
    trainings = [
        Training(point.name, changed(cfg, point.options), vars(point))
        for point in plan(current, fitting, seeds)
    ]
    return train_all(
        trainings, {'configs/unchanged.py': config_text(cfg)}, Path(work_dir),
        jobs, train, lambda: _write_table(Path(work_dir), cfg, config, values),
        keep_checkpoints=False)


def _limit_checkpoints(cfg: Config) -> None:
    """Keep checkpoints to resume from: two, for a training may be killed
    while it replaces one."""
    hooks = cfg.get('default_hooks') or {}
    checkpoint = {'type': 'CheckpointHook', 'interval': 1,
                  **(hooks.get('checkpoint') or {}),
                  'max_keep_ckpts': 2, 'save_best': None}
    cfg.default_hooks = dict(hooks, checkpoint=checkpoint)


def _write_table(root: Path, cfg: Config, config: str,
                 keys: Sequence[str]) -> None:
    """All results so far, those of earlier calls too."""
    results, rows = read_results(root), []
    keys = [*keys, *(r['key'] for r in results.values())]
    for key in dict.fromkeys(key for key in keys if key is not None):
        current = config_value(cfg, key)
        for name, result in results.items():
            # The unchanged config is on every field's curve.
            if result['key'] in (None, key):
                value = result['value'] if result['key'] else current
                # As text, for csv leaves None empty.
                rows.append({
                    **result, **result['metrics'], 'key': key,
                    'value': str(value), 'config_value': str(current),
                    'config': config, 'run': name})
    metrics = dict.fromkeys(k for row in rows for k in row['metrics'])
    write_csv(root / 'results.csv', rows, [*BEFORE, *metrics, *AFTER])
