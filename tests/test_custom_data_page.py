"""docs/custom_data.md does what it says, on fewer and smaller images."""
import numpy as np
import pytest
import torch
from mmengine import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS
from pages import ROOT, blocks, run_commands
from PIL import Image

SHORTER = {
    'COUNT, HEIGHT, WIDTH = 60, 120, 160': 'COUNT, HEIGHT, WIDTH = 5, 50, 60',
    "_base_ = 'configs/": f"_base_ = '{ROOT}/configs/",
    'crop_size = (96, 128)': 'crop_size = (32, 32)',
    'total_steps=20': 'total_steps=2',
    'max_epochs=20, val_interval=20': 'max_epochs=2, val_interval=2',
    'epoch_20': 'epoch_2',
    '059': '004',
}


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data, config, commands, python, own = blocks('custom_data.md', SHORTER)
    (tmp_path / 'make_mine.py').write_text(data)
    (tmp_path / 'mine.py').write_text(config)
    (tmp_path / 'own.py').write_text(own)
    return commands, python


def test_every_block_runs(page, tmp_path, monkeypatch, capsys):
    commands, python = page
    run_commands(commands, monkeypatch)
    assert 'thermal/mIoU' in capsys.readouterr().out
    streams = ('depth', 'rgb', 'thermal', 'ensemble')
    assert {p.relative_to(tmp_path / 'out').as_posix()
            for p in (tmp_path / 'out').rglob('*.png')} == {
        f'{kind}/{stream}/{name:03d}.png' for name in range(5)
        for stream in streams for kind in ('labels', 'overlays')}
    exec(python, {})
    printed = capsys.readouterr().out.splitlines()[-4:]
    for line, stream in zip(printed, streams):
        labels = np.array(Image.open(f'out/labels/{stream}/004.png'))
        counts = np.bincount(labels.ravel(), minlength=4)
        assert line == f'{stream} (50, 60) {counts}'


def test_three_sensors_reach_the_network(page, monkeypatch):
    """RGB, millimetres and degrees, in the order of mean and std."""
    commands, _ = page
    run_commands(commands.splitlines()[0], monkeypatch)
    cfg = Config.fromfile('mine.py')
    init_default_scope('mmseg')
    data = DATASETS.build(cfg.val_dataloader.dataset)[0]
    expected = np.concatenate([
        np.array(Image.open('data/mine/rgb/004.jpg')).astype(np.float32),
        np.repeat(np.array(Image.open('data/mine/depth/004.png'))[..., None],
                  3, -1),
        np.repeat(np.load('data/mine/thermal/004.npy')[..., None], 3, -1)
    ], -1).transpose(2, 0, 1)
    assert torch.equal(data['inputs'], torch.from_numpy(expected))
    model = MODELS.build(cfg.model)
    batch = model.data_preprocessor(pseudo_collate([data]))
    z = batch['inputs'][0].numpy()
    assert abs(z.mean((1, 2))).max() < 1 and z.std((1, 2)).max() < 2
    training = DATASETS.build(cfg.train_dataloader.dataset)
    assert len(training) == 4 and training[0]['inputs'].shape == (9, 32, 32)


def test_channels_of_its_own(page, monkeypatch, capsys):
    commands, _ = page
    make, *_ = commands.splitlines()
    run_commands(f"""{make}
python tools/train.py own.py
python tools/test.py own.py work_dirs/own/epoch_2.pth --tta""", monkeypatch)
    assert 'thermal/mIoU' in capsys.readouterr().out
    state = torch.load('work_dirs/own/epoch_2.pth', weights_only=False)
    assert [state['state_dict'][f'backbone.conv1.stock.{m}.weight'].shape[1]
            for m in range(3)] == [3, 1, 1]
