"""Several processes at once, and none left behind."""
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from cen_mm.analysis.compare.processes import locked, run_all
from cen_mm.analysis.compare.sweep_folder import cut_off, rewind


def python(text):
    return [sys.executable, '-S', '-c', text]


def test_so_many_at_a_time(tmp_path):
    """Each process notes when it runs; the next waits for one, not for all."""
    ended = {}
    with locked(tmp_path) as lock:
        run_all({
            name: python('import time; print(time.time(), flush=True); '
                         f'time.sleep({seconds}); print(time.time())')
            for name, seconds in dict(a=1.5, b=0.2, c=0.2, d=0.2).items()
        }, tmp_path, 2, lambda name, *rest: ended.update({name: rest}), lock)
    times = {name: [float(x) for x in (
        tmp_path / name / 'train.log').read_text().split()] for name in 'abcd'}
    assert max(sum(start <= moment < end for start, end in times.values())
               for moment, _ in times.values()) == 2
    assert times['b'][1] < times['c'][0] < times['a'][1]
    for name, (status, seconds) in ended.items():
        start, end = times[name]
        assert status == 0 and end - start < seconds < end - start + 3


def test_status_and_what_was_said(tmp_path):
    ended = []
    for word in 'once', 'twice':
        run_all(dict(a=python(f'import sys; print("{word}"); sys.exit("no")')),
                tmp_path, 1, lambda *rest: ended.append(rest[:2]), 0)
    assert ended == [('a', 1), ('a', 1)]
    log = (tmp_path / 'a/train.log').read_text().split()
    assert sorted(log) == ['no', 'no', 'once', 'twice']


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

    with locked(tmp_path) as lock, pytest.raises(KeyboardInterrupt):
        run_all(dict(slow=python(child), quick=python('0'),
                     never=python('0')), tmp_path, 2, done, lock)
    with locked(tmp_path):  # nobody has it any more
        pid, end = int(log.read_text()), time.monotonic() + 10
        while alive(pid):
            assert time.monotonic() < end
    assert not (tmp_path / 'never').exists()


def test_a_training_keeps_the_lock(tmp_path):
    """As one does whose sweep was killed."""
    with locked(tmp_path) as lock:
        process = subprocess.Popen(
            python('input()'), stdin=subprocess.PIPE, pass_fds=(lock, ))
    with pytest.raises(ValueError, match='a training that it has left, is '
                       'running in'), locked(tmp_path):
        pass
    process.communicate(b'\n')
    with locked(tmp_path):
        pass


@pytest.mark.parametrize('pointer, kept, expected', [
    ('epoch_10', ['epoch_8', 'epoch_10'], 'epoch_8'),
    # By time, not by name.
    ('epoch_100', ['epoch_90', 'epoch_95', 'epoch_100'], 'epoch_95'),
    ('epoch_10', ['epoch_10'], None),
    ('epoch_8', ['epoch_6', 'epoch_8'], 'epoch_8'),
    # It was cut off while it wrote the last one.
    ('epoch_8', ['epoch_8', 'epoch_10'], 'epoch_8'),
    (None, [], None),
])
def test_the_last_validation_is_repeated(tmp_path, pointer, kept, expected):
    for age, name in enumerate(kept):
        path = tmp_path / f'{name}.pth'
        path.touch()
        os.utime(path, (age, age))
    if pointer:
        (tmp_path / 'last_checkpoint').write_text(f'x/{pointer}.pth')
    rewind(tmp_path, 'epoch_100.pth' if pointer == 'epoch_100' else
           'epoch_10.pth')
    assert cut_off(tmp_path) == bool(expected)
    if expected:
        found = Path((tmp_path / 'last_checkpoint').read_text())
        assert found.name == f'{expected}.pth'


@pytest.mark.parametrize('jobs, given, expected', [
    (3, None, '2'), (16, None, '1'), (3, '5', '5')])
def test_cores_are_shared_out(tmp_path, monkeypatch, jobs, given, expected):
    monkeypatch.setattr(torch, 'get_num_threads', lambda: 8)
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    if given:
        monkeypatch.setenv('OMP_NUM_THREADS', given)
    told = python('import os; print(os.environ["OMP_NUM_THREADS"])')
    run_all(dict(a=told), tmp_path, jobs, lambda *_: None, 0)
    assert (tmp_path / 'a/train.log').read_text().strip() == expected
