"""The command lines, as a user types them, on a machine without a GPU."""
import json
import os
import subprocess
import sys
from pathlib import Path

import mmseg
import numpy as np
import pytest
import torch
from conftest import load_tool
from PIL import Image
from tiny_nyudv2 import NAMES, write_nyudv2
from tiny_training import tiny_config

ROOT = Path(__file__).parents[2]
PORT = 29517


def run(*command, cwd):
    """Run a command of the README; returns what it printed."""
    path = [str(ROOT), os.environ.get('PYTHONPATH', '')]
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        env={
            **os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, path)),
            'PATH': os.pathsep.join(
                [str(Path(sys.executable).parent), os.environ['PATH']]),
            'OMP_NUM_THREADS': '1',
            'PORT': str(PORT)
        })
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Two processes have trained the tiny config through dist_train.sh."""
    folder = tmp_path_factory.mktemp('tools')
    write_nyudv2(folder / 'nyudv2')
    cfg = tiny_config(folder / 'nyudv2', folder / 'work')
    cfg.train_cfg.max_epochs = 1
    cfg.train_cfg.val_interval = 1
    cfg.dump(folder / 'tiny.py')
    status, output = run(
        ROOT / 'tools/dist_train.sh', 'tiny.py', 2, '--cfg-options',
        'train_dataloader.drop_last=False', cwd=folder)
    assert status == 0, output
    return folder, output


@pytest.mark.skipif(
    torch.cuda.is_available(), reason='is about machines without a GPU')
def test_two_processes_train_and_test_on_a_cpu(trained):
    folder, output = trained
    assert 'GPU number: 2' in output or 'Distributed training: True' in output
    assert '[1][2/2]' in output  # three samples shared by two processes
    assert 'rgb/mIoU' in output
    status, output = run(
        ROOT / 'tools/dist_test.sh', 'tiny.py', 'work/epoch_1.pth', 2,
        cwd=folder)
    assert status == 0, output
    alone = run(
        sys.executable, ROOT / 'tools/test.py', 'tiny.py',
        'work/epoch_1.pth', '--work-dir', 'alone', cwd=folder)
    assert alone[0] == 0, alone[1]
    stock = Path(mmseg.__file__).parent / '.mim/tools/test.py'
    theirs = run(
        sys.executable, stock, 'tiny.py', 'work/epoch_1.pth', '--work-dir',
        'stock', cwd=folder)
    assert theirs[0] == 0, theirs[1]
    ours = json.loads(next((folder / 'alone').glob('*/*.json')).read_text())
    stock = json.loads(next((folder / 'stock').glob('*/*.json')).read_text())
    assert {'mIoU', 'rgb/mIoU', 'depth/mAcc'} <= set(ours)
    for key in ours:
        if 'time' not in key:
            assert ours[key] == pytest.approx(stock[key], nan_ok=True)
            if 'Io' in key:
                assert f'{key}: {ours[key]:.4f}' in output, key


@pytest.fixture
def run_test(trained, monkeypatch):
    """Runs test.py in this process, in the folder of the training."""
    monkeypatch.chdir(trained[0])

    def command(*args):
        monkeypatch.setattr('sys.argv', ['test.py', 'tiny.py', *args])
        load_tool('test.py').main()

    return command


def test_predictions_are_saved_painted_and_augmented(run_test):
    run_test('work/epoch_1.pth', '--tta', '--out', 'maps', '--show-dir',
             'painted', '--work-dir', 'tta', '--cfg-options',
             'visualizer.name=painted')
    for name in NAMES[:2]:
        saved = np.array(Image.open(f'maps/{name}.png'))
        assert saved.shape == (24, 30) and saved.max() < 40
    assert len(list(Path('painted').rglob('*.png'))) == 2


def test_wrong_checkpoints_and_options_stop_the_test(run_test):
    torch.save(dict(state_dict={'a': torch.ones(1)}), 'other.pth')
    for args, *parts in (
            (['nothing.pth'], 'nothing.pth is not there'),
            (['other.pth'], 'other.pth does not fit tiny.py',
             'official_cen.py'),
            (['other.pth', '--cfg-options', 'a'], 'a is not of the form')):
        with pytest.raises(SystemExit) as info:
            run_test(*args)
        assert all(part in str(info.value) for part in parts)
