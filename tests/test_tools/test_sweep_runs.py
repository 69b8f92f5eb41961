"""Several processes at once, and none left behind."""
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import load_tool


@pytest.fixture
def runs():
    load_tool('analysis_tools/sweep.py')  # it is found beside the tool
    import _sweep_runs
    return _sweep_runs


def python(text):
    return [sys.executable, '-S', '-c', text]


def test_so_many_at_a_time(runs, tmp_path):
    """Each process notes when it runs; the next waits for one, not for all."""
    ended = {}
    with runs.locked(tmp_path) as lock:
        runs.run_all({
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


def test_status_and_what_was_said(runs, tmp_path):
    ended = []
    for word in 'once', 'twice':
        runs.run_all(
            dict(a=python(f'import sys; print("{word}"); sys.exit("no")')),
            tmp_path, 1, lambda *rest: ended.append(rest[:2]), 0)
    assert ended == [('a', 1), ('a', 1)]
    log = (tmp_path / 'a/train.log').read_text().split()
    assert sorted(log) == ['no', 'no', 'once', 'twice']


def alive(pid):
    """Not waiting either for whoever adopted it to notice its end."""
    state = Path(f'/proc/{pid}/stat')
    return state.exists() and state.read_text().split()[2] != 'Z'


def test_none_is_left_behind(runs, tmp_path):
    """Nor its own child, as a data loader is one."""
    child = (f'import subprocess, time; p = subprocess.Popen({python("0")!r}'
             '[:-1] + ["import time; time.sleep(60)"]); '
             'print(p.pid, flush=True); time.sleep(60)')
    log = tmp_path / 'slow/train.log'

    def done(*_):
        while not log.read_text().endswith('\n'):
            time.sleep(0.02)
        raise KeyboardInterrupt

    with runs.locked(tmp_path) as lock, pytest.raises(KeyboardInterrupt):
        runs.run_all(dict(slow=python(child), quick=python('0'),
                          never=python('0')), tmp_path, 2, done, lock)
    with runs.locked(tmp_path):  # nobody has it any more
        pid, end = int(log.read_text()), time.monotonic() + 10
        while alive(pid):
            assert time.monotonic() < end
    assert not (tmp_path / 'never').exists()


def test_a_training_keeps_the_lock(runs, tmp_path):
    """As one does whose sweep was killed."""
    with runs.locked(tmp_path) as lock:
        process = subprocess.Popen(
            python('input()'), stdin=subprocess.PIPE, pass_fds=(lock, ))
    with pytest.raises(ValueError, match='a training that it has left, is '
                       'running in'), runs.locked(tmp_path):
        pass
    process.communicate(b'\n')
    with runs.locked(tmp_path):
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
def test_the_last_validation_is_repeated(runs, tmp_path, pointer, kept,
                                         expected):
    for age, name in enumerate(kept):
        path = tmp_path / f'{name}.pth'
        path.touch()
        os.utime(path, (age, age))
    if pointer:
        (tmp_path / 'last_checkpoint').write_text(f'x/{pointer}.pth')
    last = 'epoch_100.pth' if pointer == 'epoch_100' else 'epoch_10.pth'
    runs.rewind(tmp_path, last)
    assert runs.cut_off(tmp_path) == bool(expected)
    if expected:
        found = Path((tmp_path / 'last_checkpoint').read_text())
        assert found.name == f'{expected}.pth'


def test_cores_are_shared_out(runs, monkeypatch):
    monkeypatch.setattr(
        os, 'sched_getaffinity', lambda _: range(8), raising=False)
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    assert runs.environment(3)['OMP_NUM_THREADS'] == '2'
    assert runs.environment(16)['OMP_NUM_THREADS'] == '1'
    monkeypatch.setenv('OMP_NUM_THREADS', '5')
    assert runs.environment(3)['OMP_NUM_THREADS'] == '5'
