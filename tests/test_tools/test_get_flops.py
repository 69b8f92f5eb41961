"""Multiply-adds and parameters, against mmengine's analysis and the paper."""
import re
from pathlib import Path

import pytest
import torch
from conftest import load_tool
from mmengine import Config
from mmengine.analysis import FlopAnalyzer, get_model_complexity_info
from mmengine.registry import MODELS
from mmseg.models.decode_heads.psp_head import PPM
from torch import nn

from cen_mm.analysis.complexity import build, count_parameters, measure
from cen_mm.analysis.multiply_adds import MultiplyAdds

CONFIGS = Path(__file__).parents[2] / 'configs'
ROOMS = CONFIGS / 'cen/refinenet_r18_rooms.py'
THREE = CONFIGS / 'cen/refinenet_r18_rooms_rgb_depth_normal.py'
PRIVATE = dict(type='PrivateConv2d', num_modalities=2)
get_flops = load_tool('analysis_tools/get_flops.py')


def config(path=ROOMS, **options):
    cfg = Config.fromfile(path)
    cfg.merge_from_dict(options)
    return cfg


@pytest.mark.parametrize('path, m, options', [
    (ROOMS, 2, dict()),
    (THREE, 3, dict()),
    (CONFIGS / 'single/refinenet_r18_rooms_rgb.py', 1, dict()),
    (ROOMS, 2, {
        'model.backbone.conv_cfg': PRIVATE,
        'model.decode_head.head.conv_cfg': PRIVATE
    }),
    (CONFIGS / 'concat/refinenet_r18_rooms_all_shared.py', 2, dict()),
    (CONFIGS / 'self_attention/refinenet_r18_rooms_all_shared.py', 2, dict()),
    (CONFIGS / 'align/refinenet_r18_rooms_middle_shared.py', 2, dict()),
])
def test_counts_as_mmengine_does_by_tracing(path, m, options):
    """In total, and in every stage."""
    cfg = config(path, **options)
    found = measure(cfg, (64, 96))
    net = MODELS.build(cfg.model).eval()
    inputs = torch.rand(1, 3 * m, 64, 96)
    theirs = get_model_complexity_info(
        net, inputs=(inputs, ), show_table=False, show_arch=False)
    assert found.flops == theirs['flops']
    assert found.parameters.total == theirs['params']
    assert (found.modalities, found.shape) == (m, (64, 96))
    by_module = FlopAnalyzer(net, inputs).by_module()
    for stage in found.stages.values():
        assert stage.flops == sum(by_module[name] for name in stage.modules)


class Norms(nn.Module):
    """What else stock networks are made of."""

    def __init__(self):
        super().__init__()
        self.group, self.layer = nn.GroupNorm(2, 4), nn.LayerNorm(8)
        self.plain = nn.LayerNorm(8, elementwise_affine=False)
        self.batch = nn.BatchNorm2d(4, track_running_stats=False)
        self.larger = nn.Upsample(scale_factor=2, mode='bilinear')

    def forward(self, x):
        x = self.batch(self.plain(self.layer(self.group(x))))
        return nn.functional.adaptive_avg_pool2d(self.larger(x), (3, 2))


def test_rules_of_other_layers():
    net, x = Norms().eval(), torch.rand(1, 4, 8, 8)
    with torch.no_grad(), MultiplyAdds() as counter:
        net(x)
    assert counter.so_far() == FlopAnalyzer(net, x).total()


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
    with torch.no_grad(), MultiplyAdds() as counter:
        net(x)
    assert counter.so_far() == pool + convs + norms + enlargements


def test_m_modalities_cost_m_times_one():
    single = measure(
        config(CONFIGS / 'single/refinenet_r18_rooms_rgb.py'))
    for m, path in ((2, ROOMS), (3, THREE)):
        found = measure(config(path))
        assert found.modalities == m
        assert found.flops == m * single.flops
    unshared = measure(
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
    net = build(config(CONFIGS / f'{name}.py'))
    total = count_parameters(net).total
    assert total / 1e6 == pytest.approx(millions, abs=0.01)


def test_what_is_private():
    """Norms and weights of the ensemble; the rest is the network for one."""
    plain = build(
        config(CONFIGS / 'single/refinenet_r101_nyudv2_rgb.py'))
    found = count_parameters(
        build(config(CONFIGS / 'cen/refinenet_r101_nyudv2.py')))
    norms = sum(p.numel() for name, p in plain.named_parameters()
                if re.search(r'bn\d|downsample\.1', name))
    total = sum(p.numel() for p in plain.parameters())
    assert found.private == 2 * norms + 2
    assert found.shared == total - norms
    assert found.fusion == 0
    assert count_parameters(plain) == (total, 0, 0)


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


def test_time_is_measured_where_it_is_asked_for(monkeypatch, capsys):
    run(monkeypatch, ROOMS, '--shape', 32, '--latency', '--device', 'cpu',
        '--batch', 2, '--rounds', 3, '--warmup', 1)
    out = capsys.readouterr().out
    assert 'Timed: 3 rounds of 2 samples, cpu' in out
    assert {'device', 'threads', 'torch', 'commit', 'command'} <= {
        line.split(':')[0] for line in out.splitlines()}
    shares = [float(share) for share in re.findall(r'([\d.]+)% \|', out)]
    assert len(shares) == 13 and shares[-1] == 100
    assert all(share > 0 for share in shares[:10])


def test_errors(monkeypatch, capsys, tmp_path):
    with pytest.raises(SystemExit, match='rooms.*size is not set.*--shape'):
        run(monkeypatch, ROOMS, '--cfg-options',
            'model.data_preprocessor.size=None')
    for args, words in (((tmp_path / 'none.py', ), 'none.py is not there'),
                        ((ROOMS, '--shape', 1, 2, 3), 'neither HEIGHT WIDTH'),
                        ((ROOMS, '--rounds', 0), '--rounds must be at'),
                        ((ROOMS, '--batch', 0), '--batch must be at')):
        with pytest.raises(SystemExit):
            run(monkeypatch, *args)
        assert words in capsys.readouterr().err
