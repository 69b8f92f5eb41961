"""The folder of a sweep: its config, its trainings' results, its table."""
import csv
import json
import os
import sys
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from mmengine.config import Config

from ...apis.work_dir import remove_traces
from ..cost.environment import commit
from .processes import cut_off
from .sweep_points import Point, config_value, fit, plan
from .sweep_table import AFTER, BEFORE
from .training_log import exchanged_share, last_validation


class SweepFolder:
    """What a sweep keeps on disk.

    Args:
        root (Path): The folder.
        cfg (Config): What is trained.
        config (str): Path that it was read from.
        vary (dict[str, list]): The values of each varied field.
        seeds (Sequence[int]): Seeds.

    Attributes:
        points (dict[str, Point]): All trainings, by the name of the folder.

    Raises:
        ValueError: If a field or a value of it is wrong.
    """

    def __init__(self, root: Path, cfg: Config, config: str,
                 vary: Dict[str, list], seeds: Sequence[int]) -> None:
        self.root, self.cfg, self.config = root, cfg, config
        self.keys, self.commit = list(vary), commit()
        self.frozen = root / f'{Path(config).stem}.py'
        current = {key: config_value(cfg, key) for key in vary}
        fitting = {key: fit(key, vary[key], current[key]) for key in vary}
        self.points = {p.name: p for p in plan(current, fitting, seeds)}

    def freeze(self) -> None:
        """Keep the config, or find the same one kept.

        Raises:
            ValueError: If another one is kept.
        """
        hooks = self.cfg.get('default_hooks') or {}
        checkpoint = {'type': 'CheckpointHook', 'interval': 1,
                      **(hooks.get('checkpoint') or {})}
        # Two, for a training may be killed while it replaces one.
        checkpoint.update(max_keep_ckpts=2, save_best=None)
        self.cfg.default_hooks = dict(hooks, checkpoint=checkpoint)
        kept = sorted(self.root.glob('*.py'))
        text = self.cfg.pretty_text
        if kept and (kept != [self.frozen] or kept[0].read_text() != text):
            raise ValueError(
                f'{self.root} holds the sweep of another config, or with '
                f'other --cfg-options, see {kept[0]}: give another '
                '--work-dir')
        self.frozen.write_text(text)

    def finished(self, name: str) -> bool:
        """Whether the results of a training are there."""
        return (self.root / name / 'result.json').is_file()

    def command(self, train: str, point: Point) -> List[str]:
        """The command line of a training by ``train``, the path of
        ``tools/train.py``, which goes on where it was cut off."""
        folder, options, resume = self.root / point.name, point.options, []
        cfg = Config(self.cfg.to_dict(), format_python_code=False)
        cfg.merge_from_dict(options)
        unit = 'iter' if 'max_iters' in cfg.train_cfg else 'epoch'
        rewind(folder, f'{unit}_{cfg.train_cfg[f"max_{unit}s"]}.pth')
        if cut_off(folder):
            # Else it would resume from a load_from of the config.
            resume, options = ['--resume'], {**options, 'load_from': None}
        return [
            sys.executable, '-u', train, str(self.frozen), *resume,
            '--work-dir', str(folder), '--cfg-options',
            *(f'{k}={v}' for k, v in options.items())
        ]

    def finish(self, point: Point, status: int,
               seconds: Optional[float]) -> str:
        """Keep a training's results and remove its checkpoints.

        Args:
            point (Point): What has been trained.
            status (int): Exit status of the training.
            seconds (float, optional): How long it took. None: not known.

        Raises:
            ValueError: If it has failed.
        """
        folder = self.root / point.name
        line = keep_result(
            folder, status, **vars(point),
            seconds=seconds and round(seconds, 1), commit=self.commit)
        for path in folder.glob('*.pth'):
            path.unlink()
        return line

    def write_csv(self) -> None:
        """All results so far, those of earlier calls too."""
        results = {
            path.parent.name: json.loads(path.read_text())
            for path in sorted(self.root.glob('*/result.json'))
        }
        rows = []
        keys = [*self.keys, *(r['key'] for r in results.values())]
        for key in dict.fromkeys(key for key in keys if key is not None):
            current = config_value(self.cfg, key)
            for name, result in results.items():
                # The unchanged config is on every field's curve.
                if result['key'] in (None, key):
                    value = result['value'] if result['key'] else current
                    # As text, for csv leaves None empty.
                    rows.append({
                        **result, **result['metrics'], 'key': key,
                        'value': str(value), 'config_value': str(current),
                        'config': self.config, 'run': name})
        metrics = dict.fromkeys(k for row in rows for k in row['metrics'])
        write_results(self.root, [*BEFORE, *metrics, *AFTER], rows)


def keep_result(folder: Path, status: int, **about) -> str:
    """Keep what a training has reached in ``result.json``.

    Args:
        folder (Path): Its work dir, with ``train.log``.
        status (int): Its exit status.
        about: What else is kept.

    Returns:
        str: Its metrics in a line.

    Raises:
        ValueError: If it has failed.
    """
    if status:
        log = (folder / 'train.log').read_text(errors='replace')
        last = log.rstrip().rpartition('\n')[2]
        raise ValueError(f'exit status {status}, {last.strip()}')
    metrics, share = last_validation(folder), exchanged_share(folder)
    result = dict(about, metrics=metrics, exchanged=share)
    part = folder / 'result.part'  # the file is there whole or not at all
    part.write_text(json.dumps(result, indent=1))
    os.replace(part, folder / 'result.json')
    words = [f'{name} {value:.4g}' for name, value in metrics.items()
             if '/' not in name]  # of the ensemble
    if share is not None:
        words.append(f'{share:.1%} exchanged')
    return ', '.join(words)


def write_results(root: Path, columns: Sequence[str],
                  rows: List[dict]) -> None:
    """Write ``results.csv``, whole or not at all."""
    part = root / 'results.csv.part'
    with open(part, 'w', newline='') as file:
        table = csv.DictWriter(file, columns, extrasaction='ignore')
        table.writeheader()
        table.writerows(rows)
    os.replace(part, root / 'results.csv')


def rewind(folder: Path, last: str) -> None:
    """Let a training that was cut off in its last validation repeat it.

    Resumed from its last checkpoint, such as ``epoch_10.pth``, it would end
    without a validation, so it goes on from the one before, or starts again.
    What one without a checkpoint has left is removed.
    """
    pointer = folder / 'last_checkpoint'
    if cut_off(folder) and Path(pointer.read_text()).name == last:
        earlier = [path for path in folder.glob('*.pth') if path.name != last]
        if earlier:
            pointer.write_text(str(max(earlier, key=os.path.getmtime)))
        else:
            pointer.unlink()
    if not cut_off(folder):
        remove_traces(folder)
