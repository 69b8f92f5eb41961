"""Files that are written whole or not at all, checkpoints among them."""
import os
from pathlib import Path
from typing import List, Union

from mmengine.fileio import LocalBackend, register_backend
from mmengine.utils import mkdir_or_exist


def write_whole(path: Union[str, Path], content: bytes) -> None:
    """Write a file, safe against a kill in the middle; makes its folder.

    It is written under a temporary name, flushed to the disk and renamed.

    Raises:
        OSError: If it cannot be written; it is named.
    """
    path = Path(path)
    mkdir_or_exist(str(path.parent))
    part = path.with_name(f'{path.name}.part')
    try:
        with open(part, 'wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(error.errno, f'{error.strerror}: free some space, then '
                      'run it again', str(path)) from error


class AtomicBackend(LocalBackend):
    """mmengine's local files, written by :func:`write_whole`.

    ``checkpoint=dict(type='CheckpointHook', backend_args=dict(
    backend='atomic'))``. What is to be removed, such as the old best
    checkpoint, goes when the next file is whole.

    Raises:
        OSError: If a file cannot be written; it is named.
    """
    # mmengine builds one backend to remove with and another to write with.
    outdated: List[Path] = []

    def put(self, obj: bytes, filepath: Union[str, Path]) -> None:
        """Write bytes to a file, whole or not at all."""
        try:
            write_whole(filepath, obj)
        except OSError:
            self.outdated.clear()
            raise
        while self.outdated:
            old = self.outdated.pop()
            if old != Path(filepath) and old.is_file():
                old.unlink()

    def remove(self, filepath: Union[str, Path]) -> None:
        """Remove a file, as soon as the next one is written."""
        self.outdated.append(Path(filepath))


register_backend('atomic', AtomicBackend, force=True)
