"""Two runs in one work dir, and a run that is killed."""
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
import torch
from conftest import TOOLS
from messages import fails

from cen_mm.apis.config import UsageError
from cen_mm.apis.work_dir import TRACES, claimed, locked, traces

# Owns a work dir as a training does, with a data loader's process.
OWNER = '''
import os, sys, time
from cen_mm.apis.work_dir import claimed
with claimed(sys.argv[1], False, 'none'):
    child = os.fork()
    if child:
        print(child, flush=True)
    time.sleep(60)
'''


def files(folder):
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns
            for path in folder.rglob('*')}


def test_two_at_once(tiny, tiny_train):
    before = files(tiny.work_dir)
    with locked(tiny.work_dir, 'a test'), fails(
            UsageError, f'another training is running in {tiny.work_dir}'):
        tiny_train(work_dir=tiny.work_dir, resume=True)
    assert {k: v for k, v in files(tiny.work_dir).items() if k != '.lock'
            } == {k: v for k, v in before.items() if k != '.lock'}


def test_one_after_the_other(tiny, tiny_train):
    before = files(tiny.work_dir)
    with fails(UsageError, f'{tiny.work_dir} holds another training',
               'last_checkpoint', '--resume', '--work-dir'):
        tiny_train(work_dir=tiny.work_dir)
    assert files(tiny.work_dir).keys() == before.keys()


@pytest.mark.parametrize('name', [
    'last_checkpoint', 'epoch_3.pth', 'iter_80.pth', 'best_mIoU_epoch_1.pth',
    'gammas/iter_000000.npz', '20260101_000000/vis_data/scalars.json'])
def test_what_a_run_is_known_by(name, tmp_path):
    """Even one that left no checkpoint. A test leaves no such file."""
    path = tmp_path / name
    (tmp_path / '20260101_000000/vis_data').mkdir(parents=True)
    (tmp_path / '20260101_000000/vis_data/config.py').touch()
    (tmp_path / 'converted.pth').touch()
    assert not traces(tmp_path)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert len(traces(tmp_path)) == 1 and len(TRACES) == 6
    with pytest.raises(UsageError), claimed(str(tmp_path), False, 'none'):
        pass
    with claimed(str(tmp_path), True, 'none'):
        pass


def test_only_the_first_process_claims(tmp_path, monkeypatch):
    (tmp_path / 'epoch_1.pth').touch()
    for launcher, variable in (('pytorch', 'RANK'), ('slurm', 'SLURM_PROCID'),
                               ('mpi', 'OMPI_COMM_WORLD_RANK')):
        monkeypatch.setenv(variable, '1')
        with claimed(str(tmp_path), False, launcher):
            assert not (tmp_path / '.lock').exists()
        monkeypatch.setenv(variable, '0')
        with pytest.raises(UsageError), claimed(
                str(tmp_path), False, launcher):
            pass
        (tmp_path / '.lock').unlink()


def test_a_killed_owner_frees_the_folder_at_once(tmp_path):
    """Although its data loader lives on for a while."""
    with subprocess.Popen([sys.executable, '-c', OWNER, str(tmp_path)],
                          stdout=subprocess.PIPE, text=True) as owner:
        child = int(owner.stdout.readline())
        try:
            with fails(UsageError, 'another training is running'), claimed(
                    str(tmp_path), True, 'none'):
                pass
            owner.kill()
            owner.wait()
            os.kill(child, 0)  # is alive
            with claimed(str(tmp_path), False, 'none'):
                pass
        finally:
            os.kill(child, signal.SIGKILL)


def test_a_killed_training_goes_on_to_the_same_weights(tiny, tiny_train,
                                                       tmp_path):
    """By the tool, killed in its second epoch without a warning."""
    whole = tiny_train(work_dir=tmp_path / 'whole')
    killed = tmp_path / 'killed'
    with subprocess.Popen(
            [sys.executable, str(TOOLS / 'train.py'), tiny.config,
             '--work-dir', str(killed)], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, 'OMP_NUM_THREADS': '1',
                 'PYTHONPATH': str(TOOLS.parent)}) as process:
        end = time.monotonic() + 120
        while not (killed / 'last_checkpoint').exists():
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert not (killed / 'epoch_2.pth').exists()
    tiny_train('experiment_name=killed', work_dir=killed, resume=True)
    expected, weights = (torch.load(folder / 'epoch_2.pth')['state_dict']
                         for folder in (whole, killed))
    for name, value in expected.items():
        assert torch.equal(weights[name], value), name
    shutil.rmtree(tmp_path)
