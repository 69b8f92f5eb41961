"""Trainings side by side in one folder, and what each has reached."""
import json
import os
import sys
import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

from mmengine.config import Config
from tqdm import tqdm

from ...apis.config import parse_options, read_config
from ...apis.work_dir import locked, remove_traces
from ...engine.atomic_backend import write_whole
from ..cost.environment import commit
from .processes import run_all
from .training_log import exchanged_share, last_validation

# What else may hold the lock of a folder, for the message.
OTHERS = 'another sweep, or a training that it has left,'


@dataclass
class Training:
    """One of the trainings in a folder.

    Attributes:
        name (str): Of its own folder in there.
        cfg (Config): What is trained, with its seed.
        about (dict): What ``result.json`` says beside its results.
    """
    name: str
    cfg: Config
    about: Dict[str, Any]


def trainable(config: str, options: Sequence[str]) -> Config:
    """Read a config whose metrics are to be compared.

    Args:
        config (str): Its path.
        options (Sequence[str]): ``KEY=VALUE`` overrides.

    Raises:
        OSError: If it is not there.
        ValueError: If an option is wrong, or it lacks what is needed.
    """
    # What it imports is needed by the trainings alone.
    cfg = read_config(config, options, import_custom_modules=False)
    for field, why in (('train_cfg', 'which says how long to train'),
                       ('val_evaluator', 'whose metrics are compared')):
        if not cfg.get(field):
            raise ValueError(f'{config} has no {field}, {why}')
    if 'LocalVisBackend' not in str(cfg.get('visualizer')):
        raise ValueError(
            f'{config} has no LocalVisBackend in visualizer.vis_backends, '
            'whose log is read: add dict(type="LocalVisBackend")')
    return cfg


def changed(cfg: Config, values: Dict[str, Any]) -> Config:
    """A copy of a config with other values, by field such as
    ``randomness.seed``."""
    copy = deepcopy(cfg)
    copy.merge_from_dict(values)
    return copy


def config_text(cfg: Config) -> str:
    """A config as the file that mmengine reads."""
    # Not formatted: that takes a second, and each yapf does it its own way.
    return Config(cfg.to_dict(), format_python_code=False).pretty_text


def train_all(trainings: Sequence[Training], common: Dict[str, str],
              root: Path, jobs: int, train: str,
              write_table: Callable[[], None],
              keep_checkpoints: bool = True) -> Dict[str, str]:
    """Train what is not finished, and print how it goes.

    Args:
        trainings (Sequence[Training]): All of them, in their order.
        common (dict[str, str]): What all trainings of the folder have in
            common, as names and texts of files that it keeps.
        root (Path): The folder. It also keeps ``configs/NAME.py``, and what
            a training has reached in ``NAME/result.json``.
        jobs (int): Trainings at a time.
        train (str): Path of ``tools/train.py``.
        write_table (Callable): Writes ``results.csv`` from all results.
        keep_checkpoints (bool): Whether those of finished trainings are kept.
            Defaults to True.

    Returns:
        dict[str, str]: Why those that failed did, by name.

    Raises:
        ValueError: If the folder holds other trainings, or anything that was
            given is wrong; nothing is trained.
    """
    if jobs < 1:
        raise ValueError('--jobs must be at least 1')
    version, by_name = commit(), {t.name: t for t in trainings}
    with locked(root, OTHERS) as lock:
        _freeze(root, {**common, **{f'configs/{t.name}.py': config_text(t.cfg)
                                    for t in trainings}})
        write_table()
        commands = {t.name: _command(t, root, train) for t in trainings
                    if not (root / t.name / 'result.json').is_file()}
        resumed = {name for name in commands if cut_off(root / name)}
        total, failed = len(by_name), {}
        finished = total - len(commands)
        print(f'{total} trainings: {finished} are finished, {len(resumed)} go '
              f'on, {len(commands) - len(resumed)} start, {jobs} at a time, '
              f'in {root}')
        with tqdm(total=total, initial=finished, unit='training',
                  disable=None) as bar:

            def done(name: str, status: int, seconds: float) -> None:
                try:
                    line = _keep_result(
                        root / name, status, **by_name[name].about,
                        seconds=None if name in resumed else round(seconds, 1),
                        commit=version, date=time.strftime('%Y-%m-%d'))
                except ValueError as error:
                    failed[name] = line = f'failed: {error}'
                else:
                    write_table()
                    if not keep_checkpoints:
                        for path in (root / name).glob('*.pth'):
                            path.unlink()
                bar.write(f'{name}: {line}', file=sys.stdout)
                bar.update()

            run_all(commands, root, jobs, done, lock)
    print(f'{root / "results.csv"}: {total} trainings, {len(failed)} failed')
    for name, reason in failed.items():
        print(f'{name}: {reason}, see {root / name / "train.log"}')
    return failed


def read_results(root: Path, names: str = '*') -> Dict[str, dict]:
    """What finished trainings have reached whose names fit a pattern."""
    return {
        path.parent.relative_to(root).as_posix(): json.loads(path.read_text())
        for path in sorted(root.glob(f'{names}/result.json'))
    }


def _freeze(root: Path, texts: Dict[str, str]) -> None:
    """Keep texts in files, or find the same ones kept."""
    for name, text in texts.items():
        path = root / name
        if path.is_file() and path.read_text() != text:
            raise ValueError(
                f'{root} holds trainings of another config, or with other '
                f'--cfg-options, see {path}: give another --work-dir')
    for name, text in texts.items():
        write_whole(root / name, text.encode())


def _command(training: Training, root: Path, train: str) -> List[str]:
    """The command line that trains, or goes on where it was cut off."""
    folder, cfg = root / training.name, training.cfg
    unit = 'epoch' if cfg.train_cfg.get('max_epochs') else 'iter'
    rewind(folder, f'{unit}_{cfg.train_cfg[f"max_{unit}s"]}.pth')
    options, resume = [], []
    if cut_off(folder):
        # Else it would resume from a load_from of the config.
        resume, options = ['--resume'], ['load_from=None']
    evaluator = cfg.val_evaluator
    if isinstance(evaluator, dict) and (
            evaluator.get('type') == 'StreamIoUMetric'):
        key, file = 'val_evaluator.save_confusions', folder / 'confusions.npz'
        options.append(f'{key}={file}')
        if parse_options(options)[key] != str(file):
            raise ValueError(f'--work-dir {root}: --cfg-options would read '
                             'another name, give one without blanks, commas, '
                             'quotes and brackets')
    return [
        sys.executable, '-u', train, str(root / f'configs/{training.name}.py'),
        *resume, '--work-dir', str(folder),
        *(['--cfg-options', *options] if options else [])
    ]


def _keep_result(folder: Path, status: int, **about) -> str:
    """Keep what a training has reached in ``result.json``, and say its metrics
    in a line; ValueError if it has failed."""
    if status:
        log = (folder / 'train.log').read_text(errors='replace')
        last = log.rstrip().rpartition('\n')[2]
        raise ValueError(f'exit status {status}, {last.strip()}')
    metrics, share = last_validation(folder), exchanged_share(folder)
    write_whole(folder / 'result.json', json.dumps(
        dict(about, metrics=metrics, exchanged=share), indent=1).encode())
    words = [f'{name} {value:.4g}' for name, value in metrics.items()
             if '/' not in name]  # of the ensemble
    if share is not None:
        words.append(f'{share:.1%} exchanged')
    return ', '.join(words)


def cut_off(folder: Path) -> bool:
    """Whether a training has left a checkpoint to go on from."""
    return (folder / 'last_checkpoint').is_file()


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
