"""Every stock decode head that README names, run by stream."""
import pytest
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from test_parity import samples_of

from cen_mm import StreamHead
from cen_mm.layers import make_private

CLASSES, WIDTHS = 3, (8, 16, 32, 64)
LAST = dict(in_channels=64, in_index=3, channels=8)
ALL = dict(in_channels=WIDTHS, in_index=(0, 1, 2, 3), channels=8)
DEPTHWISE = dict(
    LAST, dilations=(1, 2), c1_in_channels=8, c1_channels=4)

HEADS = [
    dict(LAST, type='FCNHead'),
    dict(LAST, type='PSPHead', pool_scales=(1, 2)),
    dict(LAST, type='ASPPHead', dilations=(1, 2)),
    dict(DEPTHWISE, type='DepthwiseSeparableASPPHead'),
    dict(ALL, type='UPerHead', pool_scales=(1, 2)),
    dict(ALL, type='SegformerHead'),
    dict(ALL, type='FPNHead', feature_strides=(4, 8, 16, 32)),
    dict(ALL, type='RefineNetHead'),
    dict(ALL, type='RefineNetHead', light=True, norm_cfg=dict(type='BN')),
    dict(LAST, type='DNLHead'),
    dict(LAST, type='NLHead'),
    dict(LAST, type='GCHead'),
    dict(LAST, type='DMHead', filter_sizes=(1, 3)),
    dict(LAST, type='APCHead', pool_scales=(1, 2)),
    dict(LAST, type='EMAHead', ema_channels=8, num_bases=4,
         num_stages=2),
    dict(LAST, type='STDCHead', boundary_threshold=0.1,
         loss_decode=[dict(type='CrossEntropyLoss', loss_name='loss_ce'),
                      dict(type='CrossEntropyLoss', loss_name='loss_b')]),
    dict(LAST, type='SETRUPHead', norm_cfg=dict(type='BN'), num_convs=1),
    dict(ALL, type='LightHamHead', ham_channels=8,
         ham_kwargs=dict(MD_S=1, MD_R=4, rand_init=False)),
    dict(type='SegmenterMaskTransformerHead', in_channels=64, in_index=3,
         channels=64, embed_dims=64, num_layers=1, num_heads=2),
]


def build(cfg):
    """With norms where it takes any; the Segmenter has its own."""
    if cfg['type'] != 'SegmenterMaskTransformerHead':
        cfg = dict(cfg, norm_cfg=dict(type='BN'))
    return MODELS.build(dict(cfg, num_classes=CLASSES))


def alone(private, plain, m):
    """The plain head with the values that modality m has of its own."""
    state = plain.state_dict()
    for key, value in private.state_dict().items():
        name = key.replace('.stock', '').replace(
            '.scale', '.weight').replace('.offset', '.bias')
        if value.shape != state[name].shape:
            value = value.chunk(2)[m]
        state[name] = value
    plain.load_state_dict(state)
    return plain.eval()


@pytest.mark.parametrize('private', [
    ('affine', 'stats'), ('convs', 'affine', 'stats')], ids=len)
@pytest.mark.parametrize('cfg', HEADS, ids=lambda cfg: cfg['type'])
def test_streams_are_what_the_head_makes_of_a_modality(cfg, private):
    if 'convs' in private and cfg['type'] in (
            'SegmenterMaskTransformerHead', 'STDCHead'):
        pytest.skip('has other weights than convolutions')
    torch.manual_seed(0)
    head = make_private(build(cfg), 2, private)
    for value in head.state_dict().values():
        if value.dim() == 1:  # of norms: apart, and none of a new one
            torch.nn.init.uniform_(value, 0.5, 1.5)
        elif len(value.shape) == 4:
            value += 0.05 * torch.randn(value.shape)
    net = StreamHead(head, ('rgb', 'depth'))
    features = [torch.randn(4, width, 32 >> i, 32 >> i)
                for i, width in enumerate(WIDTHS)]
    plain = [alone(head, build(cfg), m) for m in range(2)]
    net.eval()
    with torch.no_grad():
        torch.manual_seed(1)  # the first call of a Hamburger draws
        out = net(features)
        streams = out.chunk(3, dim=1)
        for m in range(2):
            torch.manual_seed(1)
            expected = plain[m]([x[m::2] for x in features])
            torch.testing.assert_close(
                streams[m], expected, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(streams[2], (streams[0] + streams[1]) / 2)
    net.train()
    losses = net.loss(features, samples_of(torch.zeros(2, 64, 64).long()), {})
    sum(v for k, v in losses.items() if 'loss' in k).backward()
    assert {k.split('.')[0] for k in losses} == {'rgb', 'depth', 'ensemble'}
    assert all(p.grad is not None and p.grad.isfinite().all()
               for p in head.parameters() if p.requires_grad)


def test_a_head_that_hands_windows_to_norms_is_refused():
    head = make_private(build(dict(
        LAST, type='ISAHead', isa_channels=8, down_factor=(2, 2))), 2,
                        ('affine', 'stats'))
    with pytest.raises(ValueError, match='called with a batch of 16, where 4'):
        StreamHead(head, ('rgb', 'depth'))([
            torch.randn(4, width, 32 >> i, 32 >> i)
            for i, width in enumerate(WIDTHS)])


@pytest.mark.parametrize('norm_cfg', [None, dict(type='BN')])
def test_light_refinenet_is_that_of_its_paper(norm_cfg):
    """Nekrasov et al., BMVC 2018, restated: 1x1 convolutions, no residual
    units, chained pooling, in each of the four stages."""
    head = MODELS.build(dict(ALL, type='RefineNetHead', num_classes=CLASSES,
                             light=True, norm_cfg=norm_cfg)).eval()
    for layer in head.modules():  # else the norms were the identity
        if isinstance(layer, torch.nn.BatchNorm2d):
            for values in (layer.running_mean, layer.running_var,
                           layer.weight, layer.bias):
                torch.nn.init.uniform_(values, 0.5, 1.5)
    entries = head.state_dict()

    def conv(name, x):
        return torch.einsum('dc,nchw->ndhw', entries[name][..., 0, 0], x)

    def norm(name, x):
        if norm_cfg is None:
            return x
        mean, var, weight, bias = (
            entries[f'{name}.{k}'][:, None, None]
            for k in ('running_mean', 'running_var', 'weight', 'bias'))
        return (x - mean) / (var + 1e-5).sqrt() * weight + bias

    features = [torch.randn(2, width, 32 >> i, 24 >> i)
                for i, width in enumerate(WIDTHS)]
    deeper = None
    for i in (3, 2, 1, 0):
        x = norm(f'stages.{i}.norms.0',
                 conv(f'stages.{i}.reduce.weight', features[i]))
        if deeper is not None:
            x = conv(f'stages.{i}.merge.weight', x) + F.interpolate(
                deeper, x.shape[2:], mode='bilinear', align_corners=True)
        x = link = x.clamp(min=0)
        for k in range(4):
            padded = F.pad(link, (2, 2, 2, 2), value=-torch.inf)
            windows = padded.unfold(2, 5, 1).unfold(3, 5, 1)
            link = conv(f'stages.{i}.pool.convs.{k}.weight',
                        windows.amax((4, 5)))
            x = x + link
        deeper = norm(f'stages.{i}.norms.1', x)
        if i:
            deeper = conv(f'stages.{i}.out.weight', deeper)
    expected = F.conv2d(deeper, head.conv_seg.weight, head.conv_seg.bias,
                        padding=1)
    torch.testing.assert_close(head(features), expected)
