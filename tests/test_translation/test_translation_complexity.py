"""Multiply-adds and parameters of translation: mmengine's, and by hand."""
from pathlib import Path

import pytest
import torch
from mmengine import Config
from mmengine.analysis import FlopAnalyzer, get_model_complexity_info
from mmengine.registry import MODELS

from cen_mm.analysis.complexity import build, measure

CONFIGS = Path(__file__).parents[2] / 'configs/translation'
# Behind the three norms of a U-Net of three layers, for 16 x 16.
ELEMENTS = 8 * 4 * 4 + 8 * 4 * 4 + 4 * 8 * 8


def config(m=2, path='cen/shade-texture2rgb_rooms.py', **generator):
    cfg = Config.fromfile(CONFIGS / path)
    cfg.model.modalities = tuple('abcd'[:m])
    cfg.model.generator.update(base_channels=4, num_down=3, **generator)
    return cfg


def on_cpu(cfg):
    """The generator that mmengine is to trace."""
    cfg.model.generator.num_modalities = len(cfg.model.modalities)
    net = MODELS.build(cfg.model.generator)
    return net.train(cfg.model.get('predict_mode', 'train') == 'train')


def fusion(name, **kwargs):
    return dict(
        exchange=None,
        fusion=dict(type=name, **kwargs),
        fused_layers=(1, 2, 3))


@pytest.mark.parametrize('m, generator', [
    (1, dict(exchange=None)),
    (2, dict()),
    (3, dict()),
    (2, fusion('ConcatFusion')),
    (3, fusion('AverageFusion')),
    (3, fusion('AlignFusion')),
    (2, fusion('SelfAttentionFusion')),
    (2, dict(
        conv_cfg=dict(type='PrivateConv2d'),
        deconv_cfg=dict(type='PrivateConvTranspose2d'))),
    (2, dict(
        norm_cfg=dict(type='PrivateIN', affine=True, private=('affine', )))),
])
def test_counts_as_mmengine_does_by_tracing(m, generator):
    """In total, and in every stage."""
    cfg = config(m, **generator)
    found = measure(cfg, (16, 16))
    net = on_cpu(cfg)
    analysis = FlopAnalyzer(net, torch.rand(1, 3 * m, 16, 16))
    assert found.flops == analysis.total()
    assert found.parameters.total == sum(p.numel() for p in net.parameters())
    assert (found.modalities, found.shape) == (m, (16, 16))
    by_module = analysis.by_module()
    for stage in found.stages.values():
        assert stage.flops == sum(by_module[name.split('.', 1)[1]]
                                  for name in stage.modules)


def test_mmengine_by_its_front_door():
    cfg = config()
    found = measure(cfg, (16, 16))
    theirs = get_model_complexity_info(
        on_cpu(cfg), (6, 16, 16), show_table=False, show_arch=False)
    assert found.flops == theirs['flops']
    assert found.parameters.total == theirs['params']


def test_by_hand():
    """Sixteen weights of a kernel, where the smaller map is; five a norm."""
    for m in (1, 2, 3, 4):
        found = measure(config(m), (16, 16))
        encoder = [16 * i * o * size**2
                   for i, o, size in ((3, 4, 8), (4, 8, 4), (8, 16, 2))]
        decoder = [16 * i * o * size**2
                   for i, o, size in ((16, 8, 2), (16, 4, 4), (8, 3, 8))]
        norms = [0, 8 * 4 * 4, 0], [8 * 4 * 4, 4 * 8 * 8, 0]
        flops = {
            f'generator.{name}.{i}': m * (conv + 5 * norm)
            for name, convs, behind in (('encoder', encoder, norms[0]),
                                        ('decoder', decoder, norms[1]))
            for i, (conv, norm) in enumerate(zip(convs, behind))
        }
        if m > 1:
            flops['generator.ensemble'] = 0
        assert {k: s.flops for k, s in found.stages.items()} == flops
        assert found.flops == sum(flops.values())
        private = 2 * (8 + 8 + 4) * m + m if m > 1 else 0
        assert found.parameters.private == private
        # Of encoder 1: a convolution with bias.
        assert (found.stages['generator.encoder.1'].parameters.shared == 4 * 8
                * 16 + 8 + (0 if m > 1 else 2 * 8))


def test_running_statistics_are_the_difference_to_mmengine():
    """Two an element of a norm, as of a batch norm, not five."""
    cfg = config()
    cfg.model.predict_mode = 'eval'
    theirs = FlopAnalyzer(on_cpu(cfg), torch.rand(1, 6, 16, 16)).total()
    assert measure(cfg, (16, 16)).flops == theirs - 2 * 3 * ELEMENTS


@pytest.mark.parametrize('m, official', [(1, 54_420_618), (2, 54_431_633),
                                         (3, 54_442_648), (4, 54_453_663)])
def test_parameters_of_the_official_networks(m, official):
    """Which hold two norms more, that they never run: see the paper's code."""
    cfg = Config.fromfile(CONFIGS / 'cen/shade-texture2rgb_taskonomy.py')
    cfg.model.modalities = tuple('abcd'[:m])
    found = measure(cfg)
    assert found.shape == (256, 256)
    unused = 2 * m * (64 + 512 + 3)
    assert found.parameters.total + unused + (m == 1) == official
    assert found.discriminator == 2_769_731 - 2 * (64 + 1)


def test_predicts_in_the_mode_of_the_config():
    cfg = config()
    for mode, training in (('train', True), ('eval', False)):
        cfg.model.predict_mode = mode
        net = build(cfg)
        assert net.generator.training == training
        assert not net.discriminator.training


def test_errors():
    cfg = config()
    with pytest.raises(ValueError, match='12 x 16 is no multiple of 8.*--sh'):
        measure(cfg, (12, 16))
    cfg.model.type = 'Nope'
    with pytest.raises(ValueError, match='rooms.py: Nope is not in'):
        measure(cfg)
    cfg.model = dict(type='CENUNetGenerator', num_modalities=2)
    with pytest.raises(ValueError, match='CENUNetGenerator.*can not be meas'):
        build(cfg)
    cfg.pop('model')
    with pytest.raises(ValueError, match='rooms.py has no model'):
        build(cfg)
    cfg = config()
    for pipeline in ([], [dict(type='Resize', scale=0.5)]):
        cfg.test_dataloader.dataset.pipeline = pipeline
        with pytest.raises(ValueError, match='Resize.*test_dataloader.*--sha'):
            measure(cfg)
    cfg.test_dataloader.dataset.pipeline = [
        dict(type='Resize', scale=(24, 16))]
    assert measure(cfg).shape == (16, 24)
