"""The SUN RGB-D converter on the official formats."""
from pathlib import Path

import numpy as np
import pytest
from faults import image, problems, spoil
from PIL import Image
from tiny_sunrgbd import (
    SCENES,
    coded,
    write_labels,
    write_split,
    write_sunrgbd,
)

from cen_mm import SUNRGBDDataset
from cen_mm.converters.datasets import sunrgbd

COUNTS = dict(train=2, val=2)


@pytest.fixture
def official(tmp_path):
    return write_sunrgbd(tmp_path)


def convert(official):
    out = official.root.parent / 'out'
    sunrgbd.convert(official.root, official.toolbox, out, COUNTS)
    return out


def test_the_written_coding_is_the_documented_one():
    """By the formula of the official read3dPoints.m, in wide integers."""
    values = np.arange(0, 65536, 7).astype(np.int64)
    p = coded(values).astype(np.int64)
    assert np.array_equal((p >> 3) | (p << 13) & 0xffff, values)
    assert np.array_equal(sunrgbd.rotate(p.astype(np.uint16)), values)


def test_pixels(official):
    out = convert(official)
    for i in range(4):
        name = f'{i + 1:06d}'
        assert (out / f'rgb/{name}.jpg').read_bytes() == (
            official.images[i].read_bytes())
        depth = np.array(Image.open(out / f'depth/{name}.png'))
        assert depth.dtype == np.uint16 and depth.max() == 8000
        assert np.array_equal(depth, np.clip(official.depth[i], 0, 8000))
        mask = np.array(Image.open(out / f'masks/{name}.png'))
        labels = official.labels[i]
        assert mask.dtype == np.uint8 and (labels == 0).any()
        assert (mask[labels == 0] == 255).all()
        assert np.array_equal(mask[labels > 0], labels[labels > 0] - 1)


def test_lists_feed_the_data_set(official):
    out = convert(official)
    assert (out / 'train.txt').read_text() == (
        'rgb/000001.jpg\tmasks/000001.png\tdepth/000001.png\n'
        'rgb/000003.jpg\tmasks/000003.png\tdepth/000003.png\n')
    dataset = SUNRGBDDataset(
        data_root=str(out), ann_file='val.txt', data_prefix=dict(
            img_path='rgb', depth_path='depth', seg_map_path='masks'))
    assert [Path(dataset[i]['img_path']).name for i in range(2)] == [
        '000002.jpg', '000004.jpg']
    report = sunrgbd.TREE.verify(out, COUNTS)
    assert not report.problems, report
    assert report.contents['rgb', '24x32', 'uint8'] == 1
    assert '2.' in str(report) and 'no problem found' in str(report)


@pytest.mark.parametrize('file, content, kind, message', [
    ('depth/000002.png', coded, 'depth',
     'm if it is still rotated by 3 bits: store depth'),
    ('masks/000003.png', image((26, 36), 37), 'label',
     '{path} holds label 37'),
    # OpenCV would fill the rest with grey.
    ('rgb/000003.jpg', 100, 'unreadable', '{path} is truncated'),
])
def test_a_fault_in_the_tree(official, file, content, kind, message):
    path = convert(official) / file
    spoil(path, content(official.depth[1]) if callable(content) else content)
    sentence, = problems(
        sunrgbd.TREE.verify(path.parents[1], COUNTS), kind)
    assert message.format(path=path) in sentence


# ---------------------------------------------------------------- bad input

@pytest.mark.parametrize('files, number, content, error, match', [
    ('images', 3, None, FileNotFoundError, 'does not exist'),
    ('depth_files', 3, None, FileNotFoundError, 'does not exist'),
    ('images', 1, 150, ValueError, 'is truncated .* unpack SUNRGBD.zip'),
    ('depth_files', 1, 150, ValueError, 'is truncated .* unpack SUNRGBD.zip'),
    ('depth_files', 0, image((24, 32), 90), ValueError,
     'holds uint8 .* must have 16 bits and 1 channel'),
    ('depth_files', 2, np.uint16, ValueError, 'is not rotated by 3 bits'),
])
def test_bad_images(official, files, number, content, error, match):
    path = getattr(official, files)[number]
    spoil(path, content(official.depth[number])
          if callable(content) else content)
    with pytest.raises(error, match=f'{path} .*{match}'):
        convert(official)
    out = official.root.parent / 'out'
    assert not (out / 'train.txt').exists()
    # A missing file is found before the first image is converted.
    assert out.exists() == (content is not None)


@pytest.mark.parametrize('change, match', [
    (lambda labels: labels.__setitem__(1, labels[1].T),
     r'0001.jpg is \(25, 34\), but its labels are \(34, 25\)'),
    (lambda labels: labels[2].__setitem__((3, 4), 38),
     '{path}, image 3: .* 38 instead of 0 to 37'),
    (lambda labels: labels.__delitem__(3),
     '{path} holds 3 label maps, but .* 4 images'),
])
def test_bad_labels(official, change, match):
    change(official.labels)
    path = write_labels(official)
    with pytest.raises(ValueError, match=match.format(path=path)):
        convert(official)


@pytest.mark.parametrize('train, match', [
    ((0, 2, 3), f'allsplit.mat has {SCENES[3]} in both'),
    ((0, ), '"alltrain" names 1 images of SUNRGBDMeta.mat instead of 2')])
def test_bad_splits(official, train, match):
    write_split(official, train, (1, 3))
    with pytest.raises(ValueError, match=match):
        convert(official)
