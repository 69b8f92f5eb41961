"""MATLAB files of official releases."""
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Callable, Iterable, Union

import numpy as np


def load_v5(path: Union[str, Path], fields: Iterable[str], **kwargs) -> dict:
    """Read a file of MATLAB v5 to v7.

    Args:
        path (str or Path): The file.
        fields (Iterable[str]): Required variables.
        kwargs: As of ``scipy.io.loadmat``.

    Returns:
        dict: Its variables.

    Raises:
        FileNotFoundError: If the file does not exist.
        ImportError: If scipy is not installed.
        ValueError: If the file is damaged or lacks a variable.
    """
    content = _read(optional('scipy.io').loadmat, path, 'v5', **kwargs)
    check_fields(path, content, fields)
    return content


def open_v73(path: Union[str, Path]):
    """Open a file of MATLAB v7.3, which is HDF5 with all axes reversed.

    Args:
        path (str or Path): The file.

    Returns:
        h5py.File: Open for reading.

    Raises:
        FileNotFoundError: If the file does not exist.
        ImportError: If h5py is not installed.
        ValueError: If the file is damaged.
    """
    return _read(optional('h5py').File, path, 'v7.3', mode='r')


def _read(reader: Callable, path: Union[str, Path], version: str,
          **kwargs) -> Any:
    path = existing(path)
    try:
        return reader(path, **kwargs)
    # SciPy raises many types of exceptions for damaged files.
    except Exception as error:
        raise ValueError(f'{path} is no complete MATLAB {version} file '
                         f'({error}): download it again') from None


def read_v73(where: str, file, key, index=()) -> np.ndarray:
    """An array, or a part, with MATLAB's axes; ``where`` is for messages."""
    try:
        return file[key][index].T
    except (OSError, ValueError) as error:
        raise ValueError(f'{where}: unreadable ({error}): download the file '
                         'again') from None


def check_fields(path: Union[str, Path], content,
                 fields: Iterable[str]) -> None:
    """Raise ValueError if a file lacks a variable."""
    for name in fields:
        if name not in content:
            found = ', '.join(k for k in content if not k.startswith('__'))
            raise ValueError(f'{path} has no "{name}", only {found}: use the '
                             'official file')


def existing(path: Union[str, Path]) -> Path:
    """Return the path of a file, or raise FileNotFoundError."""
    if not Path(path).is_file():
        raise FileNotFoundError(f'{path} does not exist: download it, or '
                                'correct the path')
    return Path(path)


def optional(name: str) -> ModuleType:
    """Import an optional dependency, or raise ImportError."""
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(f'{name} is needed to convert: install it with '
                          '`pip install -e .[converters]`') from None
