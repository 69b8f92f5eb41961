"""A file means the same whatever it is read as, or is refused by name."""
import warnings
from io import BytesIO

import cv2
import numpy as np
import pytest
from messages import fails
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE, label_of, write_nyudv2

from cen_mm import LoadLabels, LoadRGB
from cen_mm.runtime.read_array import read_array

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 255, SIZE, np.uint8)
COLOUR = RNG.integers(0, 256, (*SIZE, 3), np.uint8)
PREFIX = dict(img_path='rgb', depth_path='depth', seg_map_path='masks')


def encoded(array, suffix, **kwargs):
    """The bytes of an image, by Pillow, which our reader does not use."""
    buffer = BytesIO()
    Image.fromarray(array).save(
        buffer, dict(jpg='jpeg', tif='tiff').get(suffix, suffix), **kwargs)
    return buffer.getvalue()


def four_bands():
    rgba = np.concatenate([COLOUR, GREY[..., None]], -1)
    return encoded(rgba, 'tif')


def two_pages():
    page = Image.fromarray(COLOUR)
    return encoded(COLOUR, 'tif', save_all=True, append_images=[page])


# ------------------------------------------------------------------ rgb

@pytest.mark.parametrize('suffix, content, parts', [
    ('png', encoded((GREY.astype(np.uint16) * 4), 'png'),
     ['is uint16', 'LoadRGB expects uint8', 'set dtype']),
    ('png', encoded(np.concatenate([COLOUR, COLOUR], -1)[..., :4], 'png'),
     ['(24, 30, 4)', 'three for colours']),
    ('tif', four_bands(), ['(24, 30, 4)', 'three for colours']),
    ('tif', two_pages(), ['2 pages', 'write the file again']),
    ('tif', encoded(GREY.astype(np.float32), 'tif'), ['is float32']),
    *[(s, b'', ['it is truncated or no image', 'write the file again'])
      for s in ('png', 'jpg', 'tif')],
    ('png', b'hello', ['no image'])])
def test_bad_images(tmp_path, suffix, content, parts):
    path = tmp_path / f'a.{suffix}'
    path.write_bytes(content)
    with fails(ValueError, path, *parts) as info:
        LoadRGB()(dict(img_path=str(path)))
    assert '\n' not in str(info.value)


@pytest.mark.parametrize('kind', ['colour', 'grey', 'array', 'npy'])
def test_images(tmp_path, kind):
    """BGR within a pipeline; grey is repeated."""
    path, expected = tmp_path / 'a.png', COLOUR[..., ::-1]
    source = str(path)
    if kind == 'array':
        source = COLOUR
    elif kind == 'npy':
        source = str(tmp_path / 'a.npy')
        np.save(source, COLOUR)
    elif kind == 'grey':
        Image.fromarray(GREY).save(path)
        expected = np.repeat(GREY[..., None], 3, -1)
    else:
        Image.fromarray(COLOUR).save(path)
    out = LoadRGB()(dict(img_path=source))
    assert out['img'].dtype == np.uint8 and out['img'].flags.c_contiguous
    assert np.array_equal(out['img'], expected)
    assert out['img_shape'] == out['ori_shape'] == SIZE
    assert isinstance(out['img_path'], str)


# ---------------------------------------------------------- orientation

@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('suffix', ['jpg', 'png', 'webp', 'tif'])
def test_an_orientation_turns_every_modality(tmp_path, suffix, orientation):
    """As Pillow's exif_transpose turns them, rgb or not."""
    smooth = cv2.resize(GREY[:3, :4], SIZE[::-1])  # for JPEG
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f'a.{suffix}'
    path.write_bytes(encoded(smooth, suffix, exif=exif))
    expected = Image.fromarray(smooth)
    for code, how in {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}.items():
        if code == orientation:
            expected = expected.transpose(how)
    read = read_array(str(path), 'thermal', np.dtype('uint8'), '', '')
    image = LoadRGB()(dict(img_path=str(path)))['img']
    assert image.shape[:2] == read.shape[:2] == expected.size[::-1]
    error = np.abs(image.astype(int) - np.array(expected)[..., None])
    assert error.max() < 12 and error.mean() < 3  # JPEG, WebP
    assert np.array_equal(image, np.broadcast_to(
        read.reshape(*image.shape[:2], -1)[..., ::-1], image.shape))


@pytest.mark.parametrize('suffix', ['png', 'tif'])
def test_an_orientation_turns_labels(tmp_path, suffix):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / f'a.{suffix}'
    path.write_bytes(encoded(GREY % 40, suffix, exif=exif))
    assert np.array_equal(read_labels(path), np.rot90(GREY % 40, -1))


# --------------------------------------------------------------- labels

def read_labels(path, **kwargs):
    sample = dict(
        seg_map_path=str(path), img_path='rgb.png', num_classes=40,
        reduce_zero_label=False, label_map=None, seg_fields=[])
    return LoadLabels().read(dict(sample, **kwargs))


def with_value(dtype, value):
    labels = np.ones(SIZE, dtype)
    labels[3, 4] = value
    return labels


@pytest.mark.parametrize('dtype, value, shown', [
    ('float32', np.nan, 'nan'), ('float32', 256, '256.0'),
    ('float32', 257, '257.0'), ('float32', 1.5, '1.5'),
    ('float32', -1, '-1.0'), ('float32', np.inf, 'inf'),
    ('int16', -32768, '-32768'), ('int16', -1, '-1'),
    ('int32', 65536, '65536'), ('int32', 2**31 - 1, '2147483647'),
    ('uint16', 256, '256'), ('uint16', 65535, '65535')])
def test_labels_that_8_bits_cannot_hold(tmp_path, dtype, value, shown):
    path = tmp_path / 'a.tif'
    labels = with_value(dtype, value)
    if dtype == 'int16':  # which Pillow does not write
        cv2.imwrite(str(path), labels)
    else:
        Image.fromarray(labels).save(path)
    with fails(ValueError, path, f'[{shown}]', '40 classes'), \
            warnings.catch_warnings():
        warnings.simplefilter('error')
        read_labels(path)


@pytest.mark.parametrize('dtype', ['uint8', 'uint16', 'int32', 'float32'])
@pytest.mark.parametrize('size', [(1, 7), (7, 1), (1, 1), (5, 7)])
def test_labels_of_every_type_and_size(tmp_path, dtype, size):
    labels = RNG.choice([0, 1, 39, 255], size).astype(dtype)
    Image.fromarray(labels).save(tmp_path / 'a.tif')
    out = read_labels(tmp_path / 'a.tif', ori_shape=size)
    assert out.dtype == np.uint8 and np.array_equal(out, labels)


def test_colours_are_no_labels(tmp_path):
    Image.fromarray(COLOUR).save(tmp_path / 'a.png')
    with fails(ValueError, 'a.png has shape (24, 30, 3)', 'one channel'):
        read_labels(tmp_path / 'a.png')
    with fails(ValueError, 'rgb.png is (9, 9)'):
        read_labels(tmp_path / 'a.png', ori_shape=(9, 9))


# -------------------------------------------------------- class balance

def test_classes_are_balanced(tmp_path):
    """The only sample with the rarest class comes up more often."""
    data = write_nyudv2(tmp_path)
    rare = data.masks[1].copy()
    rare[:4] = 39
    for mask, name in zip((np.full(SIZE, 1, np.uint8), rare,
                           np.full(SIZE, 255, np.uint8)), NAMES):
        mask[-1] = 0
        Image.fromarray(mask).save(tmp_path / f'masks/{name}.png')
    inner = dict(type='NYUDv2Dataset', data_root=str(tmp_path),
                 ann_file='train.txt', data_prefix=PREFIX)
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = DATASETS.build(inner)
        balanced = DATASETS.build(dict(
            type='ClassBalancedDataset', dataset=inner, oversample_thr=0.9))
    assert dataset.get_cat_ids(0) == [0, 1]
    assert dataset.get_cat_ids(2) == [0]
    assert set(dataset.get_cat_ids(1)) == set(
        np.unique(label_of(data.depth[1])[4:-1]).tolist()) | {0, 39}
    counts = np.bincount(balanced.repeat_indices)
    assert counts[1] > counts[2] == 1


