"""Config files with the options of the command line."""
import argparse
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

from mmengine.config import Config, DictAction


class UsageError(ValueError):
    """Options, config and checkpoint do not fit together."""


def parse_options(texts: Sequence[str]) -> Dict[str, Any]:
    """Parse the ``KEY=VALUE`` words of ``--cfg-options`` as mmengine does.

    Tools call it after their arguments are parsed, so that ``--help`` does
    not import mmengine.

    Args:
        texts (Sequence[str]): Such as ``['randomness.seed=1']``.

    Returns:
        dict: Values by key.

    Raises:
        UsageError: If one is not of this form.
    """
    read = argparse.Namespace()
    try:
        DictAction([], 'options', nargs='+')(None, read, texts)
    except (AssertionError, ValueError) as error:
        raise UsageError(f'{" ".join(texts)} is not of the form KEY=VALUE: '
                         f'{error}') from error
    return read.options


def read_config(path: str, options: Sequence[str] = (), **kwargs) -> Config:
    """Read a config and override some of its fields.

    Args:
        path (str): Config file.
        options (Sequence[str]): ``KEY=VALUE``. Defaults to none.
        kwargs: As of ``Config.fromfile``.

    Returns:
        Config: With the values of ``options``.

    Raises:
        FileNotFoundError: If the file does not exist.
        UsageError: If an option is not of the form KEY=VALUE.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'{path} is not there: give the path of a config')
    cfg = Config.fromfile(path, **kwargs)
    cfg.merge_from_dict(parse_options(options))
    return cfg


def runner_config(config: str,
                  work_dir: Optional[str] = None,
                  cfg_options: Sequence[str] = (),
                  launcher: str = 'none') -> Config:
    """Read a config for mmengine's runner.

    Args:
        config (str): Config file.
        work_dir (str, optional): Folder for logs, metrics and checkpoints.
            Defaults to that of the config, or
            ``work_dirs/<name of the config>``.
        cfg_options (Sequence[str]): Fields of the config to override, as
            ``KEY=VALUE``. Defaults to none.
        launcher (str): What has started the processes: 'none', 'pytorch',
            'slurm' or 'mpi'. Defaults to 'none'.

    Raises:
        FileNotFoundError: If the config does not exist.
        UsageError: If an option is not of the form KEY=VALUE.
    """
    cfg = read_config(config, cfg_options)
    cfg.launcher = launcher
    cfg.work_dir = (work_dir or cfg.get('work_dir')
                    or f'work_dirs/{Path(config).stem}')
    return cfg
