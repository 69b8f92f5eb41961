"""The NYUDv2 converter on small files of exactly the official formats."""
import shutil
import sys

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from cen_mm.converters.datasets import matlab, nyudv2

COUNTS = dict(train=2, val=3)
TRAIN, TEST = [3, 4], [1, 2, 5]


def write_v73(path, data):
    """Write as MATLAB does: HDF5 behind 512 bytes, all axes reversed."""
    with h5py.File(path, 'w', userblock_size=512) as file:
        for name, array in data.items():
            file[name] = array.transpose()


@pytest.fixture(scope='module')
def data():
    """Five images as MATLAB indexes them: row, column, channel, number."""
    rng = np.random.default_rng(0)
    return {
        'images': rng.integers(0, 256, (480, 640, 3, 5), np.uint8),
        'depths': rng.uniform(0.7, 10, (480, 640, 5)).astype(np.float32),
        'rawDepths': np.zeros((480, 640, 5), np.float32),
        'labels': rng.integers(0, 895, (480, 640, 5), np.uint16),
    }


@pytest.fixture(scope='module')
def classes():
    """One class, 0 (none) to 40, for each of the raw labels 1 to 894."""
    return np.random.default_rng(1).integers(0, 41, (1, 894))


@pytest.fixture(scope='module')
def inputs(tmp_path_factory, data, classes):
    folder = tmp_path_factory.mktemp('official')
    paths = {'mat': folder / 'nyu_depth_v2_labeled.mat',
             'splits': folder / 'splits.mat',
             'classes': folder / 'classMapping40.mat'}
    write_v73(paths['mat'], data)
    savemat(paths['splits'], {'trainNdxs': np.float64(TRAIN)[:, None],
                              'testNdxs': np.float64(TEST)[:, None]})
    names = np.array([f'class {c}' for c in range(40)], object)
    savemat(paths['classes'], {'mapClass': np.float64(classes),
                               'className': names[None]})
    return paths


@pytest.fixture(scope='module')
def converted(inputs, tmp_path_factory):
    out = tmp_path_factory.mktemp('data') / 'nyudv2'
    nyudv2.convert(**inputs, out=out, counts=COUNTS)
    return out


def test_pixels_are_those_of_matlab(converted, data, classes):
    class_of = np.r_[0, classes[0]]
    assert (classes == 0).any()
    class_of = np.where(class_of, class_of - 1, 255)
    for k in range(5):
        rgb, depth, mask = (
            np.array(Image.open(converted / folder / f'{k + 1:06d}.png'))
            for folder in ('rgb', 'depth', 'masks'))
        np.testing.assert_array_equal(
            rgb, data['images'][6:474, 7:632, :, k])
        metres = data['depths'][6:474, 7:632, k].astype(float)
        assert depth.dtype == np.uint16
        assert np.abs(depth - metres * 5000).max() <= .5
        raw = data['labels'][6:474, 7:632, k]
        assert mask.dtype == np.uint8 and (raw == 0).any()
        np.testing.assert_array_equal(mask, class_of[raw])


def test_lists_have_the_official_format_and_the_tree_is_sound(converted):
    assert (converted / 'train.txt').read_text() == (
        'rgb/000003.png\tmasks/000003.png\tdepth/000003.png\n'
        'rgb/000004.png\tmasks/000004.png\tdepth/000004.png\n')
    val = (converted / 'val.txt').read_text().splitlines()
    assert [line[4:10] for line in val] == ['000001', '000002', '000005']
    report = nyudv2.TREE.verify(converted, COUNTS)
    assert not report.problems
    assert report.contents == {
        ('rgb', '468x625', 'uint8'): 5, ('masks', '468x625', 'uint8'): 5,
        ('depth', '468x625', 'uint16'): 5}


def test_what_training_takes_is_verified(converted, tmp_path):
    """Images of .jpg, and lists of names alone; but one kind of images."""
    tree = tmp_path / 'tree'
    shutil.copytree(converted, tree)
    for path in list((tree / 'rgb').iterdir()):
        Image.open(path).save(path.with_suffix('.jpg'))
        path.unlink()
    for split in COUNTS:
        lines = (tree / f'{split}.txt').read_text().splitlines()
        (tree / f'{split}.txt').write_text(
            '\n'.join(line[4:10] for line in lines))
    assert not nyudv2.verify(tree, COUNTS).problems
    (tree / 'rgb/000001.jpg').unlink()
    problem, = nyudv2.verify(tree, COUNTS).problems['missing']
    assert 'rgb/000001.jpg does not exist' in problem
    shutil.copy(converted / 'rgb/000001.png', tree / 'rgb')
    with pytest.raises(ValueError, match='holds both'):
        nyudv2.verify(tree, COUNTS)


@pytest.mark.parametrize('divide', [1, 2, 4])
def test_a_tree_of_a_fraction_of_the_size(inputs, data, tmp_path, divide):
    """Depth and mask are those of a pixel in the middle of its area, and
    both of the same one; colours are the mean over the area."""
    nyudv2.convert(
        **inputs, out=tmp_path, counts=COUNTS, divide=divide)
    small = 468 // divide
    assert not nyudv2.TREE.verify(tmp_path, COUNTS).problems
    for k in (0, 4):
        rgb, depth = (
            np.array(Image.open(tmp_path / folder / f'{k + 1:06d}.png'))
            for folder in ('rgb', 'depth'))
        assert depth.shape == (small, 625 // divide)
        metres = data['depths'][6:474, 7:632, k] * 5000.
        image = data['images'][6:474, 7:632, :, k].astype(float)
        scale = 625 / (625 // divide)  # 625 is odd
        for row in range(0, small, 29):
            for column in range(0, 625 // divide, 31):
                rows = slice(row * divide, (row + 1) * divide)
                left, right = column * scale, (column + 1) * scale
                middle = (divide - 1) / 2
                y = row * divide + np.array([int(middle), int(middle + .5)])
                x = np.array([int(left + middle), int(left + middle + 1)])
                assert np.isclose(metres[np.ix_(y, x)], depth[row, column],
                                  rtol=0, atol=.51).any()
                share = np.clip(
                    np.minimum(np.arange(1, 626), right)
                    - np.maximum(np.arange(625), left), 0, 1)
                mean = np.tensordot(share, image[rows].mean(0), 1) / scale
                assert np.abs(mean - rgb[row, column]).max() < 1


# ---------------------------------------------------------------- bad input

def changed(field, value):
    """The third image of an official file with another value."""

    def write(path, data):
        array = data[field].copy()
        array[100, 100, 2] = value
        write_v73(path, {**data, field: array})

    return write


def truncated(path, data):
    write_v73(path, data)
    path.write_bytes(path.read_bytes()[:-1000])


def fields(**values):
    """A file of MATLAB v5."""
    return lambda path, _: savemat(path, values)


@pytest.mark.parametrize('name, write, error, match', [
    *[(name, None, FileNotFoundError, 'does not exist')
      for name in ('mat', 'splits', 'classes')],
    ('mat', fields(trainNdxs=TRAIN), ValueError,
     ' is no complete MATLAB v7.3 file'),
    ('splits', write_v73, ValueError, ' is no complete MATLAB v5 file'),
    ('mat', truncated, ValueError, ' is no complete'),
    ('mat', lambda path, data: write_v73(
        path, {'images': data['images'], 'depth': data['depths']}),
     ValueError, ' has no "depths", only depth, images'),
    ('classes', fields(trainNdxs=TRAIN), ValueError,
     ' has no "mapClass", only trainNdxs'),
    ('mat', lambda path, data: write_v73(
        path, {**data, 'depths': data['depths'].swapaxes(0, 1)}),
     ValueError, r': "depths" has shape \(5, 480, 640\) instead of'),
    ('mat', changed('labels', 895), ValueError,
     ', image 3: label 895 is not in the class mapping'),
    ('mat', changed('depths', np.nan), ValueError,
     ', image 3: a depth is negative, not a number'),
    ('mat', changed('depths', 14), ValueError,
     r', image 3: .* above 13\.107 m'),
    ('splits', fields(trainNdxs=[3], testNdxs=TEST), ValueError,
     ': "trainNdxs" names 1 images instead of 2'),
    ('splits', fields(trainNdxs=[3, 5], testNdxs=TEST), ValueError,
     ' has image 5 in both splits'),
    ('splits', fields(trainNdxs=[3, 9], testNdxs=TEST), ValueError,
     ' names images 1 to 9 but .* 1 to 5'),
    ('classes', fields(mapClass=np.arange(1, 895)), ValueError,
     ': "mapClass" runs from 1 to 894'),
])
def test_bad_input(inputs, data, tmp_path, name, write, error, match):
    bad = tmp_path / 'bad.mat'
    if write is not None:
        write(bad, data)
    with pytest.raises(error, match=f'{bad}.*{match}'):
        nyudv2.convert(**{**inputs, name: bad}, out=tmp_path / 'out',
                       counts=COUNTS)
    assert not (tmp_path / 'out/train.txt').exists()


def test_unreadable_array(tmp_path):
    """A file of the right length, with a byte that has changed."""
    path = tmp_path / 'a.mat'
    with h5py.File(path, 'w') as file:
        file.create_dataset('images', data=np.full((2, 99), 7, np.uint8),
                            chunks=(1, 99), fletcher32=True)
    path.write_bytes(path.read_bytes().replace(b'\7' * 99, b'\6' * 99))
    with h5py.File(path) as file, pytest.raises(
            ValueError, match='^a.mat, image 2: unreadable .* download'):
        matlab.read_v73('a.mat, image 2', file, 'images', 1)


def test_missing_library(inputs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'h5py', None)
    with pytest.raises(ImportError, match=r'pip install -e \.\[converters\]'):
        nyudv2.convert(**inputs, out=tmp_path / 'out', counts=COUNTS)
