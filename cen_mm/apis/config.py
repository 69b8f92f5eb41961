"""Config files with the options of the command line."""
import argparse
import difflib
import inspect
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Sequence, Set, Tuple

from mmengine.config import Config, DictAction
from mmengine.runner import Runner

# What mmengine's runner and our tools read beside the runner's arguments.
FURTHER = ('activation_checkpointing', 'compile', 'custom_imports',
           'efficient_conv_bn_eval', 'find_unused_parameters',
           'model_wrapper_cfg', 'sync_bn', 'tta_model', 'tta_pipeline')


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


def override(cfg: Config, texts: Sequence[str]) -> Config:
    """Override fields of a config in place, as ``--cfg-options`` says.

    A field may be a new one, but has to be within what is read: mmengine
    would take ``modle.backbone.depth=50`` for a further variable.

    Args:
        cfg (Config): Whole config.
        texts (Sequence[str]): ``KEY=VALUE``.

    Returns:
        Config: ``cfg``.

    Raises:
        UsageError: If one is not of this form, has no effect, or is below
            something that has no fields.
    """
    read = read_names(cfg)
    for key, value in parse_options(texts).items():
        if key.split('.')[0] not in read:
            raise UsageError(f'{key}={value} would have no effect: '
                             + no_such_field(cfg, key))
        try:
            cfg.merge_from_dict({key: value})
        except (KeyError, TypeError) as error:
            raise UsageError(f'{key}={value} does not fit the config: '
                             f'{error.args[0]}') from error
    return cfg


def read_names(cfg: Config) -> Set[str]:
    """The names at the top of a config that training and tools read."""
    read = {*inspect.signature(Runner).parameters, *FURTHER} - {'cfg'}
    if 'data_preprocessor' in (cfg.get('model') or ()):
        read.remove('data_preprocessor')  # that of the model counts
    return read


def fields(value: Any, prefix: str = '') -> Iterator[Tuple[str, Any]]:
    """All fields below a config or a part of it that --cfg-options reaches,
    with their names and values."""
    items = []
    if isinstance(value, dict):
        items = [(k, v) for k, v in value.items() if '.' not in str(k)]
    elif isinstance(value, list):
        items = list(enumerate(value))
    for name, part in items:
        yield f'{prefix}{name}', part
        yield from fields(part, f'{prefix}{name}.')


def no_such_field(cfg: Config, key: str) -> str:
    """Say what is wrong with the name of a field, and suggest near ones."""
    every = dict(fields(cfg.to_dict()))
    read = read_names(cfg)
    names = [name for name in every if name.split('.')[0] in read]
    near = [name for name in names if name.endswith(f'.{key}')]
    near += difflib.get_close_matches(key, names, n=5 - len(near[:4]))
    what = ('is only a variable of the config, which training does not read'
            if key in every else 'is no field of the config')
    return (f'{key} {what}; near fields: '
            + (', '.join(dict.fromkeys(near[:5])) or 'none'))


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
        UsageError: If an option is malformed or has no effect.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'{path} is not there: give the path of a config')
    return override(Config.fromfile(path, **kwargs), options)


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
        UsageError: If an option is malformed or has no effect.
    """
    cfg = read_config(config, cfg_options)
    cfg.launcher = launcher
    cfg.work_dir = (work_dir or cfg.get('work_dir')
                    or f'work_dirs/{Path(config).stem}')
    return cfg
