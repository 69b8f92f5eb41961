"""The network that ships gives what the trained one gives, for less."""
import pytest
import torch
from conftest import make_gammas
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS
from shrunk_config import shrunk_config
from test_parity import small_cen
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.flop_counter import FlopCounterMode

import cen_mm
from cen_mm.layers import exchangeable_norms
from cen_mm.layers.private_layer import PrivateLayer

ROWS = [
    'cen/refinenet_r50_nyudv2', 'cen/refinenet_lite0_nyudv2',
    'cen/pspnet_r101_nyudv2', 'cen/deeplabv3plus_r101_nyudv2',
    'cen/upernet_r101_nyudv2', 'cen/fcn_hr48_nyudv2',
    'cen/refinenet_r18_rooms_rgb_depth_normal',
    'cen/refinenet_r18_rooms_rgb_depth_normal_shading', 'nyudv2_lite/cen_all',
    'nyudv2_lite/unshared_cen', 'nyudv2_lite/rgb', 'nyudv2_lite/average',
    'align/refinenet_r18_rooms_middle_shared',
    'ablations/table7_02_convs_shared_norms_shared_l1_none_exchange_off'
]


def row_of(name):
    """The shrunk model of a row, with gammas that exchange."""
    if 'lite' in name:
        pytest.importorskip('timm', reason='needs the extra timm')
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(shrunk_config(name).model).eval()
    for norm in net.modules():
        if isinstance(norm, (PrivateLayer, _BatchNorm)) and (
                getattr(norm, 'weight', None) is not None
                and norm.weight.dim() == 1):
            make_gammas(norm)
    if hasattr(net.decode_head, 'ensemble'):
        net.decode_head.ensemble.alpha.data.normal_()
    return net


@torch.no_grad()
def check(net, *size):
    """Deploy a model and compare; returns the deployed network."""
    before = {key: value.clone() for key, value in net.state_dict().items()}
    deployed = cen_mm.deploy(net)
    images = torch.randn(size)
    expected = net(images, mode='tensor')
    assert expected.std() > 1e-3
    scale = max(1., expected.abs().max().item())
    torch.testing.assert_close(
        deployed(images), expected, rtol=0, atol=1e-5 * scale)
    assert all(torch.equal(value, before[key])
               for key, value in net.state_dict().items())
    return deployed


@pytest.mark.parametrize('name', ROWS)
def test_rows_of_the_zoo(name):
    net = row_of(name)
    deployed = check(net, 2, 3 * len(net.modalities), 64, 96)
    if 'align' not in name:  # which sees all modalities at once
        assert not any(isinstance(module, (PrivateLayer, _BatchNorm))
                       for module in deployed.modules())


@pytest.mark.parametrize('m', [1, 2, 3, 4])
@pytest.mark.parametrize('region', ['all', 'own'])
def test_regions(m, region):
    names = ('rgb', 'depth', 'normal', 'shading')[:m]
    check(small_cen(50, names, region).eval(), 1, 3 * m, 64, 64)


@pytest.mark.parametrize('share', [0., 0.4, 1.])
def test_random_channels(share):
    net = small_cen(50).eval()
    for name, norm in exchangeable_norms(net):
        if norm.exchange is not None:
            norm.exchange = cen_mm.layers.ExchangeRule(
                random_share=share).of_layer(name)
    check(net, 2, 6, 64, 64)


def test_all_channels_swap():
    net = small_cen(50).eval()
    for _, norm in exchangeable_norms(net):
        norm.weight.data.fill_(1e-2)
    check(net, 2, 6, 64, 64)


def test_what_is_computed():
    """Of a 3x3 convolution only what a stream reads, for itself or for the
    other; nothing else changes."""
    net = small_cen(50).eval()
    saved = 0
    for name, norm in exchangeable_norms(net):
        if norm.exchange is None:
            continue
        alone = norm.exchange.replaced(norm.gamma).sum(0) == 1
        conv = net.get_submodule(name.replace('bn2', 'conv2'))
        side = 64 // (4 * 2**(int(name[len('backbone.layer')]) - 1))
        saved += 2 * alone.sum().item() * side**2 * 9 * conv.in_channels
    x = torch.randn(1, 6, 64, 64)
    folded, deployed = flops(net, x, mode='tensor'), flops(
        cen_mm.deploy(net), x)
    assert saved > 0.02 * folded
    assert deployed == folded - saved


def flops(net, *args, **kwargs):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(*args, **kwargs)
    return counter.get_total_flops()


def test_a_network_that_merges_is_refused():
    net = row_of('concat/refinenet_r101_nyudv2_all_common')
    with pytest.raises(ValueError, match='MergingResNet cannot become plain '
                       'streams, since its backbone merges'):
        cen_mm.deploy(net)


def test_a_network_that_does_not_trace_is_refused(monkeypatch):
    net = small_cen(50).eval()
    forward = type(net.backbone).forward
    monkeypatch.setattr(
        type(net.backbone), 'forward',
        lambda self, x: forward(self, x if x.mean() > 0 else -x))
    with pytest.raises(ValueError, match='torch.fx cannot trace it'):
        cen_mm.deploy(net)


def test_other_outputs_are_refused(monkeypatch):
    """A layer that mixes its samples, where nobody has noticed."""
    net = small_cen(50).eval()
    net.backbone.maxpool = Mixing()
    with pytest.raises(ValueError, match='its outputs would be off by'):
        cen_mm.deploy(net)


class Mixing(nn.Module):

    def forward(self, x):
        return x - x.mean(0, keepdim=True)
