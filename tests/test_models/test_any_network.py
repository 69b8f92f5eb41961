"""Stock configs of mmseg and timm's networks, wrapped by three lines."""
from pathlib import Path

import mmseg
import pytest
import torch
from conftest import make_gammas
from mmcv.cnn import fuse_conv_bn
from mmengine import ConfigDict
from mmengine.config import Config
from mmengine.model import convert_sync_batchnorm
from mmengine.optim import OptimWrapper
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from test_parity import CLASSES
from torch import nn

from cen_mm import CENSegmentor
from cen_mm.layers import exchangeable_norms

STOCK = Path(mmseg.__file__).parent / '.mim' / 'configs'
RESNET = dict(type='ResNet', depth=50, stem_channels=8, base_channels=8)
HEAD = dict(
    type='FCNHead',
    in_channels=256,
    in_index=3,
    channels=8,
    num_classes=CLASSES,
    norm_cfg=dict(type='BN'))


def convnext():
    """A ConvNeXt through timm, since mmseg's asks for mmpretrain."""
    pytest.importorskip('timm', reason='needs the extra timm')
    return dict(
        data_preprocessor=dict(
            type='SegDataPreProcessor',
            mean=[0.] * 3,
            std=[255.] * 3,
            size_divisor=1),
        backbone=dict(
            type='TIMMBackbone',
            model_name='convnext_atto',
            features_only=True,
            pretrained=False,
            depths=(1, 1, 1, 1),
            dims=(8, 8, 16, 16),
            ls_init_value=1.),
        decode_head=dict(HEAD, in_channels=16),
        test_cfg=dict(mode='whole'))


def efficientnet():
    """Norms that fuse their activation, and padding by 'same'."""
    pytest.importorskip('timm', reason='needs the extra timm')
    return dict(
        convnext(),
        backbone=dict(
            type='TIMMBackbone',
            model_name='tf_efficientnet_lite0',
            features_only=True,
            pretrained=False),
        decode_head=dict(HEAD, in_channels=320, in_index=4))


def stock(path, **backbone):
    """The model of a config as it stands in mmseg, without its weights."""
    model = Config.fromfile(STOCK / path).model
    model.backbone.update(init_cfg=None, **backbone)
    model.data_preprocessor.size = (64, 64)  # of the tests' images
    return {k: v for k, v in model.items() if k not in ('type', 'pretrained')}


NETWORKS = {
    'pspnet': (lambda: stock(
        'pspnet/pspnet_r50-d8_4xb2-80k_cityscapes-512x1024.py'), 'bn2', 16),
    'segformer': (lambda: stock(
        'segformer/segformer_mit-b0_8xb2-160k_ade20k-512x512.py'),
                  r'layers\.\d\.1\.\d\.norm[12]', 16),
    'swin': (lambda: stock(
        'swin/swin-tiny-patch4-window7-in1k-pre_upernet_8xb2-160k_ade20k-'
        '512x512.py', depths=(1, 1, 1, 1)),
             r'blocks\.\d\.norm[12]', 8),
    'convnext': (convnext, r'blocks\.\d\.norm', 4),
    'efficientnet': (efficientnet, r'blocks\.(0\.\d\.bn1|[1-6]\.\d\.bn2)', 16),
}


def sample(classes, size=64):
    return SegDataSample(
        gt_sem_seg=PixelData(data=torch.randint(classes, (1, size, size))),
        metainfo=dict(ori_shape=(size, size), img_shape=(size, size)))


@pytest.mark.parametrize('name', NETWORKS)
def test_a_stock_config_becomes_cen_by_three_lines(name, tmp_path):
    config, norms, count = NETWORKS[name]
    cfg = ConfigDict(
        config(),
        type='CENSegmentor',
        modalities=('rgb', 'depth'),
        exchange=dict(norms=norms, threshold=2e-2))
    net = MODELS.build(cfg)
    exchanging = [norm for _, norm in exchangeable_norms(net)
                  if norm.exchange is not None]
    assert len(exchanging) == count
    for norm in exchanging:
        norm.gamma.data[0, ::2] = 0.01
    data = dict(
        inputs=[255 * torch.rand(6, 64, 64) for _ in range(2)],
        data_samples=[sample(net.num_classes) for _ in range(2)])
    optimizer = OptimWrapper(torch.optim.SGD(net.parameters(), lr=1e-3))
    before = exchanging[0].weight.clone()
    for _ in range(2):
        losses = net.train_step(data, optimizer)
    assert all(torch.isfinite(v).all() for v in losses.values())
    assert not torch.equal(before, exchanging[0].weight)
    torch.save(net.state_dict(), tmp_path / 'net.pth')
    again = MODELS.build(cfg)
    again.load_state_dict(torch.load(tmp_path / 'net.pth'))
    predicted = [n.eval().test_step(data) for n in (net, again)]
    for ours, theirs in zip(*predicted):
        for key in ('seg_logits', 'seg_logits_rgb', 'seg_logits_depth'):
            assert torch.equal(ours.get(key).data, theirs.get(key).data)
        assert not torch.equal(ours.seg_logits_rgb.data,
                               ours.seg_logits_depth.data)


@pytest.mark.parametrize('name', NETWORKS)
def test_without_exchange_each_stream_is_the_plain_network(name):
    """Equal modalities make equal streams, those of the plain weights."""
    config, _, _ = NETWORKS[name]
    cfg = config()
    cfg.pop('data_preprocessor')
    plain = MODELS.build(ConfigDict(cfg, type='EncoderDecoder')).eval()
    for module in plain.modules():
        if isinstance(module, nn.BatchNorm2d):
            make_gammas(module)
    net = MODELS.build(ConfigDict(cfg, type='CENSegmentor')).eval()
    keys = net.load_state_dict(plain.state_dict(), strict=False)
    assert not keys.unexpected_keys
    assert all('ensemble.alpha' in key for key in keys.missing_keys)
    x = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        expected = plain(x, mode='tensor')
        streams = net(x.repeat(1, 2, 1, 1), mode='tensor').chunk(3, dim=1)
    for stream in streams:
        torch.testing.assert_close(stream, expected, rtol=1e-4, atol=1e-5)


def exchanging_net(**kwargs):
    net = CENSegmentor(
        backbone=RESNET,
        decode_head=HEAD,
        exchange=dict(norms='bn2', threshold=2e-2),
        **kwargs).eval()
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    return net


@pytest.mark.parametrize('private', [('affine', 'stats'),
                                     ('convs', 'affine', 'stats')])
@pytest.mark.parametrize('surgery', [
    fuse_conv_bn, lambda net: convert_sync_batchnorm(net, 'torch')])
def test_stock_surgery_keeps_the_network(surgery, private):
    net = exchanging_net(private=private)
    x = torch.randn(2, 6, 64, 64)
    with torch.no_grad():
        expected = net(x, mode='tensor')
        torch.testing.assert_close(
            surgery(net).eval()(x, mode='tensor'), expected)


def test_statistics_of_any_backbone_can_be_frozen():
    cfg = efficientnet()
    net = CENSegmentor(
        cfg['backbone'], cfg['decode_head'], norm_eval=True).train()
    norm = net.backbone.timm_model.bn1
    before = norm.stock.running_mean.clone()
    net(torch.randn(2, 6, 32, 32), [sample(CLASSES, 32)] * 2,
        mode='loss')['decode.rgb.loss_ce'].backward()
    assert torch.equal(norm.stock.running_mean, before)
    assert norm.weight.grad.any() and net.decode_head.training


def test_sync_batchnorm_is_private_too():
    net = convert_sync_batchnorm(exchanging_net(), 'torch')
    norms = [norm.stock for _, norm in exchangeable_norms(net)]
    assert {type(norm) for norm in norms} == {nn.SyncBatchNorm}
    assert norms[0].num_features == 2 * 8


class Halving(nn.Module):
    """Joins neighbours in the batch, as a siamese backbone does."""

    def forward(self, x):
        return [x.unflatten(0, (-1, 2)).flatten(1, 2)]


def test_a_backbone_that_mixes_its_batch_is_refused():
    MODELS.register_module(module=Halving, force=True)
    net = CENSegmentor(dict(type='Halving'), dict(
        HEAD, in_channels=6, in_index=0))
    with pytest.raises(ValueError, match='Halving makes 2 maps of the 4'):
        net(torch.randn(2, 6, 8, 8), mode='tensor')


class Tokens(nn.Module):
    """Normalises places as samples, as timm's LeViT does."""

    def __init__(self):
        super().__init__()
        self.bn = nn.BatchNorm1d(3)

    def forward(self, x):
        n, c, h, w = x.shape
        tokens = self.bn(x.flatten(2).transpose(1, 2).flatten(0, 1))
        return [tokens.view(n, h, w, c).movedim(-1, 1)]


def test_norms_of_tokens_as_samples_are_refused():
    MODELS.register_module(module=Tokens, force=True)
    net = CENSegmentor(
        dict(type='Tokens'), dict(HEAD, in_channels=3, in_index=0)).eval()
    for _ in range(2):
        with pytest.raises(ValueError, match='backbone.bn is called with a '
                           'batch of 256, where 4 images are folded'):
            net(torch.randn(2, 6, 8, 8), mode='tensor')


BY_HAND = dict(type='PrivateBN', num_modalities=3)


@pytest.mark.parametrize('change, message', [
    (dict(exchange=dict(norms='norm2')), r'near names: .*layer\d\.\d\.bn2'),
    (dict(exchange=dict(threshold=.1)), 'does not say where: add norms='),
    (dict(exchange=dict(norms='bn2'), private=('stats', )),
     r"layer1\.0\.bn2: .*add 'affine' to private"),
    (dict(exchange=dict(norms='bn2'), private=('norms', )),
     "takes 'affine', 'stats' and 'convs', that of a CENSegmentor 'stem' "
     'as well, got'),
    (dict(exchange=dict(norms='bn2'), modalities=('rgb', )),
     'between modalities, and the CENSegmentor has one'),
    (dict(backbone=dict(RESNET, norm_cfg=BY_HAND)),
     r'backbone\.bn1 is a PrivateBN with num_modalities=3, but the model has'),
    (dict(decode_head=dict(HEAD, norm_cfg=BY_HAND)),
     r'decode_head\.head\.convs\.0\.bn is a PrivateBN with num_modalities=3'),
    (dict(auxiliary_head=dict(HEAD, norm_cfg=BY_HAND)),
     r'auxiliary_head\.head\.convs\.0\.bn is a PrivateBN with num_modal'),
    (dict(backbone=dict(type='CENResNet', depth=18)),
     'the CENResNet exchanges channels by itself'),
    (dict(modalities=('rgb', 'rgb')), 'holds a name twice'),
    (dict(modalities=('rgb', 'ensemble')), "holds 'ensemble'"),
    (dict(modalities=('rgb', 'gloss')), "holds 'gloss'"),
    (dict(modalities=('rgb', 'near infrared')), "holds 'near infrared'"),
    (dict(modalities='rgb'), 'must be a sequence of names'),
    (dict(decode_head=dict(
        type='DAHead', in_channels=256, channels=8, num_classes=3,
        pam_channels=8)), 'DAHead cannot be run by stream, since it predicts'),
    (dict(decode_head=dict(
        type='OCRHead', in_channels=256, channels=8, num_classes=3,
        ocr_channels=8)), 'OCRHead cannot be run by stream, since it refines'),
    (dict(decode_head=dict(
        type='EncHead', in_channels=[64, 128, 256], in_index=[1, 2, 3],
        channels=8, num_classes=3)), 'EncHead cannot be run by stream'),
    (dict(auxiliary_head=dict(
        type='DDRHead', in_channels=256, channels=8, num_classes=3)),
     'DDRHead cannot be run by stream'),
])
def test_what_cannot_be_is_refused_when_built(change, message):
    with pytest.raises(ValueError, match=message):
        CENSegmentor(**{**dict(backbone=RESNET, decode_head=HEAD), **change})


def test_transformers_share_their_linear_layers():
    cfg = stock('segformer/segformer_mit-b0_8xb2-160k_ade20k-512x512.py')
    with pytest.raises(ValueError, match="taking 'convs' out of private"):
        MODELS.build(
            dict(cfg, type='CENSegmentor', private=('convs', 'affine')))


def test_plain_preprocessors_normalise_every_modality():
    net = CENSegmentor(
        RESNET,
        HEAD,
        data_preprocessor=dict(
            type='SegDataPreProcessor', mean=[1., 2., 3.], std=[4.] * 3,
            bgr_to_rgb=True))
    x = torch.rand(6, 8, 8)
    out = net.data_preprocessor(dict(inputs=[x]))['inputs'][0]
    mean = torch.tensor([1., 2., 3.] * 2).view(6, 1, 1)
    torch.testing.assert_close(out, (x - mean) / 4)
