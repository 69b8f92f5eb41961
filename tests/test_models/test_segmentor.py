"""What stock mmseg does with the folded network."""
import copy

import pytest
import torch
import torch.nn.functional as F
from mmengine import ConfigDict
from mmseg.models import ResNet
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from test_parity import samples_of, small_cen

from cen_mm import CENSegmentor


def predict(net, x, **test_cfg):
    """Run inference as mmseg's test loop does."""
    net.test_cfg = ConfigDict(test_cfg)
    with torch.no_grad():
        return net(x, None, mode='predict')


@pytest.mark.parametrize('size', [(64, 64), (65, 99)])
@pytest.mark.parametrize('upsample', ['bilinear', 'bicubic'])
def test_prediction_of_every_stream(size, upsample):
    net = small_cen(50).eval()
    x = torch.randn(2, 6, *size)
    samples = predict(net, x, mode='whole', upsample=upsample)
    logits = net(x, mode='tensor').chunk(3, dim=1)
    for n, sample in enumerate(samples):
        for name, stream in zip(('_rgb', '_depth', ''), logits):
            big = F.interpolate(stream, size, mode=upsample)[n]
            torch.testing.assert_close(sample.get(f'seg_logits{name}').data,
                                       big)
            assert torch.equal(
                sample.get(f'pred_sem_seg{name}').data[0], big.argmax(0))


def test_bicubic_is_that_of_the_official_evaluation():
    cv2 = pytest.importorskip('cv2')
    net = small_cen(50).eval()
    x = torch.randn(1, 6, 61, 77)
    logits = net(x, mode='tensor')[0, :5].detach().permute(1, 2, 0).numpy()
    expected = cv2.resize(logits, (77, 61), interpolation=cv2.INTER_CUBIC)
    sample, = predict(net, x, mode='whole', upsample='bicubic')
    torch.testing.assert_close(
        sample.seg_logits_rgb.data.permute(1, 2, 0),
        torch.from_numpy(expected),
        rtol=1e-3,
        atol=1e-4)


def test_slide_inference_averages_windows():
    net = small_cen(50).eval()
    x = torch.randn(1, 6, 64, 96)
    sample, = predict(
        net, x, mode='slide', crop_size=(64, 64), stride=(64, 32))
    windows = [
        F.interpolate(
            net(x[..., left:left + 64], mode='tensor'), (64, 64),
            mode='bilinear') for left in (0, 32)
    ]
    total = torch.zeros(1, 15, 64, 96)
    total[..., :64] += windows[0]
    total[..., 32:] += windows[1]
    total[..., 32:64] /= 2
    torch.testing.assert_close(sample.seg_logits_depth.data, total[0, 5:10])


def test_test_time_augmentation_merges_every_stream():
    net = small_cen(50).eval()
    tta = MODELS.build(dict(type='StreamTTAModel', module=net))
    x = torch.randn(1, 6, 64, 64)
    meta = dict(img_path='a.png', ori_shape=(64, 64), img_shape=(64, 64))
    data = [(x, None), (x.flip(3), 'horizontal')]
    outputs = []
    for image, flip in data:
        sample = SegDataSample(
            metainfo=dict(meta, flip=bool(flip), flip_direction=flip))
        with torch.no_grad():
            outputs += net(image, [sample], mode='predict')
    expected = {
        stream: sum(
            o.get(f'seg_logits{stream}').data.softmax(0)
            for o in outputs).argmax(0)
        for stream in ('', '_rgb', '_depth')
    }
    merged, = tta.merge_preds([outputs])
    for stream, label in expected.items():
        assert torch.equal(
            merged.get(f'pred_sem_seg{stream}').data[0], label)


@pytest.mark.parametrize('stream', ['', '_rgb', '_depth'])
def test_binary_heads(stream):
    """One logit a stream: its sigmoid against the head's threshold."""
    net = CENSegmentor(
        dict(type='ResNet', depth=18, stem_channels=4, base_channels=4),
        dict(type='FCNHead', in_channels=32, channels=4, num_classes=2,
             out_channels=1, norm_cfg=dict(type='BN'))).eval()
    x = torch.randn(1, 6, 64, 64)
    assert net.out_channels == net.decode_head.out_channels == 1
    at = ('_rgb', '_depth', '').index(stream)
    with torch.no_grad():
        views = [F.interpolate(net(view, mode='tensor')[:, at:at + 1],
                               (64, 64), mode='bilinear')[0, 0].sigmoid()
                 for view in (x, -x)]
    mean = (views[0] + views[1]) / 2
    middle = mean.flatten().sort().values[2047:2049].mean().item()
    net.decode_head.threshold = middle
    outputs = []
    for view, probability in zip((x, -x), views):
        for mode in (dict(mode='whole'),
                     dict(mode='slide', crop_size=(64, 64), stride=(32, 32))):
            sample, = predict(net, view, **mode)
            assert torch.equal(sample.get(f'pred_sem_seg{stream}').data[0],
                               (probability > middle).float())
        outputs.append(sample)
    expected = (mean > middle).float()
    assert 0.4 < expected.mean() < 0.6
    tta = MODELS.build(dict(type='StreamTTAModel', module=net))
    merged, = tta.merge_preds([outputs])
    assert torch.equal(merged.get(f'pred_sem_seg{stream}').data[0], expected)


def test_losses_have_a_key_for_every_stream():
    net = small_cen(50).train()
    losses = net(
        torch.randn(1, 6, 32, 32),
        samples_of(torch.zeros(1, 32, 32).long()),
        mode='loss')
    assert set(losses) == {
        f'decode.{stream}.{key}'
        for stream in ('rgb', 'depth', 'ensemble')
        for key in ('loss_ce', 'acc_seg')
    }


def test_any_stock_head_and_auxiliary_heads():
    head = dict(
        type='FCNHead',
        in_channels=256,
        in_index=3,
        channels=8,
        num_classes=4,
        norm_cfg=dict(type='BN'))
    net = CENSegmentor(
        modalities=('rgb', 'depth', 'thermal'),
        exchange=dict(norms='bn2'),
        backbone=dict(
            type='ResNetV1c', depth=50, stem_channels=8, base_channels=8),
        decode_head=head,
        auxiliary_head=[dict(head, num_convs=1, concat_input=False)])
    losses = net(
        torch.randn(2, 9, 32, 32),
        samples_of(torch.zeros(2, 32, 32).long()),
        mode='loss')
    total, _ = net.parse_losses(losses)
    total.backward()
    assert {'decode.thermal.loss_ce', 'aux_0.ensemble.loss_ce'} <= set(losses)
    assert all(p.grad is not None for p in net.parameters())


def test_checkpointed_activations_give_the_same_gradients():
    net = small_cen(50).train()
    x, samples = torch.randn(1, 6, 32, 32), samples_of(
        torch.zeros(1, 32, 32).long())

    def gradients(model):
        model.zero_grad()
        model.parse_losses(model(x, samples, mode='loss'))[0].backward()
        return [p.grad.clone() for p in model.parameters()]

    expected = gradients(net)
    saving = copy.deepcopy(net)
    for module in saving.backbone.modules():
        if hasattr(module, 'with_cp'):
            module.with_cp = True
    for ours, theirs in zip(gradients(saving), expected):
        torch.testing.assert_close(ours, theirs)


def test_exports_as_one_graph():
    net = small_cen(50).eval()
    x = torch.randn(1, 6, 64, 64)
    program = torch.export.export(net, (x, ))
    torch.testing.assert_close(program.module()(x), net(x, mode='tensor'))


def test_pretrained_init_takes_a_plain_resnet(tmp_path):
    plain = ResNet(50, base_channels=8, stem_channels=8)
    plain.init_weights()
    torch.save(plain.state_dict(), tmp_path / 'plain.pth')
    net = MODELS.build(
        dict(
            type='CENResNet',
            depth=50,
            base_channels=8,
            stem_channels=8,
            init_cfg=dict(
                type='Pretrained', checkpoint=str(tmp_path / 'plain.pth'))))
    net.init_weights()
    state, ours = plain.state_dict(), net.state_dict()
    assert len(ours) == len(state)
    for key, value in ours.items():
        plain = state[key.replace('.stock.', '.')]
        parts = value.chunk(2) if '.stock.' in key and value.dim() else [value]
        assert all(torch.equal(part, plain) for part in parts), key
