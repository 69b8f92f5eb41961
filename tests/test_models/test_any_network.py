"""Networks that know nothing of exchanging, by config alone."""
import pytest
import torch
from mmseg.registry import MODELS
from test_parity import CLASSES, small_cen
from torch import nn

from cen_mm import CENSegmentor
from cen_mm.layers import exchangeable_norms

NORM = dict(type='PrivateBN', num_modalities=2)
RESNET = dict(
    type='ResNet', depth=50, stem_channels=8, base_channels=8, norm_cfg=NORM)
HEAD = dict(
    type='FCNHead',
    in_channels=256,
    in_index=3,
    channels=8,
    num_classes=CLASSES,
    norm_cfg=NORM)


def segmentor(backbone, exchange=None, head=HEAD, **kwargs):
    return CENSegmentor(
        backbone=backbone,
        decode_head=dict(type='StreamHead', head=head),
        exchange=exchange,
        **kwargs)


def test_a_stock_resnet_becomes_ours_by_name_pattern():
    ours = small_cen(50).eval()
    stock = CENSegmentor(
        backbone=RESNET,
        decode_head=dict(
            type='StreamHead',
            head=dict(
                type='RefineNetHead',
                in_channels=(32, 64, 128, 256),
                channels=16,
                num_classes=CLASSES)),
        exchange=dict(
            pattern=r'backbone\.layer\d\.\d+\.bn2', threshold=2e-2))
    stock.eval().load_state_dict(ours.state_dict())
    x = torch.randn(2, 6, 49, 65)
    assert torch.equal(stock(x, mode='tensor'), ours(x, mode='tensor'))


def test_hrnet_exchanges_behind_its_3x3_convolutions():
    extra = {
        f'stage{i}': dict(
            num_modules=1,
            num_branches=i,
            block='BOTTLENECK' if i == 1 else 'BASIC',
            num_blocks=(1, ) * i,
            num_channels=(8, 16, 32, 64)[:i])
        for i in (1, 2, 3, 4)
    }
    net = segmentor(
        dict(type='HRNet', norm_cfg=NORM, extra=extra),
        dict(pattern=r'backbone\.(layer1|stage\d)\..*\.bn2', threshold=.02),
        dict(HEAD, in_channels=64)).eval()
    names = [
        name for name, norm in exchangeable_norms(net)
        if norm.exchange is not None
    ]
    convs = dict(net.named_modules())
    assert len(names) == 1 + 2 + 3 + 4
    for name in names:
        assert convs[name.replace('bn2', 'conv2')].kernel_size == (3, 3)
    x = torch.randn(2, 6, 64, 64)
    norm = convs['backbone.stage4.0.branches.1.0.bn2']
    with torch.no_grad():
        norm.gamma[0] = 0.01  # all of rgb is given away there
    seen = {}
    norm.register_forward_hook(
        # A clone, since residual and ReLU work in place.
        lambda module, args, out: seen.update(
            out=out.clone().unflatten(0, (2, 2))))
    net(x, mode='tensor')
    assert torch.equal(seen['out'][:, 0], seen['out'][:, 1])


class Halving(nn.Module):
    """Joins neighbours in the batch, as a siamese backbone does."""

    def forward(self, x):
        return [x.unflatten(0, (-1, 2)).flatten(1, 2)]


def test_a_backbone_that_mixes_its_batch_is_refused():
    MODELS.register_module(module=Halving, force=True)
    net = segmentor(dict(type='Halving'), head=dict(
        HEAD, in_channels=6, in_index=0))
    with pytest.raises(ValueError, match='Halving makes 2 maps of the 4'):
        net(torch.randn(2, 6, 8, 8), mode='tensor')


@pytest.mark.parametrize('backbone, pattern, message', [
    (RESNET, r'backbone\.layer\d\.norm2', r'near names: .*layer\d\.\d\.bn2'),
    (dict(RESNET, norm_cfg=dict(type='BN')), r'backbone\.layer1\.0\.bn2',
     'is a BatchNorm2d and has no private scales'),
    (dict(RESNET, norm_cfg=dict(NORM, private=('stats', ))),
     r'backbone\.layer1\.0\.bn2', "add 'affine' to private"),
])
def test_wrong_patterns_and_norms(backbone, pattern, message):
    with pytest.raises(ValueError, match=message):
        segmentor(backbone, dict(pattern=pattern, threshold=.02))


def test_a_head_of_one_stream_is_refused():
    with pytest.raises(ValueError, match='FCNHead, which would take'):
        CENSegmentor(backbone=RESNET, decode_head=HEAD)
