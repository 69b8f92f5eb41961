"""Training as subprocesses: several at once, resumed, stopped together."""
import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

TRAIN = Path(__file__).parents[1] / 'train.py'


@contextmanager
def locked(root: Path) -> Iterator[int]:
    """Make a folder, and keep other sweeps out of it.

    Args:
        root (Path): The folder.

    Yields:
        int: A file descriptor. The folder is free when all that have it,
        trainings too, have closed it or ended.

    Raises:
        ValueError: If it is not free.
    """
    root.mkdir(parents=True, exist_ok=True)
    with open(root / '.lock', 'a') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(f'another sweep, or a training that it has '
                             f'left, is running in {root}') from error
        yield file.fileno()


def environment(jobs: int) -> Dict[str, str]:
    """Of each training: the cores shared out, unless the user has done so."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        cores = os.cpu_count() or 1
    return {'OMP_NUM_THREADS': str(max(1, cores // jobs)), **os.environ}


def command(config: Path, folder: Path, options: Dict[str, Any]) -> List[str]:
    """The command line of a training, which goes on where it was cut off.

    Args:
        config (Path): The config.
        folder (Path): Work dir.
        options (dict[str, Any]): Of ``--cfg-options``.

    Returns:
        list[str]: What to run.
    """
    resume = []
    if cut_off(folder):
        # Else it would resume from a load_from of the config.
        resume, options = ['--resume'], {**options, 'load_from': None}
    return [
        sys.executable, '-u',
        str(TRAIN),
        str(config), *resume, '--work-dir',
        str(folder), '--cfg-options',
        *(f'{k}={v}' for k, v in options.items())
    ]


def cut_off(folder: Path) -> bool:
    """Whether a training has left a checkpoint to go on from."""
    return (folder / 'last_checkpoint').is_file()


def rewind(folder: Path, last: str) -> None:
    """Let a training that was cut off in its last validation repeat it.

    Resumed from its last checkpoint it would end without a validation, so it
    goes on from the one before, or starts again.

    Args:
        folder (Path): Work dir.
        last (str): Name of the checkpoint at the end, ``epoch_10.pth``.
    """
    pointer = folder / 'last_checkpoint'
    if not cut_off(folder) or Path(pointer.read_text()).name != last:
        return
    earlier = [path for path in folder.glob('*.pth') if path.name != last]
    if earlier:
        pointer.write_text(str(max(earlier, key=os.path.getmtime)))
    else:
        pointer.unlink()


def run_all(commands: Dict[str, List[str]], root: Path, jobs: int,
            done: Callable[[str, int, float], None], lock: int) -> None:
    """Run commands, each with its output in ``root/<name>/train.log``.

    However this ends, no process is left behind.

    Args:
        commands (dict[str, list[str]]): By name.
        root (Path): Where the folders of the names lie.
        jobs (int): How many at once.
        done (Callable): Told name, exit status and seconds of each.
        lock (int): A file descriptor that they keep open.
    """
    waiting = list(commands)
    running = {}  # name to process and time of its start
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                (root / name).mkdir(parents=True, exist_ok=True)
                with open(root / name / 'train.log', 'ab') as log:
                    # A group of its own: Ctrl-C reaches it through stop(),
                    # and so do its data loaders.
                    running[name] = subprocess.Popen(
                        commands[name], stdout=log, stderr=log,
                        stdin=subprocess.DEVNULL, env=environment(jobs),
                        start_new_session=True,
                        pass_fds=(lock, )), time.monotonic()
            time.sleep(0.1)
            for name, (process, start) in list(running.items()):
                if process.poll() is not None:
                    del running[name]
                    done(name, process.returncode, time.monotonic() - start)
    finally:
        stop([process for process, _ in running.values()])


def stop(processes: List[subprocess.Popen]) -> None:
    """End processes and their children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, number)
        for process in processes:
            # The second signal cannot be ignored.
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
