"""The SUN RGB-D converter and its check, on the official formats."""
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tiny_sunrgbd import (
    SCENES,
    coded,
    write_labels,
    write_split,
    write_sunrgbd,
)

from cen_mm import SUNRGBDDataset

TOOLS = Path(__file__).parents[2] / 'tools/dataset_converters'
sys.path.insert(0, str(TOOLS))
import sunrgbd  # noqa: E402

COUNTS = {'train': 2, 'val': 2}


@pytest.fixture
def official(tmp_path):
    return write_sunrgbd(tmp_path)


def convert(official, name='out'):
    out = official.root.parent / name
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
    report = sunrgbd.verify(out, COUNTS)
    assert not report.problems, report
    assert report.contents['rgb', '24x32', 'uint8'] == 1
    assert '2.' in str(report) and 'no problem found' in str(report)


def run(*args):
    return subprocess.run([sys.executable, TOOLS / 'sunrgbd.py', *args],
                          check=False, capture_output=True, text=True)


def test_command_line(official):
    out = convert(official)
    wrong = run('--root', official.root, '--toolbox', official.toolbox,
                '--out', out)
    assert wrong.returncode == 1
    assert wrong.stderr.startswith('error: ')
    assert '"alltrain" names 2 images of SUNRGBDMeta.mat instead of 5285' in (
        wrong.stderr)
    verified = run('--verify', out)
    assert verified.returncode == 1
    assert 'val.txt lists 2 images instead of 5050' in verified.stdout
    assert run('--root', out).returncode == 2


# ---------------------------------------------------------------- bad input

def fails(official, error, match):
    with pytest.raises(error, match=match):
        convert(official)
    assert not (official.root.parent / 'out/train.txt').exists()


@pytest.mark.parametrize('folder', ['images', 'depth_files'])
def test_missing_partner(official, folder):
    """Found before the first image is converted."""
    path = getattr(official, folder)[3]
    path.unlink()
    fails(official, FileNotFoundError, f'{path} does not exist')
    assert not (official.root.parent / 'out').exists()


@pytest.mark.parametrize('folder', ['images', 'depth_files'])
def test_truncated_file(official, folder):
    path = getattr(official, folder)[1]
    path.write_bytes(path.read_bytes()[:-150])
    fails(official, ValueError, f'{path} is truncated .* unpack SUNRGBD.zip')


def test_8_bit_depth(official):
    Image.fromarray(np.full((24, 32), 90, np.uint8)).save(
        official.depth_files[0])
    fails(official, ValueError,
          'd0000.png holds uint8 .* must have 16 bits and 1 channel')


def test_depth_that_was_not_rotated(official):
    Image.fromarray(official.depth[2].astype(np.uint16)).save(
        official.depth_files[2])
    fails(official, ValueError, 'd0002.png .* is not rotated by 3 bits')


def test_sizes_that_disagree(official):
    official.labels[1] = official.labels[1].T
    write_labels(official)
    fails(official, ValueError, r'0001.jpg is \(25, 34\), but its labels are '
          r'\(34, 25\)')


def test_label_out_of_range(official):
    official.labels[2][3, 4] = 38
    path = write_labels(official)
    fails(official, ValueError, f'{path}, image 3: .* 38 instead of 0 to 37')


def test_files_of_different_releases(official):
    del official.labels[3]
    path = write_labels(official)
    fails(official, ValueError, f'{path} holds 3 label maps, but .* 4 images')
    write_split(official, (0, 2, 3), (1, 3))
    fails(official, ValueError, f'allsplit.mat has {SCENES[3]} in both')
    write_split(official, (0,), (1, 3))
    fails(official, ValueError, '"alltrain" names 1 images')


# ------------------------------------------------------------------- verify

def problem(tree, kind):
    """Return the one problem there is, which must be of that kind."""
    report = sunrgbd.verify(tree, COUNTS)
    assert list(report.problems) == [kind]
    [sentence] = report.problems[kind]
    return sentence


def test_verify_names_what_is_wrong(official):
    tree = convert(official)
    path = tree / 'depth/000002.png'
    good = cv2.imread(str(path), -1)
    cv2.imwrite(str(path), coded(official.depth[1]))
    sentence = problem(tree, 'depth')
    assert 'm if it is still rotated by 3 bits: store depth' in sentence
    cv2.imwrite(str(path), (good // 256).astype(np.uint8))
    assert f'{path} holds uint8' in problem(tree, 'type')
    cv2.imwrite(str(path), good)
    path = tree / 'masks/000003.png'
    cv2.imwrite(str(path), np.full((26, 36), 37, np.uint8))
    assert f'{path} holds label 37' in problem(tree, 'label')
    cv2.imwrite(str(path), np.zeros((26, 36), np.uint8))
    path = tree / 'rgb/000003.jpg'
    path.write_bytes(path.read_bytes()[:-100])  # OpenCV would fill with grey
    assert f'{path} is truncated' in problem(tree, 'unreadable')
    path.unlink()
    assert f'{path} does not exist' in problem(tree, 'missing')
