"""The folder of a sweep: its config, its trainings' figures, its table."""
import csv
import json
import os
from pathlib import Path
from typing import Any, Dict, List, Optional

from _environment import commit
from _sweep_points import Point, fit, own_value, plan
from _sweep_runs import command, rewind
from mmengine.config import Config

from cen_mm.analysis.sweep_table import AFTER, BEFORE
from cen_mm.analysis.training_log import exchanged_share, last_validation


class Sweep:
    """A sweep's folder.

    Args:
        root (Path): The folder.
        cfg (Config): What is trained.
        config (str): Where it comes from.
        vary (dict[str, list]): The values of each varied field.
        seeds (list[int]): Seeds.

    Raises:
        ValueError: If a field or a value of it is wrong.
    """

    def __init__(self, root: Path, cfg: Config, config: str,
                 vary: Dict[str, list], seeds: List[int]) -> None:
        self.root, self.cfg, self.config = root, cfg, config
        self.own = {key: own_value(cfg, key) for key in vary}
        fitting = {key: fit(key, vary[key], self.own[key]) for key in vary}
        self.points = {p.name: p for p in plan(self.own, fitting, seeds)}
        self.frozen = root / f'{Path(config).stem}.py'
        self.commit = commit()

    def freeze(self) -> None:
        """Keep the config, or find the same one kept.

        Raises:
            ValueError: If another one is kept.
        """
        hooks = self.cfg.get('default_hooks') or {}
        # Two, for a training may be killed while it replaces one.
        self.cfg.default_hooks = {
            **hooks, 'checkpoint': {
                'type': 'CheckpointHook',
                'interval': 1,
                **(hooks.get('checkpoint') or {}), 'max_keep_ckpts': 2,
                'save_best': None
            }
        }
        kept = sorted(self.root.glob('*.py'))
        text = self.cfg.pretty_text
        if kept and (kept != [self.frozen] or kept[0].read_text() != text):
            raise ValueError(
                f'{self.root} holds the sweep of another config, or with '
                f'other --cfg-options, see {kept[0]}: give another '
                '--work-dir')
        self.frozen.write_text(text)

    def finished(self, name: str) -> bool:
        return (self.root / name / 'result.json').is_file()

    def command(self, point: Point) -> List[str]:
        """Of a training, whose folder is prepared."""
        cfg = Config(self.cfg.to_dict(), format_python_code=False)
        cfg.merge_from_dict(point.options)
        unit = 'iter' if 'max_iters' in cfg.train_cfg else 'epoch'
        rewind(self.root / point.name,
               f'{unit}_{cfg.train_cfg[f"max_{unit}s"]}.pth')
        return command(self.frozen, self.root / point.name, point.options)

    def finish(self, point: Point, status: int,
               seconds: Optional[float]) -> Dict[str, Any]:
        """Keep a training's figures; its checkpoints go.

        Args:
            point (Point): What has been trained.
            status (int): How it has ended.
            seconds (float, optional): How long it took. None: not known.

        Returns:
            dict[str, Any]: The figures.

        Raises:
            ValueError: If it has failed.
        """
        folder = self.root / point.name
        if status:
            lines = (folder / 'train.log').read_text(
                errors='replace').split('\n')
            last = next((x for x in reversed(lines) if x.strip()), '')
            raise ValueError(f'exit status {status}, {last.strip()}')
        result = dict(
            vars(point),
            metrics=last_validation(folder),
            exchanged=exchanged_share(folder),
            seconds=seconds and round(seconds, 1),
            commit=self.commit)
        write(folder / 'result.json', json.dumps(result, indent=1))
        for path in folder.glob('*.pth'):
            path.unlink()
        return result

    def write_csv(self) -> None:
        """All results so far, of earlier calls too."""
        results = {
            path.parent.name: json.loads(path.read_text())
            for path in sorted(self.root.glob('*/result.json'))
        }
        keys = dict.fromkeys(
            [*self.own, *(r['key'] for r in results.values() if r['key'])])
        rows = []
        for key in keys:
            own = own_value(self.cfg, key)
            for name, result in results.items():
                if result['key'] not in (None, key):
                    continue
                rows.append({
                    'key': key,
                    # As text, for csv leaves None empty.
                    'value': str(
                        own if result['key'] is None else result['value']),
                    'own': str(own),
                    'seed': result['seed'],
                    **result['metrics'],
                    'exchanged': result['exchanged'],
                    'seconds': result['seconds'],
                    'config': self.config,
                    'commit': result['commit'],
                    'run': name
                })
        metrics = dict.fromkeys(
            k for row in rows for k in row if k not in BEFORE + AFTER)
        path = self.root / 'results.csv'
        with open(f'{path}.part', 'w', newline='') as file:
            table = csv.DictWriter(file, [*BEFORE, *metrics, *AFTER])
            table.writeheader()
            table.writerows(rows)
        os.replace(f'{path}.part', path)


def write(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_suffix('.part')
    part.write_text(text)
    os.replace(part, path)
