"""Every config of ours, alone and inherited by somebody else's project."""
from pathlib import Path

import pytest
import torch
from mmengine import Config
from mmengine.dataset import Compose
from mmengine.registry import DefaultScope
from mmseg.registry import METRICS, MODELS
from test_parity import samples_of

ROOT = Path(__file__).parents[1] / 'configs'
CONFIGS = sorted(
    p.relative_to(ROOT).as_posix() for p in ROOT.rglob('*.py')
    if '_base_' not in p.parts)


def shrunk(cfg):
    """The model of a config at an eighth of its width or so."""
    model = cfg.model
    expansion = 4 if model.backbone.depth >= 50 else 1
    model.backbone.update(base_channels=8, stem_channels=8, init_cfg=None)
    model.decode_head.head.update(
        in_channels=[8 * expansion * 2**i for i in range(4)], channels=8)
    model.data_preprocessor.size = None
    model.data_preprocessor.size_divisor = 32
    return MODELS.build(model)


@pytest.mark.parametrize('name', CONFIGS)
def test_builds_trains_and_predicts(name):
    cfg = Config.fromfile(ROOT / name)
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = shrunk(cfg)
        for loader in ('train_dataloader', 'val_dataloader'):
            Compose(cfg[loader].dataset.pipeline)
        Compose(cfg.tta_pipeline)
        METRICS.build(cfg.val_evaluator)
    channels = len(cfg.model.data_preprocessor.mean)
    streams = len(net.decode_head.streams)
    assert channels == 3 * (streams - 1)
    data = dict(
        inputs=[torch.rand(channels, 50, 70) * 255],
        data_samples=samples_of(torch.zeros(1, 50, 70).long()))
    for sample in data['data_samples']:
        sample.set_metainfo(dict(ori_shape=(50, 70)))
    batch = net.data_preprocessor(data, training=True)
    loss, log = net.parse_losses(net(**batch, mode='loss'))
    loss.backward()
    assert sum('loss_ce' in key for key in log) == streams
    unused = [n for n, p in net.named_parameters() if p.grad is None]
    assert not unused
    sample, = net.eval().test_step(data)
    classes = cfg.model.decode_head.head.num_classes
    assert sample.seg_logits.shape == (50, 70)
    assert sample.seg_logits.data.shape[0] == classes
    assert sample.pred_sem_seg.data.max() < classes


@pytest.mark.parametrize('base', [
    '{root}/cen/refinenet_r101_nyudv2.py',
    '{{{{$CEN_MM_CONFIGS:nowhere}}}}/cen/refinenet_r101_nyudv2.py'
])
def test_a_downstream_project_inherits(base, tmp_path, monkeypatch):
    monkeypatch.setenv('CEN_MM_CONFIGS', str(ROOT))
    mine = tmp_path / 'configs' / 'mine.py'
    mine.parent.mkdir()
    mine.write_text(f"_base_ = '{base.format(root=ROOT)}'\n"
                    'model = dict(decode_head=dict('
                    'head=dict(num_classes=7)))\n'
                    'default_hooks = dict(sparsity=dict(weight=1e-3))\n')
    cfg = Config.fromfile(mine)
    assert cfg.custom_imports.imports == ['cen_mm']
    assert cfg.default_hooks.sparsity == dict(
        type='SparsityHook', weight=1e-3, region='own')
    assert cfg.model.backbone.depth == 101
    with DefaultScope.overwrite_default_scope('mmseg'):
        assert shrunk(cfg).decode_head.out_channels == 21
