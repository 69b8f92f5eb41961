"""Trainings as subprocesses: several at once, and none left behind."""
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Callable, Dict, List

import torch


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


def supervise(trainings: Callable[..., Dict[str, str]], *args) -> None:
    """Call a function that trains and says which failed, and end the tool as
    it went: by SystemExit, unless all is well."""
    sys.stdout.reconfigure(line_buffering=True)  # a log is read meanwhile
    # kill ends the trainings, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        failed = trainings(*args)
    except (ValueError, OSError) as error:
        raise SystemExit(str(error)) from error
    except KeyboardInterrupt:
        print('stopped; the same command goes on from here')
        raise SystemExit(130) from None
    if failed:
        raise SystemExit(1)


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
