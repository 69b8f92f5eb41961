"""Files that tools write at their end."""
import os
from pathlib import Path
from typing import Union


def prepare_file(path: Union[str, Path]) -> None:
    """Make the folder of a file, before the work whose result it will hold.

    Raises:
        OSError: If the folder cannot be made, or the file not be written.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(
            f'{path} is a folder: give the name of a file to write')
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PermissionError(f'{path} may not be written: give another name')
