"""Configs as the command line names and changes them."""
import argparse
from pathlib import Path
from typing import Any, Dict, Sequence, Union

from mmengine.config import Config, DictAction


def parse_options(texts: Sequence[str]) -> Dict[str, Any]:
    """Read ``KEY=VALUE`` as mmengine's ``DictAction`` does.

    Tools call it after their arguments are parsed, so that ``--help`` need
    not import mmengine.

    Args:
        texts (Sequence[str]): The words behind ``--cfg-options``.

    Returns:
        dict[str, Any]: Values by key.

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


def read_config(path: Union[str, Path],
                options: Sequence[str] = (),
                **kwargs) -> Config:
    """A config with some of its fields overridden.

    Args:
        path (str | Path): Of the config.
        options (Sequence[str]): See :func:`parse_options`. Defaults to none.
        kwargs: Of ``Config.fromfile``.

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
