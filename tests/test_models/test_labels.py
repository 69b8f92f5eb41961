"""Label maps without full-size logits, against those with them."""
import pytest
import torch
from mmengine import ConfigDict
from mmseg.models.utils import resize
from mmseg.structures import SegDataSample
from test_parity import small_cen

from cen_mm import CENSegmentor
from cen_mm.models import labels

STREAMS = ('', '_rgb', '_depth')
SLIDE = dict(mode='slide', crop_size=(40, 48), stride=(24, 32))


def samples(size, **meta):
    meta = dict(dict(ori_shape=size, img_shape=size, pad_shape=size), **meta)
    return [SegDataSample(metainfo=meta) for _ in range(2)]


def binary_net():
    return CENSegmentor(
        dict(type='ResNet', depth=18, stem_channels=4, base_channels=4),
        dict(type='FCNHead', in_channels=32, channels=4, num_classes=2,
             out_channels=1, threshold=0.4, norm_cfg=dict(type='BN')))


def check(net, size, meta, test_cfg):
    net.eval().test_cfg = ConfigDict(test_cfg)
    x = torch.randn(2, 6, *size)
    found = []
    for net.keeps_logits in (True, False):
        with torch.no_grad():
            found.append(net(x, samples(size, **meta), mode='predict'))
    varied = False
    for with_logits, alone in zip(*found):
        assert 'seg_logits' in with_logits
        for stream in STREAMS:
            one, other = (s.get(f'pred_sem_seg{stream}').data
                          for s in (with_logits, alone))
            assert one.shape == other.shape and torch.equal(one, other)
            varied |= one.unique().numel() > 1
    assert varied
    return found[1][0]


@pytest.mark.parametrize('room, upsample', [
    (2**24, 'bilinear'), (2 * 70 * 90, 'bicubic'), (1, 'bilinear')])
@pytest.mark.parametrize('meta', [
    {}, dict(ori_shape=(70, 90)), dict(padding_size=[0, 7, 0, 11]),
    dict(img_padding_size=[3, 0, 5, 0], ori_shape=(50, 40)),
    dict(flip=True, flip_direction='horizontal'),
    dict(flip=True, flip_direction='vertical', ori_shape=(80, 30))])
def test_by_class(monkeypatch, room, meta, upsample):
    """All classes at once, some, and one by one."""
    monkeypatch.setattr(labels, 'ROOM', room)
    sizes = []
    monkeypatch.setattr(labels, 'resize', lambda *args, **kwargs: sizes.append(
        resize(*args, **kwargs)) or sizes[-1])
    sample = check(small_cen(50), (64, 72), meta,
                   dict(mode='whole', upsample=upsample))
    assert 'seg_logits' not in sample
    one_class = sizes[0][0, 0].numel()
    assert max(map(torch.numel, sizes)) <= max(room, one_class)


@pytest.mark.parametrize('size', [(64, 96), (41, 47), (40, 48), (101, 79)])
def test_by_row_of_windows(size):
    assert 'seg_logits' not in check(small_cen(50), size, {}, SLIDE)


@pytest.mark.parametrize('meta', [
    dict(ori_shape=(50, 60)), dict(padding_size=[0, 4, 0, 0]),
    dict(flip=True, flip_direction='horizontal')])
def test_a_slide_that_is_resized_needs_its_logits(meta):
    assert 'seg_logits' in check(small_cen(50), (64, 96), meta, SLIDE)


@pytest.mark.parametrize('test_cfg', [dict(mode='whole'), SLIDE])
def test_binary_head(test_cfg):
    net = binary_net().eval()
    probability = net(torch.randn(2, 6, 64, 96), mode='tensor').sigmoid()
    net.decode_head.threshold = probability.median().item()
    check(net, (64, 96), {}, test_cfg)
