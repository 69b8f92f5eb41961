"""docs/downstream.md does what it says, in a project beside the clone."""
import sys

import numpy as np
import pytest
import torch
from mmengine import Config
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS
from pages import ROOT, blocks, run_commands
from PIL import Image
from tiny_nyudv2 import SIZE, write_nyudv2
from tiny_training import tiny_config

SHORTER = {'desks/epoch_300': 'tiny/epoch_1'}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The project of the page, with the clone at its side."""
    (tmp_path / 'cen_mm').symlink_to(ROOT)
    project = tmp_path / 'my_project'
    (project / 'my_project').mkdir(parents=True)
    (project / 'configs').mkdir()
    desks, package, wrapped, deep, other, *rest = blocks(
        'downstream.md', SHORTER)
    for name, text in {'configs/desks.py': desks,
                       'configs/segformer.py': wrapped,
                       'configs/desks_r101.py': deep,
                       'configs/desks_resnext.py': other,
                       'my_project/__init__.py': package}.items():
        (project / name).write_text(text)
    data = write_nyudv2(project / 'data/desks')
    for name, mask in zip(data.names, data.masks):
        Image.fromarray(np.where(mask == 39, 255, mask % 3).astype(
            np.uint8)).save(project / f'data/desks/masks/{name}.png')
    monkeypatch.chdir(project)
    monkeypatch.syspath_prepend(str(project))
    monkeypatch.delenv('CEN_MM_CONFIGS', raising=False)
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield project, rest
    sys.modules.pop('my_project', None)
    DATASETS.module_dict.pop('DesksDataset', None)


def tiny(project, name):
    """The config of the page with a small network and one epoch."""
    cfg = tiny_config('data/desks', 'work_dirs/tiny', project / name)
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.train_dataloader.batch_size = 2
    return cfg


def test_what_is_inherited_and_what_is_not(project, monkeypatch):
    cfg = Config.fromfile('configs/desks.py')
    assert cfg.custom_imports.imports == ['cen_mm', 'my_project']
    assert cfg.default_hooks.sparsity == dict(
        type='SparsityHook', weight=1e-3, region='own')
    assert cfg.default_hooks.checkpoint.save_best == 'mIoU'
    assert cfg.model.decode_head.num_classes == 3
    for loader in (cfg.train_dataloader, cfg.val_dataloader,
                   cfg.test_dataloader):
        dataset = DATASETS.build(loader.dataset)
        assert type(dataset).__name__ == 'DesksDataset'
        assert dataset.metainfo['classes'] == ('desk', 'screen', 'plant')
        assert dataset.ann_file == 'data/desks/' + (
            'train' if loader is cfg.train_dataloader else 'val') + '.txt'
    path = project[0] / 'configs/elsewhere.py'
    text = (project[0] / 'configs/desks.py').read_text()
    path.write_text(text.replace('../../cen_mm/configs', 'nowhere'))
    with pytest.raises(FileNotFoundError, match='nowhere'):
        Config.fromfile(path)
    monkeypatch.setenv('CEN_MM_CONFIGS', str(ROOT / 'configs'))
    assert Config.fromfile(path).model == cfg.model
    path.write_text("_base_ = '../../cen_mm/configs/cen/"
                    "refinenet_r50_nyudv2.py'")
    assert Config.fromfile(path).model.backbone == cfg.model.backbone


def test_every_command_runs_and_the_classifier_starts_anew(
        project, monkeypatch, capsys):
    """Trained with the lines of the page, from weights of 40 classes."""
    folder, (commands, _, inferencer, runner, paper) = project
    cfg = tiny(folder, 'configs/desks.py')
    cfg.dump('configs/tiny.py')
    cfg.model.decode_head.num_classes = 40
    theirs = MODELS.build(cfg.model)
    theirs.init_weights()
    torch.save(dict(state_dict=theirs.state_dict()), 'cen_r101.pth')
    start = paper.strip().splitlines()[-1].replace('desks_r101', 'tiny')
    assert 'load_from=cen_r101.pth' in start
    still = ' optim_wrapper.optimizer.lr=0. custom_hooks="[]"'
    run_commands(
        start.replace('--cfg', '--work-dir work_dirs/paper --cfg') + still,
        monkeypatch)
    log = capsys.readouterr().out
    wrong = [line for line in log.splitlines() if 'size mismatch' in line]
    assert len(wrong) == 2 and all('conv_seg' in line for line in wrong)
    mine = torch.load('work_dirs/paper/epoch_1.pth')['state_dict']
    for key, value in theirs.state_dict().items():
        if 'conv_seg' not in key and 'num_batches' not in key:
            assert torch.equal(mine[key], value), key

    run_commands(commands.replace('desks.py', 'tiny.py'), monkeypatch)
    assert 'depth/mIoU' in capsys.readouterr().out
    labels = [np.array(Image.open(p)) for p in
              (folder / 'out/labels').rglob('*.png')]
    assert len(labels) == 9 and max(map(np.max, labels)) < 3
    monkeypatch.setattr('mmengine.runner.Runner.train', lambda self: None)
    exec(runner.replace('desks.py', 'tiny.py'), {})
    exec(inferencer.replace('desks.py', 'tiny.py'), found := {})
    assert found['result']['predictions'].shape == SIZE


@pytest.mark.parametrize('name, exchanging', [
    ('desks_r101', 33), ('desks_resnext', 16)])
def test_other_backbones(project, name, exchanging):
    """One norm a residual block exchanges."""
    cfg = Config.fromfile(f'configs/{name}.py')
    with torch.device('meta'):
        net = MODELS.build(cfg.model)
    norms = [m for m in net.backbone.modules() if hasattr(m, 'exchange')]
    assert sum(m.exchange is not None for m in norms) == exchanging
    assert all(m.num_modalities == 2 for m in norms)
    assert net.decode_head.streams == ('rgb', 'depth', 'ensemble')
    assert net.decode_head.out_channels == 3


def test_a_config_of_mmseg_in_three_lines(project):
    """Two layer norms in each of the eight blocks exchange."""
    cfg = Config.fromfile('configs/segformer.py')
    net = MODELS.build(cfg.model)
    norms = [m for m in net.backbone.modules()
             if getattr(m, 'exchange', None) is not None]
    assert len(norms) == 16 and all(m.gamma.shape[0] == 2 for m in norms)
    assert net.decode_head.streams == ('rgb', 'depth', 'ensemble')
    assert net.data_preprocessor.mean.flatten().tolist() == pytest.approx(
        [123.675, 116.28, 103.53, 0, 0, 0])
    assert cfg.default_hooks.sparsity.weight == 6e-4


def test_other_modalities_refuse_the_weights(project):
    cfg = tiny(project[0], 'configs/desks.py')
    state = MODELS.build(cfg.model).state_dict()
    cfg.model.modalities = ('rgb', 'depth', 'thermal')
    cfg.model.data_preprocessor.mean.thermal = 0
    cfg.model.data_preprocessor.std.thermal = 1
    with pytest.raises(ValueError, match='set modalities to those of the'):
        MODELS.build(cfg.model).load_state_dict(state, strict=False)
