"""Checkpoints survive a kill, a full disk and a broken pointer."""
import errno
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from mmengine.fileio import get_file_backend
from mmengine.runner import Runner
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

from cen_mm.apis.config import UsageError
from cen_mm.apis.resume import latest_checkpoint

ATOMIC = dict(backend='atomic')
# Rewrites one checkpoint for ever, each time with other weights.
WRITER = '''
import itertools, sys, torch, cen_mm
from mmengine.runner import save_checkpoint
for i in itertools.count():
    save_checkpoint(dict(state_dict=dict(w=torch.full((1 << 20, ), float(i)))),
                    sys.argv[1], backend_args=dict(backend='atomic'))
    print(i, flush=True)
'''


def test_a_killed_writer_leaves_a_whole_file(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    for delay in (0., .003, .007, .011):
        with subprocess.Popen([sys.executable, '-c', WRITER, str(path)],
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as writer:
            assert any(line.strip() == b'2' for line in writer.stdout)
            time.sleep(delay)
            writer.send_signal(signal.SIGKILL)
        weight = torch.load(path)['state_dict']['w']
        assert len(weight) == 1 << 20 and (weight == weight[0]).all()
        assert weight[0] >= 2


def test_a_full_disk_names_the_file_and_keeps_the_old_one(
        tmp_path, monkeypatch):
    path, old = tmp_path / 'epoch_2.pth', tmp_path / 'epoch_1.pth'
    backend = get_file_backend(backend_args=ATOMIC)
    backend.put(b'first', path)
    old.write_bytes(b'old')

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    backend.remove(old)
    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(OSError, match='No space .*free some.*epoch_2.pth'):
        backend.put(b'second', path)
    monkeypatch.undo()
    assert path.read_bytes() == b'first' and old.is_file()
    get_file_backend(backend_args=ATOMIC).put(b'third', path)
    assert sorted(os.listdir(tmp_path)) == ['epoch_1.pth', 'epoch_2.pth']


def test_what_is_removed_goes_when_the_next_is_whole(tmp_path):
    best = [tmp_path / f'best_{i}.pth' for i in (1, 2)]
    best[0].write_bytes(b'1')
    get_file_backend(backend_args=ATOMIC).remove(best[0])
    assert best[0].is_file()
    get_file_backend(backend_args=ATOMIC).put(b'2', best[1])
    assert not best[0].is_file() and best[1].read_bytes() == b'2'


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    """A run of three epochs by our configs' hooks; two are kept."""
    folder = tmp_path_factory.mktemp('atomic')
    write_nyudv2(folder / 'nyudv2')
    cfg = tiny_config(folder / 'nyudv2', folder / 'run')
    cfg.experiment_name = folder.name
    Runner.from_cfg(cfg).train()
    return folder / 'run'


def test_the_newest_readable_checkpoint_is_resumed(run, tmp_path):
    names = sorted(p.name for p in run.glob('*.pth'))
    assert names == ['best_mIoU_epoch_3.pth', 'epoch_2.pth', 'epoch_3.pth']
    pointer = run / 'last_checkpoint'
    assert latest_checkpoint(str(run)) == str(run / 'epoch_3.pth')
    for broken in ('', str(run / 'epoch_9.pth'),
                   str(run / 'best_mIoU_epoch_3.pth')):
        pointer.write_text(broken)
        assert latest_checkpoint(str(run)) == str(run / 'epoch_3.pth')
    last = run / 'epoch_3.pth'
    last.write_bytes(last.read_bytes()[:1000])
    assert latest_checkpoint(str(run)) == str(run / 'epoch_2.pth')
    (run / 'epoch_2.pth').write_bytes(b'')
    with pytest.raises(UsageError, match='no checkpoint that can be resumed'):
        latest_checkpoint(str(run))
    assert latest_checkpoint(str(tmp_path)) is None
