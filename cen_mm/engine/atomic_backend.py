"""Checkpoints that are written whole or not at all."""
import os
from pathlib import Path
from typing import List, Union

from mmengine.fileio import LocalBackend, register_backend
from mmengine.utils import mkdir_or_exist


class AtomicBackend(LocalBackend):
    """mmengine's local files, safe against a kill in the middle.

    ``checkpoint=dict(type='CheckpointHook', backend_args=dict(
    backend='atomic'))``. A file is written under a temporary name, flushed to
    the disk and renamed. What is to be removed, such as the old best
    checkpoint, goes when the next file is whole.

    Raises:
        OSError: If a file cannot be written; it is named.
    """
    # mmengine builds one backend to remove with and another to write with.
    outdated: List[Path] = []

    def put(self, obj: bytes, filepath: Union[str, Path]) -> None:
        """Write bytes to a file, whole or not at all."""
        path = Path(filepath)
        mkdir_or_exist(str(path.parent))
        part = path.with_name(f'{path.name}.part')
        try:
            with open(part, 'wb') as file:
                file.write(obj)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        except OSError as error:
            part.unlink(missing_ok=True)
            self.outdated.clear()
            raise OSError(error.errno, f'{error.strerror}: free some space, '
                          'then run it again', str(path)) from error
        while self.outdated:
            old = self.outdated.pop()
            if old != path and old.is_file():
                old.unlink()

    def remove(self, filepath: Union[str, Path]) -> None:
        """Remove a file, as soon as the next one is written."""
        self.outdated.append(Path(filepath))


register_backend('atomic', AtomicBackend, force=True)
