"""The NYUDv2 converter on small files of exactly the official formats."""
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

TOOLS = Path(__file__).parents[2] / 'tools' / 'dataset_converters'
sys.path.insert(0, str(TOOLS))
import nyudv2  # noqa: E402

COUNTS = {'train': 2, 'val': 3}
TRAIN, TEST = [3, 4], [1, 2, 5]


def make_data(seed=0):
    """Five images as MATLAB indexes them: row, column, channel, number."""
    rng = np.random.default_rng(seed)
    return {
        'images': rng.integers(0, 256, (480, 640, 3, 5), np.uint8),
        'depths': rng.uniform(0.7, 10, (480, 640, 5)).astype(np.float32),
        'rawDepths': np.zeros((480, 640, 5), np.float32),
        'labels': rng.integers(0, 895, (480, 640, 5), np.uint16),
    }


def write_v73(path, data):
    """Write as MATLAB does: HDF5 behind 512 bytes, all axes reversed."""
    with h5py.File(path, 'w', userblock_size=512) as file:
        for name, array in data.items():
            file[name] = array.transpose()


@pytest.fixture(scope='module')
def data():
    return make_data()


@pytest.fixture(scope='module')
def classes():
    """One class, 1 to 40, for each of the raw labels 1 to 894."""
    return np.random.default_rng(1).integers(1, 41, (1, 894))


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


def read(path):
    return np.array(Image.open(path))


def test_pixels_are_those_of_matlab(converted, data, classes):
    for k in range(5):
        name = f'{k + 1:06d}.png'
        rgb = read(converted / 'rgb' / name)
        np.testing.assert_array_equal(
            rgb, data['images'][6:474, 7:632, :, k])
        depth = read(converted / 'depth' / name)
        metres = data['depths'][6:474, 7:632, k].astype(float)
        assert depth.dtype == np.uint16
        assert np.abs(depth - metres * 5000).max() <= .5
        mask = read(converted / 'masks' / name)
        raw = data['labels'][6:474, 7:632, k].astype(int)
        assert mask.dtype == np.uint8 and (raw == 0).any()
        np.testing.assert_array_equal(mask[raw == 0], 255)
        np.testing.assert_array_equal(
            mask[raw > 0], classes[0, raw[raw > 0] - 1] - 1)


def test_unmapped_label_is_ignored(inputs, converted, tmp_path, classes):
    unmapped = classes.copy()
    unmapped[0, 0] = 0
    savemat(tmp_path / 'm.mat', {'mapClass': unmapped})
    class_of = nyudv2._read_class_map(tmp_path / 'm.mat')
    assert class_of[1] == 255 and class_of[2] == classes[0, 1] - 1


def test_lists_have_the_official_format(converted):
    assert (converted / 'train.txt').read_text() == (
        'rgb/000003.png\tmasks/000003.png\tdepth/000003.png\n'
        'rgb/000004.png\tmasks/000004.png\tdepth/000004.png\n')
    val = (converted / 'val.txt').read_text().splitlines()
    assert [line[4:10] for line in val] == ['000001', '000002', '000005']


def test_converted_tree_is_sound(converted):
    report = nyudv2.verify(converted, COUNTS)
    assert not report.problems
    assert 'no problem found' in str(report)
    assert report.splits == [('train', 2, 2), ('val', 3, 3)]
    assert report.contents == {
        ('rgb', '468x625', 'uint8'): 5, ('masks', '468x625', 'uint8'): 5,
        ('depth', '468x625', 'uint16'): 5}


def run(*args):
    return subprocess.run([sys.executable, TOOLS / 'nyudv2.py', *args],
                          check=False, capture_output=True, text=True)


def test_command_line(inputs, converted, tmp_path):
    flags = [arg for name, path in inputs.items()
             for arg in (f'--{name}', path)]
    wrong_count = run(*flags, '--out', tmp_path / 'out')
    assert wrong_count.returncode == 1
    assert wrong_count.stderr.startswith('error: ')
    assert '"trainNdxs" names 2 images instead of 795' in wrong_count.stderr
    verified = run('--verify', converted)
    assert verified.returncode == 1
    assert 'val.txt lists 3 images instead of 654' in verified.stdout
    assert run('--mat', inputs['mat']).returncode == 2


# ---------------------------------------------------------------- bad input

def fails(inputs, tmp_path, error, match, **changed):
    with pytest.raises(error, match=match):
        nyudv2.convert(**{**inputs, **changed}, out=tmp_path / 'out',
                       counts=COUNTS)
    assert not (tmp_path / 'out' / 'train.txt').exists()


def test_absent_file(inputs, tmp_path):
    for name in inputs:
        fails(inputs, tmp_path, FileNotFoundError,
              r'absent\.mat does not exist', **{name: 'absent.mat'})


def test_file_of_another_kind(inputs, tmp_path):
    fails(inputs, tmp_path, ValueError, 'splits.mat is no complete MATLAB '
          'v7.3 file', mat=inputs['splits'])
    fails(inputs, tmp_path, ValueError, 'labeled.mat is no complete MATLAB '
          'v5 file', splits=inputs['mat'])


def test_truncated_file(inputs, tmp_path):
    path = tmp_path / 'short.mat'
    path.write_bytes(inputs['mat'].read_bytes()[:-1000])
    fails(inputs, tmp_path, ValueError, 'short.mat is no complete', mat=path)


def test_wrong_key(inputs, tmp_path, data):
    path = tmp_path / 'other.mat'
    write_v73(path, {'images': data['images'], 'depth': data['depths']})
    fails(inputs, tmp_path, ValueError,
          'other.mat has no "depths", only depth, images', mat=path)
    fails(inputs, tmp_path, ValueError, 'no "mapClass", only trainNdxs',
          classes=inputs['splits'])


def test_axes_not_reversed(inputs, tmp_path, data):
    path = tmp_path / 'upright.mat'
    write_v73(path, {**data, 'depths': data['depths'].swapaxes(0, 1)})
    fails(inputs, tmp_path, ValueError,
          r'"depths" has shape \(5, 480, 640\) instead of', mat=path)


@pytest.mark.parametrize('field, value, match', [
    ('labels', 895, 'image 3: label 895 is not in the class mapping'),
    ('depths', np.nan, 'image 3: a depth is negative, not a number'),
    ('depths', 14, r'image 3: .* above 13\.107 m'),
])
def test_bad_values(inputs, tmp_path, data, field, value, match):
    bad = {**data, field: data[field].copy()}
    bad[field][100, 100, 2] = value
    write_v73(tmp_path / 'bad.mat', bad)
    fails(inputs, tmp_path, ValueError, 'bad.mat, ' + match,
          mat=tmp_path / 'bad.mat')


def test_bad_splits(inputs, tmp_path):
    path = tmp_path / 'bad.mat'
    for train, match in (([3, 5], 'has image 5 in both splits'),
                         ([3, 9], 'names images 1 to 9 but .* 1 to 5')):
        savemat(path, {'trainNdxs': train, 'testNdxs': TEST})
        fails(inputs, tmp_path, ValueError, match, splits=path)


def test_other_mapping(inputs, tmp_path):
    savemat(tmp_path / 'm.mat', {'mapClass': np.arange(1, 895)})
    fails(inputs, tmp_path, ValueError, '"mapClass" runs from 1 to 894',
          classes=tmp_path / 'm.mat')


def test_missing_library(inputs, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'h5py', None)
    fails(inputs, tmp_path, ImportError, r'pip install -e \.\[converters\]')
