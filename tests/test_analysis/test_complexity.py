"""Multiply-adds and parameters: mmengine's, the paper's, and by hand."""
import re
from pathlib import Path

import pytest
import torch
from mmengine import Config
from mmengine.analysis import FlopAnalyzer, get_model_complexity_info
from mmengine.registry import MODELS
from mmseg.models.decode_heads.psp_head import PPM
from torch import nn

from cen_mm.analysis.cost.complexity import build, count_parameters, measure
from cen_mm.analysis.cost.multiply_adds import MultiplyAdds

CONFIGS = Path(__file__).parents[2] / 'configs'
ROOMS = 'cen/refinenet_r18_rooms'
ALL_PRIVATE = {'model.private': ('convs', 'affine', 'stats')}


def config(path=ROOMS, options={}):
    cfg = Config.fromfile(CONFIGS / f'{path}.py')
    cfg.merge_from_dict(options)
    return cfg


def translation(m=2, **generator):
    cfg = config('translation/cen/shade-texture2rgb_rooms')
    cfg.model.modalities = tuple('abcd'[:m])
    cfg.model.generator.update(base_channels=4, num_down=3, **generator)
    if m == 1:
        cfg.model.generator.exchange = None
    return cfg


def generator_of(cfg):
    """What mmengine is to trace, on the CPU."""
    cfg.model.generator.num_modalities = len(cfg.model.modalities)
    net = MODELS.build(cfg.model.generator)
    return net.train(cfg.model.get('predict_mode', 'train') == 'train')


def fusion(name):
    return dict(exchange=None, fusion=dict(type=name), fused_layers=(1, 2, 3))


@pytest.mark.parametrize('cfg, m', [
    (config(), 2),
    (config('cen/refinenet_r18_rooms_rgb_depth_normal'), 3),
    (config('single/refinenet_r18_rooms_rgb'), 1),
    (config(options=ALL_PRIVATE), 2),
    (config('concat/refinenet_r18_rooms_all_shared'), 2),
    (config('self_attention/refinenet_r18_rooms_all_shared'), 2),
    (config('align/refinenet_r18_rooms_middle_shared'), 2),
    (translation(1, exchange=None), 1),
    (translation(), 2),
    (translation(3), 3),
    (translation(2, **fusion('ConcatFusion')), 2),
    (translation(3, **fusion('AverageFusion')), 3),
    (translation(3, **fusion('AlignFusion')), 3),
    (translation(2, **fusion('SelfAttentionFusion')), 2),
    (translation(2, private=('convs', 'affine', 'stats')), 2),
    (translation(2, private=('affine', )), 2),
])
def test_counts_as_mmengine_does_by_tracing(cfg, m):
    """In total, and in every stage."""
    translates = 'generator' in cfg.model
    shape = (16, 16) if translates else (64, 96)
    found = measure(cfg, shape)
    net = generator_of(cfg) if translates else MODELS.build(cfg.model).eval()
    inputs = torch.rand(1, 3 * m, *shape)
    theirs = get_model_complexity_info(
        net, inputs=(inputs, ), show_table=False, show_arch=False)
    assert found.flops == theirs['flops']
    assert found.parameters.total == theirs['params']
    assert (found.modalities, found.shape) == (m, shape)
    by_module = FlopAnalyzer(net, inputs).by_module()
    for stage in found.stages.values():
        assert stage.flops == sum(
            by_module[name.partition('.')[2] if translates else name]
            for name in stage.modules)


def count(net, x):
    with torch.no_grad(), MultiplyAdds() as counter:
        net(x)
    return counter.so_far()


def test_rules_of_other_layers():
    """What else stock networks are made of."""
    net = nn.Sequential(
        nn.GroupNorm(2, 4), nn.LayerNorm(8),
        nn.LayerNorm(8, elementwise_affine=False),
        nn.BatchNorm2d(4, track_running_stats=False),
        nn.Upsample(scale_factor=2, mode='bilinear'),
        nn.AdaptiveAvgPool2d((3, 2))).eval()
    x = torch.rand(1, 4, 8, 8)
    assert count(net, x) == FlopAnalyzer(net, x).total()


def test_pooling_by_hand():
    """One an element of what is pooled; averages over all of it are free."""
    with torch.device('meta'):
        net = PPM((1, 2), 8, 4, None, dict(type='BN'), dict(type='ReLU'),
                  align_corners=False).eval()
        x = torch.rand(1, 8, 6, 6)
    pool = 8 * 6 * 6
    convs = 8 * 4 * (1 + 2 * 2)
    norms = 2 * 4 * (1 + 2 * 2)
    enlargements = 2 * 4 * 4 * 6 * 6
    assert count(net, x) == pool + convs + norms + enlargements


def test_m_modalities_cost_m_times_one():
    single = measure(config('single/refinenet_r18_rooms_rgb'))
    for m, cfg in ((2, config()), (3, config(f'{ROOMS}_rgb_depth_normal')),
                   (2, config(options=ALL_PRIVATE))):
        found = measure(cfg)
        assert found.modalities == m
        assert found.flops == m * single.flops
    # Everything twice, but for the weights of the ensemble.
    assert found.parameters[:2] == (0, 2 * (single.parameters.total - 1) + 2)


@pytest.mark.parametrize('name, millions', [
    ('single/refinenet_r101_nyudv2_rgb', 118.096),
    ('cen/refinenet_r101_nyudv2', 118.202),
    ('cen/refinenet_r50_nyudv2', 99.16),
    ('cen/refinenet_r152_nyudv2', 133.89),
])
def test_parameters_of_the_official_networks(name, millions):
    total = count_parameters(build(config(name))).total
    assert total / 1e6 == pytest.approx(millions, abs=0.01)


@pytest.mark.parametrize('m, official', [(1, 54_420_618), (2, 54_431_633),
                                         (3, 54_442_648), (4, 54_453_663)])
def test_parameters_of_the_official_generators(m, official):
    """Which hold two norms more, that they never run: see the paper's code."""
    cfg = config('translation/cen/shade-texture2rgb_taskonomy')
    cfg.model.modalities = tuple('abcd'[:m])
    if m == 1:
        cfg.model.generator.exchange = None
    found = measure(cfg)
    assert found.shape == (256, 256)
    unused = 2 * m * (64 + 512 + 3)
    assert found.parameters.total + unused + (m == 1) == official
    assert found.discriminator == 2_769_731 - 2 * (64 + 1)


def test_what_is_private():
    """Norms and weights of the ensemble; the rest is the network for one."""
    plain = build(config('single/refinenet_r101_nyudv2_rgb'))
    found = count_parameters(build(config('cen/refinenet_r101_nyudv2')))
    norms = sum(p.numel() for name, p in plain.named_parameters()
                if re.search(r'bn\d|downsample\.1', name))
    total = sum(p.numel() for p in plain.parameters())
    # An ensemble of one has one weight, which is not private.
    assert found == (total - norms - 1, 2 * norms + 2, 0)
    assert count_parameters(plain) == (total, 0, 0)


@pytest.mark.parametrize('m', [1, 2, 3, 4])
def test_translation_by_hand(m):
    """Sixteen weights of a kernel, where the smaller map is; five a norm."""
    found = measure(translation(m), (16, 16))
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


def test_the_mode_that_the_config_predicts_in():
    """With running statistics two an element of a norm, as of a batch norm,
    where mmengine counts five."""
    cfg = translation()
    for mode, training in (('train', True), ('eval', False)):
        cfg.model.predict_mode = mode
        net = build(cfg)
        assert net.generator.training == training
        assert not net.discriminator.training
    # Behind the three norms of a U-Net of three layers, for 16 x 16.
    elements = 8 * 4 * 4 + 8 * 4 * 4 + 4 * 8 * 8
    theirs = FlopAnalyzer(generator_of(cfg), torch.rand(1, 6, 16, 16)).total()
    assert measure(cfg, (16, 16)).flops == theirs - 2 * 3 * elements


def changed(delete=False, **fields):
    cfg = translation()
    if delete:
        cfg.pop('model')
    cfg.merge_from_dict(fields)
    return cfg


def resizing(*pipeline):
    cfg = translation()
    cfg.test_dataloader.dataset.pipeline = list(pipeline)
    return cfg


@pytest.mark.parametrize('cfg, shape, message', [
    (translation(), (12, 16), '12 x 16 is no multiple of 8.*--sh'),
    (changed(**{'model.type': 'Nope'}), (), 'rooms.py: Nope is not in'),
    (changed(model=dict(_delete_=True, type='CENUNetGenerator',
                        num_modalities=2)), (),
     'CENUNetGenerator.*can not be measured'),
    (changed(delete=True), (), 'rooms.py has no model'),
    (resizing(), (), 'Resize.*test_dataloader.*--shape'),
    (resizing(dict(type='Resize', scale=0.5)), (), 'Resize.*--shape'),
    (config(options={'model.data_preprocessor.size': None}), (),
     'rooms.*size is not set.*--shape'),
])
def test_errors(cfg, shape, message):
    with pytest.raises(ValueError, match=message):
        measure(cfg, shape)


def test_the_shape_of_the_last_resize():
    assert measure(resizing(
        dict(type='Resize', scale=(24, 16)))).shape == (16, 24)
