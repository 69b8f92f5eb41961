"""Fusing backbones against plain ones that are run modality by modality."""
import pytest
import torch
from conftest import make_gammas
from mmseg.models import ResNet
from torch import nn

from cen_mm import CENSegmentor, MergingResNet
from cen_mm.layers import PrivateNorm, make_private
from cen_mm.models.fusing import add_fusions

WIDTH = dict(base_channels=4, stem_channels=4)


def randomise(net):
    for module in net.modules():
        if isinstance(module, PrivateNorm):
            make_gammas(module)
    net.eval()  # returns None in mmseg
    return net


def fused_resnet(after, type='ConcatFusion'):
    """Shared convolutions, private norms, fusions after some stages."""
    net = make_private(ResNet(50, **WIDTH), 2)
    add_fusions(net, 2, type, after)
    return net


def plain(net, modality):
    """The ResNet of one modality; entries without an M are everyone's."""
    single = ResNet(50, **WIDTH)
    single.eval()
    state, target = net.state_dict(), single.state_dict()
    for name, value in target.items():
        layer, _, kind = name.rpartition('.')
        entry = state.get(name, state.get(f'{layer}.stock.{kind}'))
        if entry.shape != value.shape:
            entry = entry.chunk(2)[modality]
        target[name] = entry
    single.load_state_dict(target)
    return single


def stages(single, x):
    """The stem's output, and a function a stage."""
    stem = single.maxpool(single.relu(single.norm1(single.conv1(x))))
    return stem, [getattr(single, f'layer{i}') for i in range(1, 5)]


def mix(fusion, maps):
    """Concatenation by its 1x1 convolution, the first map leading."""
    return nn.functional.conv2d(torch.cat(maps, 1), fusion.conv.weight)


@pytest.mark.parametrize('fused', [(2, ), (3, ), (4, ), (1, 2, 3, 4)])
def test_shared_setting(fused):
    stages_of = ''.join(map(str, fused))
    net = randomise(fused_resnet(f'layer[{stages_of}]'))
    x = torch.randn(2, 2, 3, 64, 64)  # sample, modality
    (a, layers_a), (b, layers_b) = (stages(plain(net, m), x[:, m])
                                    for m in range(2))
    outs = net(x.flatten(0, 1))
    for stage in range(1, 5):
        a, b = layers_a[stage - 1](a), layers_b[stage - 1](b)
        if stage in fused:
            fusion = getattr(net, f'layer{stage}').fusion
            a, b = mix(fusion, [a, b]), mix(fusion, [b, a])
        torch.testing.assert_close(
            outs[stage - 1].unflatten(0, (2, 2)),
            torch.stack([a, b], 1), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('fused', [(2, ), (3, ), (4, ), (1, 2, 3, 4)])
def test_common_setting(fused):
    net = randomise(
        MergingResNet(50, dict(type='ConcatFusion'), fused, 2, **WIDTH))
    x = torch.randn(2, 2, 3, 64, 64)
    (a, layers_a), (b, layers_b) = (stages(plain(net, m), x[:, m])
                                    for m in range(2))
    outs = net(x.flatten(0, 1))
    for stage in range(1, 5):
        if stage > fused[-1]:
            out = a = layers_a[stage - 1](a)
        else:
            a, b = layers_a[stage - 1](a), layers_b[stage - 1](b)
            out = (a + b) / 2
        if stage in fused:
            last = stage == fused[-1]
            fusion = (getattr(net, f'layer{stage}').fusion
                      if last else getattr(net, f'fusion{stage}'))
            out = mix(fusion, [a, b])
            a = out if last else a
        torch.testing.assert_close(
            outs[stage - 1], out, rtol=1e-4, atol=1e-5)


def test_encoders_before_the_merge_start_from_plain_weights(tmp_path):
    torch.save(ResNet(50, **WIDTH).state_dict(), tmp_path / 'plain.pth')
    state = torch.load(tmp_path / 'plain.pth')
    net = MergingResNet(
        50,
        dict(type='ConcatFusion'), (2, ),
        2,
        init_cfg=dict(
            type='Pretrained', checkpoint=str(tmp_path / 'plain.pth')),
        **WIDTH)
    net.init_weights()
    for modality in range(2):
        for name, value in plain(net, modality).state_dict().items():
            assert torch.equal(value, state[name]), name


@pytest.mark.parametrize('stages', [(), (0, ), (5, ), (1, 5)])
def test_unknown_stages_are_refused(stages):
    with pytest.raises(ValueError, match='fused_stages'):
        MergingResNet(50, dict(type='ConcatFusion'), stages, 2, **WIDTH)


def test_alignment_cannot_merge():
    with pytest.raises(ValueError, match='AlignFusion keeps one stream'):
        MergingResNet(50, dict(type='AlignFusion'), (2, ), 2, **WIDTH)


@pytest.mark.parametrize('ignored', [
    dict(private=('convs', 'affine', 'stats')),
    dict(fusion=dict(type='ConcatFusion', after='layer2'))])
def test_what_merging_would_ignore_is_refused(ignored):
    with pytest.raises(ValueError, match='a MergingResNet merges them'):
        CENSegmentor(
            dict(type='MergingResNet', depth=18, fused_stages=(2, ),
                 fusion=dict(type='ConcatFusion'), **WIDTH),
            dict(type='FCNHead', in_channels=32, channels=4, num_classes=3),
            **ignored)


@pytest.mark.parametrize('after', ['layer5', 'bn1', 'layer1|conv1'])
def test_fusions_follow_sequential_layers(after):
    with pytest.raises(ValueError, match=r"after=.* must select.*'layer4'"):
        fused_resnet(after)


@pytest.mark.parametrize('depth, channels', [(18, 8), (50, 32)])
def test_fusions_find_their_channels(depth, channels):
    net = CENSegmentor(
        dict(type='ResNet', depth=depth, **WIDTH),
        dict(type='FCNHead', in_channels=64, channels=4, num_classes=3),
        modalities=('rgb', 'depth', 'thermal'),
        fusion=dict(type='ConcatFusion', after='layer2'))
    assert net.training and net.backbone.layer2.fusion.conv.weight.shape == (
        channels, 3 * channels, 1, 1)
    assert net.backbone.bn1.stock.num_batches_tracked == 0
