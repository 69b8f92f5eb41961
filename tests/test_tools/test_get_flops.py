"""Multiply-adds and parameters, against mmengine's analysis and the paper."""
import re
from pathlib import Path

import pytest
import torch
from conftest import load_tool
from mmengine import Config
from mmengine.analysis import FlopAnalyzer
from mmengine.registry import MODELS
from mmseg.models.decode_heads.psp_head import PPM

CONFIGS = Path(__file__).parents[2] / 'configs'
ROOMS = CONFIGS / 'cen/refinenet_r18_rooms.py'
PRIVATE = dict(type='PrivateConv2d', num_modalities=2)
get_flops = load_tool('analysis_tools/get_flops.py')


def config(path=ROOMS, **options):
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(options)
    return cfg


@pytest.mark.parametrize('options', [
    dict(),
    {
        'model.backbone.conv_cfg': PRIVATE,
        'model.decode_head.head.conv_cfg': PRIVATE
    },
    {
        'model.backbone.type': 'FusionResNet',
        'model.backbone.exchange': None,
        'model.backbone.fusion': dict(type='AlignFusion'),
        'model.backbone.fused_stages': (1, 4)
    },
])
def test_counts_as_mmengine_does_by_tracing(options):
    cfg = config(**options)
    found = get_flops.measure(cfg, (64, 96))
    net = MODELS.build(cfg.model).eval()
    analysis = FlopAnalyzer(net, torch.rand(1, 6, 64, 96))
    assert found.flops == analysis.total()
    assert found.parameters.total == sum(p.numel() for p in net.parameters())
    assert (found.modalities, found.shape) == (2, (64, 96))


def test_pooling_by_hand():
    """One an element of what is pooled; averages over all of it are free."""
    with torch.device('meta'):
        net = PPM((1, 2), 8, 4, None, dict(type='BN'), dict(type='ReLU'),
                  align_corners=False).eval()
    net.forward = lambda x, mode: PPM.forward(net, x)
    pool = 8 * 6 * 6
    convs = 8 * 4 * (1 + 2 * 2)
    norms = 2 * 4 * (1 + 2 * 2)
    enlargements = 2 * 4 * 4 * 6 * 6
    assert get_flops.count_flops(
        net, 8, (6, 6)) == pool + convs + norms + enlargements


def test_m_modalities_cost_m_times_one():
    single = get_flops.measure(
        config(CONFIGS / 'single/refinenet_r18_rooms_rgb.py'))
    folder = CONFIGS / 'cen'
    for m, name in ((2, ROOMS), (3, folder /
                                 'refinenet_r18_rooms_rgb_depth_normal.py')):
        found = get_flops.measure(config(name))
        assert found.modalities == m
        assert found.flops == m * single.flops
    unshared = get_flops.measure(
        config(**{
            'model.backbone.conv_cfg': PRIVATE,
            'model.decode_head.head.conv_cfg': PRIVATE
        }))
    assert unshared.flops == 2 * single.flops
    assert unshared.parameters.shared == 0
    # Everything twice, but for the weights of the ensemble.
    assert unshared.parameters.private == (2 *
                                           (single.parameters.total - 1) + 2)


@pytest.mark.parametrize('name, millions', [
    ('single/refinenet_r101_nyudv2_rgb', 118.096),
    ('cen/refinenet_r101_nyudv2', 118.202),
    ('cen/refinenet_r50_nyudv2', 99.16),
    ('cen/refinenet_r152_nyudv2', 133.89),
])
def test_parameters_of_the_official_networks(name, millions):
    net = get_flops.build(config(CONFIGS / f'{name}.py'))
    total = get_flops.count_parameters(net).total
    assert total / 1e6 == pytest.approx(millions, abs=0.01)


def test_what_is_private():
    """Norms and weights of the ensemble; the rest is the network for one."""
    plain = get_flops.build(
        config(CONFIGS / 'single/refinenet_r101_nyudv2_rgb.py'))
    found = get_flops.count_parameters(
        get_flops.build(config(CONFIGS / 'cen/refinenet_r101_nyudv2.py')))
    norms = sum(p.numel() for name, p in plain.named_parameters()
                if re.search(r'bn\d|downsample\.1', name))
    total = sum(p.numel() for p in plain.parameters())
    assert found.private == 2 * norms + 2
    assert found.shared == total - norms
    assert found.fusion == 0
    assert get_flops.count_parameters(plain) == (total, 0, 0)


def run(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['get_flops.py', *map(str, args)])
    get_flops.main()


def test_command_line(monkeypatch, capsys):
    run(monkeypatch, ROOMS, '--shape', 64, '--cfg-options',
        'model.decode_head.head.num_classes=2')
    out = capsys.readouterr().out
    assert '2 modalities, 64 x 64' in out
    # 11 classes of 24 x 3 x 3 weights and a bias less than 1.331727 M.
    assert re.search(r'Params: 1\.329 M\n +shared: 1\.325 M\n +private: 0\.0',
                     out)


def test_errors(monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit, match='rooms.*size is not set.*--shape'):
        run(monkeypatch, ROOMS, '--cfg-options',
            'model.data_preprocessor.size=None')
    for args, words in (((tmp_path / 'none.py', ), 'none.py is not there'),
                        ((ROOMS, '--shape', 1, 2, 3), 'neither HEIGHT WIDTH')):
        with pytest.raises(SystemExit):
            run(monkeypatch, *args)
        assert words in capsys.readouterr().err
