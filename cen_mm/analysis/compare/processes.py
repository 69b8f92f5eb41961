"""Trainings as subprocesses: several at once, and none left behind."""
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Callable, Dict, List, Optional

import torch
from tqdm import tqdm

# Whom the lock of a sweep's folder is against.
OTHERS = 'another sweep, or a training that it has left,'


def run_all(commands: Dict[str, List[str]], root: Path, jobs: int,
            done: Callable[[str, int, float], None], lock: int) -> None:
    """Run commands, each with its output in ``root/<name>/train.log``.

    They share torch's threads unless ``OMP_NUM_THREADS`` is set. However
    this ends, no process is left behind.

    Args:
        commands (dict[str, list[str]]): By name.
        root (Path): Where the folders of the names lie.
        jobs (int): How many at once.
        done (Callable): Called with name, exit status and seconds of each.
        lock (int): A file descriptor that they keep open.
    """
    threads = str(max(1, torch.get_num_threads() // jobs))
    waiting = list(commands)
    running = {}  # name to process and time of its start
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                name = waiting.pop(0)
                (root / name).mkdir(parents=True, exist_ok=True)
                with open(root / name / 'train.log', 'ab') as log:
                    # A group of its own: Ctrl-C reaches it through _stop(),
                    # and so do its data loaders.
                    running[name] = subprocess.Popen(
                        commands[name], stdout=log, stderr=log,
                        stdin=subprocess.DEVNULL, start_new_session=True,
                        env={'OMP_NUM_THREADS': threads, **os.environ},
                        pass_fds=(lock, )), time.monotonic()
            time.sleep(0.1)
            for name, (process, start) in list(running.items()):
                if process.poll() is not None:
                    del running[name]
                    done(name, process.returncode, time.monotonic() - start)
    finally:
        _stop([process for process, _ in running.values()])


def train_all(commands: Dict[str, List[str]], total: int, root: Path,
              jobs: int, finish: Callable[[str, int, Optional[float]], str],
              lock: int) -> Dict[str, str]:
    """Run trainings that are not finished, and print how it goes.

    Args:
        commands (dict[str, list[str]]): Of those, by name.
        total (int): Number of trainings, with the finished ones.
        root, jobs, lock: As of :func:`run_all`.
        finish (Callable): Keeps the results of one, by name, exit status and
            seconds (None if it was resumed), and says them in a line; raises
            ValueError if it has failed.

    Returns:
        dict[str, str]: Why those that failed did, by name.
    """
    resumed = {name for name in commands if cut_off(root / name)}
    finished, failed = total - len(commands), {}
    print(f'{total} trainings: {finished} are finished, {len(resumed)} go on, '
          f'{len(commands) - len(resumed)} start, {jobs} at a time, in {root}')
    with tqdm(total=total, initial=finished, unit='training',
              disable=None) as bar:

        def done(name: str, status: int, seconds: float) -> None:
            try:
                line = finish(name, status,
                              None if name in resumed else seconds)
            except ValueError as error:
                failed[name] = line = f'failed: {error}'
            bar.write(f'{name}: {line}', file=sys.stdout)
            bar.update()

        run_all(commands, root, jobs, done, lock)
    print(f'{root / "results.csv"}: {total} trainings, {len(failed)} failed')
    for name, reason in failed.items():
        print(f'{name}: {reason}, see {root / name / "train.log"}')
    return failed


def cut_off(folder: Path) -> bool:
    """Whether a training has left a checkpoint to go on from."""
    return (folder / 'last_checkpoint').is_file()


def _stop(processes: List[subprocess.Popen]) -> None:
    """End processes and their children."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, number)
        for process in processes:
            # The second signal cannot be ignored.
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
