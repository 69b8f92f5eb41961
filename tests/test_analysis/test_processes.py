"""Several processes at once, and none left behind."""
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from cen_mm.analysis.compare.processes import run_all
from cen_mm.analysis.compare.trainings import OTHERS, cut_off, rewind
from cen_mm.apis.work_dir import locked


def python(text):
    return [sys.executable, '-S', '-c', text]


def test_so_many_at_a_time(tmp_path):
    """Each process notes when it runs; the next waits for one, not for all."""
    ended = {}
    with locked(tmp_path, OTHERS) as lock:
        run_all({
            name: python('import time; print(time.time(), flush=True); '
                         f'time.sleep({seconds}); print(time.time())')
            for name, seconds in dict(a=1.2, b=0.2, c=0.2, d=0.2).items()
        }, tmp_path, 2, lambda name, *rest: ended.update({name: rest}), lock)
    times = {name: [float(x) for x in (
        tmp_path / name / 'train.log').read_text().split()] for name in 'abcd'}
    assert max(sum(start <= moment < end for start, end in times.values())
               for moment, _ in times.values()) == 2
    assert times['b'][1] < times['c'][0] < times['a'][1]
    for name, (status, seconds) in ended.items():
        start, end = times[name]
        assert status == 0 and end - start < seconds < end - start + 3


@pytest.mark.parametrize('jobs, given, threads', [
    (3, None, '2'), (16, None, '1'), (3, '5', '5')])
def test_status_log_and_share_of_the_cores(tmp_path, monkeypatch, jobs, given,
                                           threads):
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 8)
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    if given:
        monkeypatch.setenv('OMP_NUM_THREADS', given)
    ended = []
    told = python('import os, sys; print(os.environ["OMP_NUM_THREADS"]); '
                  'sys.exit("no")')
    for _ in range(2):
        run_all(dict(a=told), tmp_path, jobs,
                lambda *rest: ended.append(rest[:2]), 0)
    assert ended == [('a', 1), ('a', 1)]
    log = (tmp_path / 'a/train.log').read_text().split()
    assert sorted(log) == [threads, threads, 'no', 'no']


def alive(pid):
    """Not waiting either for whoever adopted it to notice its end."""
    state = Path(f'/proc/{pid}/stat')
    return state.exists() and state.read_text().split()[2] != 'Z'


def test_none_is_left_behind(tmp_path):
    """Nor its own child, as a data loader is one."""
    child = (f'import subprocess, time; p = subprocess.Popen({python("0")!r}'
             '[:-1] + ["import time; time.sleep(60)"]); '
             'print(p.pid, flush=True); time.sleep(60)')
    log = tmp_path / 'slow/train.log'

    def done(*_):
        while not log.read_text().endswith('\n'):
            time.sleep(0.02)
        raise KeyboardInterrupt

    with locked(tmp_path, OTHERS) as lock, pytest.raises(KeyboardInterrupt):
        run_all(dict(slow=python(child), quick=python('0'),
                     never=python('0')), tmp_path, 2, done, lock)
    with locked(tmp_path, OTHERS):  # nobody has it any more
        pid, end = int(log.read_text()), time.monotonic() + 10
        while alive(pid):
            assert time.monotonic() < end
    assert not (tmp_path / 'never').exists()


def test_a_training_keeps_the_lock(tmp_path):
    """As one does whose sweep was killed."""
    with locked(tmp_path, OTHERS) as lock:
        process = subprocess.Popen(
            python('input()'), stdin=subprocess.PIPE, pass_fds=(lock, ))
    with pytest.raises(ValueError, match='a training that it has left, is '
                       'running in'), locked(tmp_path, OTHERS):
        pass
    process.communicate(b'\n')
    with locked(tmp_path, OTHERS):
        pass


@pytest.mark.parametrize('pointer, kept, last, expected', [
    (10, [8, 10], 10, 8),
    (100, [90, 95, 100], 100, 95),  # by time, not by name
    (10, [10], 10, None),
    (8, [6, 8], 10, 8),
    (8, [8, 10], 10, 8),  # it was cut off while it wrote the last one
    (None, [], 10, None),
])
def test_the_last_validation_is_repeated(tmp_path, pointer, kept, last,
                                         expected):
    for age, epoch in enumerate(kept):
        path = tmp_path / f'epoch_{epoch}.pth'
        path.touch()
        os.utime(path, (age, age))
    if pointer:
        (tmp_path / 'last_checkpoint').write_text(f'x/epoch_{pointer}.pth')
    rewind(tmp_path, f'epoch_{last}.pth')
    assert cut_off(tmp_path) == bool(expected)
    if expected:
        found = Path((tmp_path / 'last_checkpoint').read_text())
        assert found.name == f'epoch_{expected}.pth'
