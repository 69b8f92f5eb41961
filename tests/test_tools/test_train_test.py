"""The command lines, as a user types them, on a machine without a GPU."""
import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import mmseg
import numpy as np
import pytest
import torch
from conftest import load_tool
from messages import fails
from PIL import Image
from tiny_nyudv2 import NAMES, write_nyudv2
from tiny_training import tiny_config

ROOT = Path(__file__).parents[2]
STOCK_TEST = Path(mmseg.__file__).parent / '.mim/tools/test.py'


def run(script, *args, cwd):
    """Run a shell script of tools; returns what it printed."""
    path = [str(ROOT), os.environ.get('PYTHONPATH', '')]
    done = subprocess.run(
        [str(ROOT / 'tools' / script), 'tiny.py', *args], cwd=cwd,
        capture_output=True, text=True,
        env={
            **os.environ, 'PYTHONPATH': os.pathsep.join(filter(None, path)),
            'PATH': os.pathsep.join(
                [str(Path(sys.executable).parent), os.environ['PATH']]),
            'OMP_NUM_THREADS': '1', 'PORT': '29517'
        })
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Two processes have trained the tiny config through dist_train.sh."""
    folder = tmp_path_factory.mktemp('tools')
    write_nyudv2(folder / 'nyudv2')
    cfg = tiny_config(folder / 'nyudv2', folder / 'work')
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.dump(folder / 'tiny.py')
    return folder, run('dist_train.sh', '2', '--cfg-options',
                       'train_dataloader.drop_last=False', cwd=folder)


@pytest.fixture
def run_test(trained, monkeypatch):
    """Runs test.py in this process, in the folder of the training."""
    monkeypatch.chdir(trained[0])

    def command(*args):
        monkeypatch.setattr('sys.argv', ['test.py', 'tiny.py', *args])
        load_tool('test.py').main()

    return command


@pytest.mark.skipif(
    torch.cuda.is_available(), reason='is about machines without a GPU')
def test_two_processes_train_and_test_on_a_cpu(trained, run_test):
    """As one process, and as mmseg's own tool."""
    folder, output = trained
    assert 'GPU number: 2' in output or 'Distributed training: True' in output
    assert '[1][2/2]' in output  # three samples shared by two processes
    assert 'rgb/mIoU' in output
    output = run('dist_test.sh', 'work/epoch_1.pth', '2', cwd=folder)
    run_test('work/epoch_1.pth', '--work-dir', 'alone')
    sys.argv[-1] = 'stock'
    runpy.run_path(str(STOCK_TEST), run_name='__main__')
    alone, stock = (
        json.loads(next((folder / name).glob('*/*.json')).read_text())
        for name in ('alone', 'stock'))
    assert {'mIoU', 'rgb/mIoU', 'depth/mAcc'} <= set(alone)
    for key in alone:
        if 'time' not in key:
            assert alone[key] == pytest.approx(stock[key], nan_ok=True)
            if 'Io' in key:
                assert f'{key}: {alone[key]:.4f}' in output, key


def test_predictions_are_saved_painted_and_augmented(run_test):
    run_test('work/epoch_1.pth', '--tta', '--out', 'maps', '--show-dir',
             'painted', '--work-dir', 'tta', '--cfg-options',
             'visualizer.name=painted')
    for name in NAMES[:2]:
        saved = np.array(Image.open(f'maps/{name}.png'))
        assert saved.shape == (24, 30) and saved.max() < 40
    assert len(list(Path('painted').rglob('*.png'))) == 2
    # mmseg's own, as its configs have it, would merge the ensemble alone.
    run_test('work/epoch_1.pth', '--tta', '--work-dir', 'stock_tta',
             '--cfg-options', 'tta_model.type=SegTTAModel')
    ours, stock = (json.loads(next(Path(name).glob('*/*.json')).read_text())
                   for name in ('tta', 'stock_tta'))
    for key in ('mIoU', 'rgb/mIoU', 'depth/aAcc'):
        assert ours[key] == pytest.approx(stock[key], nan_ok=True)


@pytest.mark.parametrize('args, parts', [
    (['nothing.pth'], ['nothing.pth is not there']),
    (['other.pth'], ['other.pth does not fit tiny.py', 'official_cen.py']),
    (['other.pth', '--cfg-options', 'a'], ['a is not of the form'])])
def test_wrong_checkpoints_and_options_stop_the_test(run_test, args, parts):
    torch.save(dict(state_dict={'a': torch.ones(1)}), 'other.pth')
    with fails(SystemExit, *parts):
        run_test(*args)


def test_with_some_of_the_modalities(run_test, tmp_path):
    """The files of the absent one are not even there."""
    shutil.copytree('nyudv2', tmp_path / 'rgb_alone')
    shutil.rmtree(tmp_path / 'rgb_alone/depth')
    data = f'test_dataloader.dataset.data_root={tmp_path / "rgb_alone"}'
    alone = '--modalities', 'rgb', '--cfg-options', data
    options = dict(
        files=alone, tta=('--tta', *alone),
        # Loaded, and left out by the model.
        config=('--cfg-options', 'model.test_cfg.modalities=(rgb,)'))
    metrics = {}
    for name, args in options.items():
        run_test('work/epoch_1.pth', '--work-dir', str(tmp_path / name),
                 *args)
        log = next((tmp_path / name).glob('*/*.log')).read_text()
        assert 'depth absent: the predictions are those of rgb' in log
        written = json.loads(next(
            (tmp_path / name).glob('*/*.json')).read_text())
        metrics[name] = {k: v for k, v in written.items() if 'time' not in k}
        assert 'rgb/mIoU' in written and 'depth/mIoU' not in written
    assert metrics['files'] == pytest.approx(metrics['config'], nan_ok=True)
    with fails(SystemExit, '--modalities: ', 'radar cannot be present'):
        run_test('work/epoch_1.pth', '--modalities', 'radar')
    with fails(SystemExit, 'EncoderDecoder needs all'):
        run_test('work/epoch_1.pth', '--modalities', 'rgb', '--cfg-options',
                 'model.type=EncoderDecoder')
