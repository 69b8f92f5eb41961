"""Configs as the command line names and changes them."""
import argparse
from pathlib import Path
from typing import Any, Dict, Sequence

from mmengine.config import Config, DictAction


def parse_options(texts: Sequence[str]) -> Dict[str, Any]:
    """Read ``KEY=VALUE`` words of ``--cfg-options`` as mmengine does.

    Tools call it after their arguments are parsed, so that ``--help`` need
    not import mmengine.

    Raises:
        ValueError: If one is not of this form.
    """
    read = argparse.Namespace()
    try:
        DictAction([], 'options', nargs='+')(None, read, texts)
    except (AssertionError, ValueError) as error:
        raise ValueError(f'{" ".join(texts)} is not of the form KEY=VALUE: '
                         f'{error}') from error
    return read.options


def read_config(path: str, options: Sequence[str] = (), **kwargs) -> Config:
    """The config at ``path`` with some ``KEY=VALUE`` fields overridden.

    ``kwargs`` are those of ``Config.fromfile``.

    Raises:
        FileNotFoundError: If it is not there.
        ValueError: If an option is not of the form KEY=VALUE.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'{path} is not there: give the path of a config')
    cfg = Config.fromfile(path, **kwargs)
    cfg.merge_from_dict(parse_options(options))
    return cfg
