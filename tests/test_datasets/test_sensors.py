"""Files of other resolutions and numbers of bands."""
import numpy as np
import pytest
from messages import fails
from mmengine.registry import DefaultScope
from mmseg.registry import TRANSFORMS
from PIL import Image
from test_transforms import load

from cen_mm.apis.sample_pipeline import SamplePipeline


def write(path, array, mode=None):
    if path.suffix == '.npy':
        np.save(path, array)
    else:
        Image.fromarray(array, mode).save(path)
    return path


@pytest.mark.parametrize('shape, dtype', [
    ((4, 6), 'uint16'), ((4, 6), 'float32'), ((4, 6, 3), 'uint8')])
def test_a_coarser_sensor(tmp_path, shape, dtype):
    array = np.random.default_rng(0).integers(0, 250, shape).astype(dtype)
    path = write(tmp_path / 'a.npy', array)
    fine = load(path, (12, 18), dtype=dtype, resize='nearest')
    assert fine.dtype == dtype
    assert np.array_equal(fine, array.repeat(3, 0).repeat(3, 1))
    ramp = np.arange(6) * np.ones((4, 1))
    smooth = load(ramp, (8, 12), dtype='float64', resize='bilinear')
    # Centres of pixels: at -1/4, 1/4, 3/4 ..., held at the border.
    expected = np.clip((np.arange(12) - 0.5) / 2, 0, 5)
    np.testing.assert_allclose(smooth, np.tile(expected, (8, 1)), atol=1e-6)


def test_a_finer_sensor():
    array = np.random.default_rng(0).random((6, 9), np.float32)
    blocks = array.reshape(2, 3, 3, 3)
    mean = load(array, (2, 3), dtype='float32', resize='area')
    np.testing.assert_allclose(mean, blocks.mean((1, 3)), rtol=1e-5)
    centre = load(array, (2, 3), dtype='float32', resize='nearest')
    assert np.array_equal(centre, blocks[:, 1, :, 1])


def test_other_sizes_are_never_silent(tmp_path):
    path = write(tmp_path / 'a.png', np.zeros((4, 6), np.uint16))
    with fails(ValueError, path, '4 x 6', '8 x 12', "resize='nearest'"):
        load(path, (8, 12))
    with fails(ValueError, path, 'the proportions differ'):
        load(path, (8, 16), resize='nearest')
    load(path, (7, 12), resize='nearest')  # rounded by less than a pixel
    for kwargs in (dict(resize='cubic'),
                   dict(resize='nearest', centre_crop=True)):
        with fails(ValueError, 'LoadModality.resize='):
            load(path, (8, 12), **kwargs)


def test_inference_resizes_too(tmp_path):
    """Files and arrays; an absent image takes the size of the sensor."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        pipeline = SamplePipeline([
            dict(type='LoadImageFromFile'),
            dict(type='LoadModality', modality='depth', resize='nearest'),
            dict(type='PackModalities', modalities=('rgb', 'depth'))])
    depth = np.arange(24, dtype=np.uint16).reshape(4, 6)
    for source in (depth, str(write(tmp_path / 'a.png', depth))):
        results, _ = pipeline(dict(
            rgb=np.zeros((8, 12, 3), np.uint8), depth=source))
        assert np.array_equal(results['inputs'][4],
                              depth.repeat(2, 0).repeat(2, 1))


@pytest.mark.parametrize('name, mode, count', [
    ('a.png', 'L', 1), ('a.png', 'LA', 2), ('a.png', 'RGB', 3),
    ('a.png', 'RGBA', 4), ('a.tif', 'L', 1), ('a.tif', 'RGB', 3),
    ('a.npy', None, 1), ('a.npy', None, 2), ('a.npy', None, 8)])
@pytest.mark.parametrize('bands', [
    (0, ), (1, ), (0, 1, 1), (2, 0, 1), [3], (7, 5, 6)])
def test_bands_are_those_of_the_file(tmp_path, name, mode, count, bands):
    array = np.random.default_rng(0).integers(
        0, 256, (5, 7, count), np.uint8)
    path = write(tmp_path / name, array[..., 0] if mode == 'L' else array,
                 mode)
    if max(bands) < count:
        out = load(path, (5, 7), dtype='uint8', bands=bands)
        expected = array[..., list(bands)]
        assert np.array_equal(
            out, expected[..., 0] if len(bands) == 1 else expected)
    else:
        with fails(ValueError, path, f'asks for band {max(bands)}'):
            load(path, (5, 7), dtype='uint8', bands=bands)


def test_bands_of_sixteen_bits(tmp_path):
    """Pillow does not write them; the file comes from OpenCV."""
    import cv2
    array = np.random.default_rng(0).integers(0, 65536, (5, 7, 4), np.uint16)
    cv2.imwrite(str(tmp_path / 'a.png'), array)
    out = load(tmp_path / 'a.png', (5, 7), bands=(0, 2, 3))
    assert np.array_equal(out, array[..., [2, 0, 3]])  # of BGRA


@pytest.mark.parametrize('mode', ['LA', 'RGBA'])
def test_bands_that_would_be_lost_are_refused(tmp_path, mode):
    array = np.zeros((5, 7, len(mode)), np.uint8)
    path = write(tmp_path / 'a.tif', array, mode)
    with fails(ValueError, path, '.npy'):
        load(path, (5, 7), dtype='uint8', bands=(0, ))


@pytest.mark.parametrize('bands', [(), (0, 1), (0, 1, 2, 3), (-1, ), ('r', )])
def test_impossible_bands_are_refused(bands):
    with fails(ValueError, 'must be one or three numbers'):
        load(np.zeros((2, 2, 4)), (2, 2), dtype='float64', bands=bands)


def test_all_bands_are_never_a_modality(tmp_path):
    path = write(tmp_path / 'a.png', np.zeros((5, 7, 4), np.uint8))
    with fails(ValueError, path, 'bands of LoadModality'):
        load(path, (5, 7), dtype='uint8')


@pytest.mark.parametrize('name, mode, count', [
    ('a.png', 'L', 1), ('a.png', 'LA', 2), ('a.png', 'RGB', 3),
    ('a.png', 'RGBA', 4), ('a.tif', 'L', 1), ('a.npy', None, 1),
    ('a.npy', None, 2), ('a.npy', None, 5)])
def test_channels_of_its_own(tmp_path, name, mode, count):
    """All bands of a file, in its order; or those that are chosen."""
    array = np.random.default_rng(0).integers(
        0, 256, (5, 7, count), np.uint8)
    path = write(tmp_path / name, array[..., 0] if mode == 'L' else array,
                 mode)
    out = load(path, (5, 7), dtype='uint8', channels=count)
    assert np.array_equal(out.reshape(array.shape), array)
    two = load(path, (5, 7), dtype='uint8', channels=2, bands=(0, count - 1))
    assert np.array_equal(two, array[..., [0, count - 1]])
    with fails(ValueError, path, 'LoadModality.channels=6', 'bands'):
        load(path, (5, 7), dtype='uint8', channels=6)


@pytest.mark.parametrize('kwargs, part', [
    (dict(channels=0), 'channels=0'), (dict(channels=1.5), 'channels=1.5'),
    (dict(channels=2, bands=(0, )), 'channels=2 numbers'),
    (dict(channels=2, bands=(0, 1, 2)), 'channels=2 numbers')])
def test_impossible_channels_are_refused(kwargs, part):
    with fails(ValueError, part):
        load(np.zeros((2, 2, 4)), (2, 2), dtype='float64', **kwargs)


@pytest.mark.parametrize('count', [1, 2, 5])
@pytest.mark.parametrize('geometry', [
    [], [dict(type='Resize', scale=(10, 14), keep_ratio=False)],
    [dict(type='RandomFlip', prob=1.)],
    [dict(type='RandomRotate', prob=1., degree=(90, 90))]])
def test_channels_are_joined_one_behind_the_other(count, geometry):
    """Moved with the image; a grey map without channels is repeated."""
    array = np.random.default_rng(0).random((7, 5, count), np.float32)
    grey = array.mean(2)
    with DefaultScope.overwrite_default_scope('mmseg'):
        pipeline = SamplePipeline([
            dict(type='LoadImageFromFile'),
            dict(type='LoadModality', modality='ms', dtype='float32',
                 channels=count),
            dict(type='LoadModality', modality='grey', dtype='float32'),
            *geometry,
            dict(type='PackModalities', modalities=('ms', 'rgb', 'grey'))])
    results, _ = pipeline(dict(
        rgb=np.zeros((7, 5, 3), np.uint8), ms=array, grey=grey))
    inputs = results['inputs'].numpy()
    assert len(inputs) == count + 6
    assert results['data_samples'].modality_channels == dict(
        ms=count, rgb=3, grey=3)
    assert np.array_equal(inputs[-3:], inputs[[-1] * 3])
    if not geometry:
        assert np.array_equal(inputs[:count], array.transpose(2, 0, 1))
    else:  # all maps alike
        known = inputs[-1] != 255  # not filled by the rotation
        np.testing.assert_allclose(
            inputs[:count].mean(0)[known], inputs[-1][known], rtol=1e-5)
        assert known.mean() > 0.5


def test_a_transform_that_changes_the_channels_is_named():
    with DefaultScope.overwrite_default_scope('mmseg'):
        pack = TRANSFORMS.build(
            dict(type='PackModalities', modalities=('ms', )))
    with fails(ValueError, 'ms has 4 channels', 'should have 3',
               'channels=4'):
        pack(dict(img=np.zeros((2, 2, 3), np.uint8), seg_fields=['ms'],
                  ms=np.zeros((2, 2, 4))))
