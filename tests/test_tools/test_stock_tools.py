"""Tools of the installed mmseg on configs of ours, and its inferencer."""
import runpy
import subprocess
import sys
import time
from pathlib import Path

import mmseg
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmseg.apis import MMSegInferencer
from mmseg.registry import DATASETS
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE, write_nyudv2
from tiny_training import tiny_config

import cen_mm
from cen_mm.apis import MultimodalInferencer

ROOT = Path(__file__).parents[2]
TOOLS = Path(mmseg.__file__).parent / '.mim/tools/analysis_tools'


@pytest.mark.parametrize('dataset, classes', [
    ('MultimodalSegDataset', ('a', 'b', 'c')), ('NYUDv2Dataset', ('wall', ))])
def test_confusion_matrix(dataset, classes, tmp_path, monkeypatch):
    """Of classes that stand in the config, whose METAINFO has none or more."""
    data = write_nyudv2(tmp_path / 'nyudv2')
    rng = np.random.default_rng(0)
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.test_dataloader.dataset.update(
        type=dataset, metainfo=dict(classes=classes, palette=[[0, 0, 0]] * 3))
    cfg.dump(tmp_path / 'tiny.py')
    (tmp_path / 'maps').mkdir()
    expected = np.zeros((len(classes), len(classes)))
    for name, mask in zip(NAMES[:2], data.masks):
        if dataset == 'MultimodalSegDataset':
            mask = mask % 3
            Image.fromarray(mask).save(
                tmp_path / f'nyudv2/masks/{name}.png')
        made = rng.integers(0, len(classes), SIZE).astype(np.uint8)
        Image.fromarray(made).save(tmp_path / f'maps/{name}.png')
        for truth, prediction in zip(mask.ravel(), made.ravel()):
            if truth < len(classes):
                expected[truth, prediction] += 1
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr('sys.argv', ['confusion_matrix.py', 'tiny.py', 'maps',
                                     'out'])
    tool = runpy.run_path(
        str(TOOLS / 'confusion_matrix.py'), run_name='__main__')
    assert Image.open('out/confusion_matrix.png').size[0] > 100
    built = DATASETS.build(Config.fromfile('tiny.py').test_dataloader.dataset)
    maps = [np.array(Image.open(f'maps/{n}.png')) for n in NAMES[:2]]
    assert np.array_equal(
        tool['calculate_confusion_matrix'](built, maps), expected)


@pytest.fixture
def stock(trained_run, tmp_path, monkeypatch, capsys):
    """Runs ``python -m cen_mm``, beside a trained network; its output."""
    config, = trained_run.glob('*.py')
    Config.fromfile(config).dump(tmp_path / 'tiny.py')
    (tmp_path / 'net.pth').symlink_to(trained_run / 'epoch_3.pth')
    monkeypatch.chdir(tmp_path)

    def run(*args):
        monkeypatch.setattr('sys.argv', ['cen_mm', *args])
        runpy.run_module('cen_mm', run_name='__main__')
        return capsys.readouterr().out

    return run


def test_train(stock):
    out = stock(
        'train', 'tiny.py', '--work-dir', 'new', '--cfg-options',
        'train_cfg.max_epochs=1', 'train_cfg.val_interval=1',
        'experiment_name=stock', 'visualizer.name=stock')
    assert 'depth/mIoU: ' in out and Path('new/epoch_1.pth').is_file()


@pytest.mark.parametrize('args, shows, paints', [
    (['--show', '--wait-time', '0.1'], 2, 0),
    (['--show-dir', 'painted', '--tta', '--out', 'maps', '--launcher', 'none',
      '--local_rank', '0'], 0, 2)])
def test_test_with_all_options(stock, monkeypatch, args, shows, paints):
    shown = []
    monkeypatch.setattr('mmseg.visualization.SegLocalVisualizer.show',
                        lambda self, image, **kwargs: shown.append(image))
    name = f'stock{shows}'  # mmengine keeps one of each in a process
    out = stock('test', 'tiny.py', 'net.pth', *args, '--work-dir', 'new',
                '--cfg-options', f'experiment_name={name}',
                f'visualizer.name={name}',
                'default_hooks.visualization.interval=1')
    assert 'rgb/mIoU: ' in out and len(shown) == shows
    assert len(list(Path().glob('painted/**/*.png'))) == paints
    assert len(list(Path().glob('maps/*.png'))) == paints


# The benchmark times nothing before the 200th image.
@pytest.mark.filterwarnings('ignore::RuntimeWarning')
@pytest.mark.parametrize('args, said', [
    (['benchmark', 'tiny.py', 'net.pth', '--work-dir', '.'], 'Average fps'),
    (['print_config', 'tiny.py', '--graph'], '(ensemble): Ensemble()'),
    (['env'], f'cen_mm=={cen_mm.__version__}, commit '),
    (['env'], f'numpy=={np.__version__}')])
def test_what_it_prints(stock, args, said):
    assert said in stock(*args)


def test_publish_model(stock):
    stock('publish_model', 'net.pth', 'small.pth')
    for _ in range(100):  # it does not wait for its last step
        found = list(Path().glob('small-*.pth'))
        if found:
            break
        time.sleep(0.1)
    assert 'optimizer' not in torch.load(found[0])


def test_analyze_logs(stock, trained_run):
    pytest.importorskip('seaborn')
    log = next(trained_run.rglob('scalars.json'))
    stock('analyze_logs', str(log), '--keys', 'mIoU', '--out', 'curve.png')
    assert Image.open('curve.png').size[0] > 100


def test_unknown_tools_are_answered_with_the_known():
    """As a user starts it, with nothing imported before."""
    run = subprocess.run([sys.executable, '-m', 'cen_mm', 'none'], cwd=ROOT,
                         capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert 'print_config' in run.stdout.splitlines()[-1].split()


def test_the_inferencer_of_mmseg(trained_run):
    """Labels are not needed; it predicts what ours does."""
    config, = map(str, trained_run.glob('*.py'))
    weights, data = str(trained_run / 'epoch_3.pth'), trained_run / '../nyudv2'
    rgb, depth = (str(data / f'{m}/{NAMES[1]}.png') for m in ('rgb', 'depth'))
    cfg = Config.fromfile(config)
    # Which it looks for by name.
    cfg.test_dataloader.dataset.pipeline[0].type = 'LoadImageFromFile'
    stock = MMSegInferencer(cfg, weights, device='cpu')
    sample = dict(img_path=rgb, depth_path=depth)
    # It writes into the samples.
    result = stock([dict(sample), sample], return_datasamples=True)[1]
    ours = MultimodalInferencer(config, weights, 'cpu')(
        dict(rgb=rgb, depth=depth))
    for field in ('pred_sem_seg', 'pred_sem_seg_depth'):
        assert torch.equal(result.get(field).data, ours.get(field).data)
