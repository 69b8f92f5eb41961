"""What of a test pipeline an exported network takes along."""
import numpy as np
import pytest
import torch
from messages import fails
from mmengine.registry import DefaultScope
from mmseg.models.utils import resize
from mmseg.registry import TRANSFORMS

from cen_mm.apis.sample_pipeline import SamplePipeline
from cen_mm.deployment.preparation import preparation
from cen_mm.runtime.geometry import as_8_bits, enlarge, rescale

NAMES = 'rgb', 'depth'


@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
@pytest.mark.parametrize('fields', [
    dict(scale=(31, 23), keep_ratio=True, interpolation='area'),
    dict(scale=(200, 50), keep_ratio=True, interpolation='bicubic'),
    dict(scale=17), dict(scale=(17, 60), interpolation='lanczos'),
    dict(scale_factor=0.37, keep_ratio=True),
    dict(scale_factor=(1.5, 0.8), interpolation='nearest')])
def test_resize_is_that_of_mmseg(fields, dtype):
    rng = np.random.default_rng(0)
    img = rng.integers(0, 256, (45, 61, 3)).astype(dtype)
    depth = rng.integers(0, 65536, (45, 61), np.uint16)
    step = dict(type='Resize', **fields)
    with DefaultScope.overwrite_default_scope('mmseg'):
        expected = TRANSFORMS.build(step)(dict(
            img=img[..., ::-1].copy(), depth=depth, seg_fields=['depth']))
    _, ours = preparation([step], NAMES)
    np.testing.assert_allclose(
        rescale(img, ours, True)[..., ::-1], expected['img'], rtol=1e-6)
    np.testing.assert_array_equal(
        rescale(depth, ours, False), expected['depth'])


@pytest.mark.parametrize('size', [(48, 61), (12, 15), (23, 90)])
def test_logits_are_enlarged_as_by_torch(size):
    logits = np.random.default_rng(0).normal(
        size=(5, 24, 30)).astype(np.float32)
    expected = resize(torch.from_numpy(logits)[None], size, mode='bilinear',
                      align_corners=False)[0]
    np.testing.assert_allclose(enlarge(logits, size), expected, atol=1e-5)


def test_loaders():
    read, resized = preparation([
        dict(type='mmseg.LoadRGB', dtype='uint16', to_float32=True),
        dict(type='LoadModality', modality='depth', resize='area'),
        dict(type='LoadModality', modality='unused'),
        dict(type='LoadLabels'), dict(type='PackModalities')], NAMES)
    assert resized is None
    assert read == dict(
        rgb=dict(dtype='uint16', to_float32=True),
        depth=dict(dtype='uint16', bands=None, channels=None,
                   centre_crop=None, resize='area'))


@pytest.mark.parametrize('steps, parts', [
    ([dict(type='mmseg.CLAHE')], ['CLAHE of the test pipeline', 'take it']),
    ([dict(type='Resize', scale=9)] * 2, ['a second Resize']),
    ([dict(type='Resize', scale=9, backend='pillow')], ['backend=pillow']),
    ([dict(type='Resize', keys=['img'], scale=0.5)],
     ['this Resize', "backend='pillow'"])])
def test_what_cannot_be_taken_along_is_named(steps, parts):
    with fails(ValueError, *parts, 'test_dataloader.dataset.pipeline'):
        preparation(steps, NAMES)


def test_pictures_of_16_bits_do_not_wrap():
    image = np.array([[0, 256, 65535]], np.uint16)
    assert as_8_bits(image).tolist() == [[0, 0, 255]]
    assert as_8_bits(np.float32([[0, 0.5, 1]])).tolist() == [[0, 127, 255]]
    assert as_8_bits(np.float32([[0, 100]])).tolist() == [[0, 255]]
    colours = np.full((4, 4, 3), 40000, np.uint16)
    with DefaultScope.overwrite_default_scope('mmseg'):
        pipeline = SamplePipeline([
            dict(type='LoadRGB', dtype='uint16', to_float32=True),
            dict(type='PackModalities', modalities=('rgb', ))])
    inputs, picture = pipeline(dict(rgb=colours))
    assert (picture == 40000 * 255 // 65535).all()
    assert (inputs['inputs'] == 40000).all()
