"""Transforms against numpy, and what reaches the network from the files."""
from itertools import permutations

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS, TRANSFORMS
from PIL import Image
from tiny_nyudv2 import CONFIG, SIZE, write_nyudv2

from cen_mm import (
    LoadModality,
    MultimodalPreProcessor,
    PackModalities,
    RandomScale,
)

SIZES = [(1, 1), (7, 12), (24, 31)]


@pytest.fixture(autouse=True)
def mmseg_scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture
def nyudv2(tmp_path):
    return write_nyudv2(tmp_path)


def load(path, size, **kwargs):
    """What LoadModality makes of a file or array beside an image."""
    path = path if isinstance(path, np.ndarray) else str(path)
    results = dict(img=np.zeros((*size, 3), np.uint8), img_path='rgb.png',
                   thermal_path=path, seg_fields=[])
    results = LoadModality('thermal', **kwargs)(results)
    assert results['seg_fields'] == ['thermal']  # so that geometry moves it
    return results['thermal']


@pytest.mark.parametrize('kind, dtype, shape', [
    *[('png', 'uint16', size) for size in SIZES],
    *[('png', 'uint8', (*size, 3)) for size in SIZES],
    *[(kind, dtype, shape) for kind in ('npy', 'array')
      for dtype in ('uint8', 'uint16', 'float32')
      for shape in ((7, 12), (5, 4, 3), (5, 4, 1))]])
def test_every_value_survives(tmp_path, kind, dtype, shape):
    """Colours in RGB. Depth read as 8 bits would keep 1 of 256 steps."""
    array = np.random.default_rng(0).uniform(0, 256, shape).astype(dtype)
    if dtype == 'uint16':
        array = array * 257 + array % 251
    path = tmp_path / f'a.{kind}'
    if kind == 'png':
        Image.fromarray(array).save(path)
    else:
        np.save(tmp_path / 'a.npy', array)
    out = load(array if kind == 'array' else path, shape[:2], dtype=dtype)
    expected = array[..., 0] if shape[2:] == (1, ) else array
    assert out.dtype == dtype and np.array_equal(out, expected)


@pytest.mark.parametrize('shape', [(7, 12), (5, 4, 3)])
def test_arrays_are_cut_and_checked_as_files(shape):
    height, width = shape[:2]
    array = np.random.default_rng(0).uniform(0, 255, shape)
    out = load(array, (height - 2, width - 1), dtype='float64',
               centre_crop=True)
    assert np.array_equal(out, array[1:-1, :-1])
    with pytest.raises(ValueError, match='the thermal array is float64.*'
                       'expects int8'):
        load(array, shape[:2], dtype='int8')
    with pytest.raises(ValueError, match='the thermal array is .*rgb.png is'):
        load(array, (height, width - 1), dtype='float64')


@pytest.mark.parametrize('size, cut', [((480, 640), (468, 625)),
                                       ((9, 8), (6, 3)), ((9, 8), (9, 7)),
                                       ((5, 5), (5, 5)), ((6, 9), (1, 1))])
def test_centre_crop_is_the_official_one(tmp_path, size, cut):
    """``CropAlignToMask`` of the official code, odd differences included."""
    array = np.arange(size[0] * size[1]).reshape(size) % 65521
    array = array.astype(np.uint16)
    Image.fromarray(array).save(tmp_path / 'a.png')
    h, w = (size[0] - cut[0]) // 2, (size[1] - cut[1]) // 2
    del_h, del_w = (size[0] - cut[0]) % 2, (size[1] - cut[1]) % 2
    expected = array[h:size[0] - h - del_h, w:size[1] - w - del_w]
    assert np.array_equal(
        load(tmp_path / 'a.png', cut, centre_crop=True), expected)


def coordinates(height, width):
    """A sample of which every pixel says where it came from: blue and label
    the column, green the row, depth both."""
    y, x = np.mgrid[:height, :width]
    img = np.stack([x, y, 0 * x + 77], -1).astype(np.uint8)
    return dict(img=img, img_path='a.png', gt_seg_map=x.astype(np.uint8),
                depth=(y * width + x).astype(np.uint16),
                img_shape=(height, width),
                seg_fields=['gt_seg_map', 'depth'])


@pytest.mark.parametrize('height, width', [(20, 31), (33, 24)])
def test_random_scale_draws_as_the_official_code(height, width):
    """Uniform in the range, raised to the shortest side, never above."""
    transform = RandomScale((0.5, 2.0), min_short_side=15,
                            interpolation='bicubic')
    raised = 0
    for seed in range(60):
        sample = coordinates(height, width)
        np.random.seed(seed)
        scale = np.random.uniform(0.5, 2.0)
        if min(height, width) * scale < 15:
            scale, raised = 15 / min(height, width), raised + 1
        h, w = int(height * scale + 0.5), int(width * scale + 0.5)
        np.random.seed(seed)
        out = transform(coordinates(height, width))
        assert min(h, w) >= 15 and out['img_shape'] == (h, w)
        assert np.array_equal(out['img'], cv2.resize(
            sample['img'], (w, h), interpolation=cv2.INTER_CUBIC))
        rows = np.floor(np.arange(h) * (1 / (h / height))).astype(int)
        columns = np.floor(np.arange(w) * (1 / (w / width))).astype(int)
        for key in ('depth', 'gt_seg_map'):  # nearest, and thus no new depth
            assert np.array_equal(out[key], sample[key][rows][:, columns])
    assert 0 < raised < 30  # the lower bound was met, and not always


@pytest.mark.parametrize('interpolation, tolerance', [('nearest', 0),
                                                      ('bicubic', 1.5)])
def test_geometry_moves_all_modalities_together(interpolation, tolerance):
    """A misplaced pixel in any of img, depth and label would show."""
    height, width = 40, 53
    transforms = [RandomScale((0.5, 2.0), 25, interpolation),
                  TRANSFORMS.build(dict(type='RandomFlip', prob=0.5)),
                  TRANSFORMS.build(dict(type='RandomCrop',
                                        crop_size=(30, 35))),
                  PackModalities(('rgb', 'depth'))]
    mirrored, corners = set(), set()
    for seed in range(40):
        np.random.seed(seed)
        results = coordinates(height, width)
        for transform in transforms:
            results = transform(results)
        red, green, blue, *depth = results['inputs'].numpy()
        assert np.array_equal(depth[0], depth[1])
        assert np.array_equal(depth[0], depth[2])
        y, x = np.divmod(depth[0], width)
        label = results['data_samples'].gt_sem_seg.data.numpy()
        assert np.array_equal(label[0], x)
        assert (red == 77).all()
        # Bicubic overshoots at the border of the image, not in its inside.
        inside = (x > 2) & (x < width - 3) & (y > 2) & (y < height - 3)
        inside |= tolerance == 0
        assert inside.mean() > 0.5
        assert abs(blue - x)[inside].max() <= tolerance
        assert abs(green - y)[inside].max() <= tolerance
        mirrored.add(bool(x[0, 0] > x[0, -1]))
        corners.add((y[0, 0], x[0, 0]))
    assert mirrored == {False, True} and len(corners) > 10


@pytest.mark.parametrize(
    'modalities', [*permutations(('rgb', 'depth', 'normal')),
                   ('depth', 'normal'), ('normal', ), ('rgb', )])
def test_modalities_are_joined_in_their_order(modalities):
    rng = np.random.default_rng(0)
    normal = rng.normal(size=(5, 7, 3)).astype(np.float32)
    sample = dict(coordinates(5, 7), normal=normal)
    sample['seg_fields'].append('normal')
    expected = np.concatenate([dict(
        rgb=sample['img'][..., [2, 1, 0]], normal=normal,
        depth=np.repeat(sample['depth'][..., None], 3, -1))[m]
        for m in modalities], -1)
    out = PackModalities(modalities)(sample)
    assert out['inputs'].dtype == torch.float32
    assert np.array_equal(out['inputs'].permute(1, 2, 0), expected)
    meta = out['data_samples'].metainfo
    assert meta['modalities'] == modalities and meta['img_path'] == 'a.png'


@pytest.mark.parametrize('names, message', [
    (('rgb', 'rgb'), 'holds a name twice'), (('rgb', 'a b'), "holds 'a b'"),
    ((), 'must be a sequence'), ('rgb', 'must be a sequence'),
    (('rgb', 'ensemble'), 'names the average')])
def test_names_that_cannot_be_keys_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        PackModalities(names)


@pytest.mark.parametrize('training', [False, True])
def test_the_model_compares_names_and_order(training):
    """With its own, in training, test and inference alike."""
    def packed(names):
        sample = PackModalities(names)(coordinates(5, 7))
        return pseudo_collate([sample])

    preprocessor = MultimodalPreProcessor(
        ('rgb', 'depth'), mean=dict(depth=1, rgb=[1, 2, 3], thermal=9),
        std=dict(rgb=2, depth=[4, 5, 6]), size_divisor=1)
    inputs = packed(('rgb', 'depth'))['inputs'][0]
    out = preprocessor(packed(('rgb', 'depth')), training)['inputs'][0]
    mean = torch.tensor([1, 2, 3, 1, 1, 1.]).view(6, 1, 1)
    std = torch.tensor([2, 2, 2, 4, 5, 6.]).view(6, 1, 1)
    assert torch.equal(out, (inputs - mean) / std)
    for names in (('depth', 'rgb'), ('depth', ), ('rgb', )):
        with pytest.raises(ValueError, match='packs .*the same order'):
            preprocessor(packed(names), training)
    with pytest.raises(ValueError, match='has 3 channels of torch.float32'):
        preprocessor(dict(inputs=[inputs[:3]]), training)


def test_deviations_are_positive():
    with pytest.raises(ValueError, match="std of 'depth' is .*above 0"):
        MultimodalPreProcessor(('rgb', 'depth'), mean=dict(rgb=1, depth=1),
                               std=dict(rgb=1, depth=[1, 0, 1]))


def expected_input(data, i):
    """(value - mean) / std in the channel order of the official code."""
    rgb = (data.rgb[i] - np.array([123.675, 116.28, 103.53])) / np.array(
        [58.395, 57.12, 57.375])
    depth = np.repeat(data.depth[i][..., None] / 5000, 3, -1)
    return np.concatenate([rgb, depth], -1).transpose(2, 0, 1)


@pytest.mark.parametrize('training', [False, True])
def test_what_reaches_the_network(nyudv2, training):
    """Files written as RGB by Pillow, the stock preprocessor, our config."""
    config = Config.fromfile(CONFIG)
    dataset = config[f'{"train" if training else "val"}_dataloader'].dataset
    dataset.data_root = str(nyudv2.root)
    height, width = SIZE
    size = (height + 5, width + 2) if training else (height, width)
    for step in dataset.pipeline:  # no scaling, so that values stay
        if step['type'] == 'RandomScale':
            step.update(ratio_range=(1, 1), min_short_side=height)
        if step['type'] == 'RandomFlip':
            step.update(prob=0.)
        if step['type'] == 'RandomCrop':
            step.update(crop_size=size)
    config.model.data_preprocessor.size = size
    dataset = DATASETS.build(dataset)
    batch = pseudo_collate([dataset[0], dataset[1]])
    batch = MODELS.build(config.model).data_preprocessor(batch, training)
    inputs = batch['inputs'].numpy()
    assert inputs.shape == (2, 6, *size)
    for i in range(2):
        label = batch['data_samples'][i].gt_sem_seg.data[0].numpy()
        assert np.allclose(inputs[i, :, :height, :width],
                           expected_input(nyudv2, i), rtol=0, atol=1e-5)
        assert np.array_equal(label[:height, :width], nyudv2.masks[i])
        inputs[i, :, :height, :width] = 0
        assert not inputs[i].any()  # padding: zero behind normalisation
        label[:height, :width] = 255
        assert (label == 255).all()


def test_every_augmentation_of_a_test_has_all_modalities(nyudv2):
    """Flipped depth on an unflipped image would lower every TTA result."""
    config = Config.fromfile(CONFIG)
    dataset = config.val_dataloader.dataset
    dataset.update(data_root=str(nyudv2.root), pipeline=[])
    sample = DATASETS.build(dataset)[0]
    inputs = Compose(config.tta_pipeline)(sample)['inputs']
    assert len(inputs) == 12
    for plain, flipped in zip(inputs[::2], inputs[1::2]):
        assert plain.flip(-1).equal(flipped)
        y, x = np.divmod(plain[3].numpy() - nyudv2.depth[0][0, 0], 64)
        h, w = plain.shape[1:]
        assert np.array_equal(y, y[:, :1].repeat(w, 1))
        assert np.array_equal(x[0], np.arange(w) * 30 // w)
        assert np.array_equal(y[:, 0], np.arange(h) * 24 // h)
    unscaled = inputs[4].numpy()
    assert np.array_equal(unscaled[:3], nyudv2.rgb[0].transpose(2, 0, 1))
    assert np.array_equal(unscaled[4], nyudv2.depth[0])
