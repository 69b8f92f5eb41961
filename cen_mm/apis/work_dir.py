"""One training at a time in a work dir, and only one run."""
import fcntl
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, List

from .config import UsageError

# Where a launcher says which of the processes this is.
RANK = dict(pytorch='RANK', slurm='SLURM_PROCID', mpi='OMPI_COMM_WORLD_RANK')
TRACES = ('last_checkpoint', 'epoch_*.pth', 'iter_*.pth', 'best_*.pth',
          'gammas', '*/vis_data/scalars.json')


@contextmanager
def locked(folder: Path, what: str) -> Iterator[int]:
    """Make a folder, and keep others out of it.

    Args:
        folder (Path): The folder.
        what (str): What the lock is against, for the message.

    Yields:
        int: A file descriptor. The folder is free when all that have it have
        closed it or ended, however they did.

    Raises:
        UsageError: If it is not free.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / '.lock', 'a') as file:
        # A data loader's process may outlive one that was killed.
        os.register_at_fork(after_in_child=file.close)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(f'{what} is running in {folder}') from error
        yield file.fileno()


@contextmanager
def claimed(work_dir: str, resume: bool, launcher: str) -> Iterator[None]:
    """Own the work dir of a training while it runs.

    Of several processes the first does it for all.

    Args:
        work_dir (str): The folder.
        resume (bool): Whether the training goes on with what is there.
        launcher (str): What has started the processes.

    Raises:
        UsageError: If another training is running there, or has run there
            and is not to be resumed.
    """
    if os.environ.get(RANK.get(launcher, ''), '0') != '0':
        yield
        return
    with locked(Path(work_dir), 'another training'):
        found = traces(Path(work_dir))
        if found and not resume:
            raise UsageError(
                f'{work_dir} holds another training, see {found[0]}: go on '
                'with it by --resume, or give another --work-dir')
        yield


def traces(work_dir: Path) -> List[Path]:
    """What trainings have left in a folder: checkpoints, gammas, curves."""
    return [path for name in TRACES for path in sorted(work_dir.glob(name))]


def remove_traces(work_dir: Path) -> None:
    """Make room for a training that cannot go on, but starts again."""
    for path in traces(work_dir):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
