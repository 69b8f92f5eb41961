"""The check of an NYUDv2 folder, with one fault at a time."""
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / 'tools/dataset_converters'))
import nyudv2

COUNTS = {'train': 2, 'val': 3}
TRAIN, TEST = [3, 4], [1, 2, 5]


@pytest.fixture
def tree(tmp_path):
    """A folder as the authors have it: depth uncut, labels in a palette."""
    rng = np.random.default_rng(2)
    for folder in ('rgb', 'masks', 'depth'):
        (tmp_path / folder).mkdir()
    for split, numbers in (('train', TRAIN), ('val', TEST)):
        names = [f'{n:06d}.png' for n in numbers]
        (tmp_path / f'{split}.txt').write_text('\n'.join(
            f'rgb/{n}\tmasks/{n}\tdepth/{n}' for n in names))
        for name in names:
            rgb = rng.integers(0, 256, (36, 49, 3), np.uint8)
            Image.fromarray(rgb).save(tmp_path / 'rgb' / name)
            mask = rng.integers(0, 40, (36, 49), np.uint8)
            mask[0] = 255
            mask = Image.fromarray(mask)
            mask.putpalette(rng.integers(0, 256, 768, np.uint8).tobytes())
            mask.save(tmp_path / 'masks' / name)
            depth = rng.integers(4000, 40000, (48, 64), np.uint16)
            cv2.imwrite(str(tmp_path / 'depth' / name), depth)
    return tmp_path


def problem(tree, kind):
    """Return the one problem there is, which must be of that kind."""
    report = nyudv2.verify(tree, COUNTS)
    assert list(report.problems) == [kind]
    [sentence] = report.problems[kind]
    assert sentence in str(report)
    return sentence


def test_folder_of_the_authors_is_sound(tree):
    assert np.array(Image.open(tree / 'masks/000001.png')).ndim == 2
    assert cv2.imread(str(tree / 'masks/000001.png'), -1).ndim == 3
    assert not nyudv2.verify(tree, COUNTS).problems


def test_missing_image(tree):
    (tree / 'depth/000002.png').unlink()
    assert 'depth/000002.png does not exist' in problem(tree, 'missing')


def test_problems_are_capped(tree):
    for path in [*tree.glob('rgb/*'), *tree.glob('depth/*')]:
        path.unlink()
    report = nyudv2.verify(tree, COUNTS)
    assert len(report.problems['missing']) == 10
    assert '... and 5 more' in str(report)


@pytest.mark.parametrize('folder', ['rgb', 'masks', 'depth'])
@pytest.mark.parametrize('lost', [1, 12, 400])
def test_truncated_image(tree, folder, lost):
    path = tree / folder / '000002.png'
    path.write_bytes(path.read_bytes()[:-lost])
    assert f'{path} is truncated' in problem(tree, 'unreadable')


def test_eight_bit_depth(tree):
    path = tree / 'depth/000003.png'
    cv2.imwrite(str(path), np.full((48, 64), 120, np.uint8))
    assert problem(tree, 'type') == (
        f'{path} holds uint8 of shape (48, 64): it must have 16 bits and '
        '1 channel')


def test_colour_mask_and_grey_image(tree):
    path = tree / 'masks/000003.png'
    cv2.imwrite(str(path), np.zeros((36, 49, 3), np.uint8))
    assert f'{path} holds uint8' in problem(tree, 'type')
    cv2.imwrite(str(path), np.zeros((36, 49), np.uint8))
    path = tree / 'rgb/000003.png'
    cv2.imwrite(str(path), np.zeros((36, 49), np.uint8))
    assert 'it must have 8 bits and 3 channels' in problem(tree, 'type')


def test_label_out_of_range(tree):
    path = tree / 'masks/000004.png'
    cv2.imwrite(str(path), np.full((36, 49), 40, np.uint8))
    assert f'{path} holds label 40' in problem(tree, 'label')


@pytest.mark.parametrize('folder, pixels', [
    ('rgb', np.zeros((36, 50, 3), np.uint8)),
    ('depth', np.full((35, 64), 9000, np.uint16)),
])
def test_sizes_that_disagree(tree, folder, pixels):
    path = tree / folder / '000001.png'
    cv2.imwrite(str(path), pixels)
    size = '{}x{}'.format(*pixels.shape)
    assert (f'{path} is {size} but {tree / "masks/000001.png"} is 36x49'
            in problem(tree, 'size'))


def test_zero_depth(tree):
    cv2.imwrite(str(tree / 'depth/000001.png'), np.zeros((48, 64), np.uint16))
    assert '000001.png is zero everywhere' in problem(tree, 'depth')


def test_implausible_depth(tree):
    path = tree / 'depth/000001.png'
    cv2.imwrite(str(path), np.full((48, 64), 1500, np.uint16))
    assert ('0.30 m at 1/5000 m, or 1.50 m if it is in millimetres'
            in problem(tree, 'depth'))
    cv2.imwrite(str(path), np.full((48, 64), 60000, np.uint16))
    assert '12.00 m at 1/5000 m: store' in problem(tree, 'depth')


def test_whole_tree_in_millimetres(tree):
    for path in tree.glob('depth/*'):
        cv2.imwrite(str(path), np.full((48, 64), 2700, np.uint16))
    assert ('the typical depth is 0.54 m at 1/5000 m, or 2.70 m'
            in problem(tree, 'depth'))


def test_split_overlap(tree):
    path = tree / 'train.txt'
    path.write_text(path.read_text().replace('000004', '000005'))
    assert ('000005.png is listed in train.txt and val.txt'
            in problem(tree, 'split'))


def test_wrong_count(tree):
    path = tree / 'val.txt'
    path.write_text(path.read_text().rsplit('\n', 1)[0])
    assert f'{path} lists 2 images instead of 3' in problem(tree, 'count')


def test_bad_list(tree):
    path = tree / 'val.txt'
    text = path.read_text()
    path.write_text(text.replace('masks/000002', 'masks/000001'))
    assert f'{path}, line 2 is' in problem(tree, 'list')
    path.write_text(text.replace('\t', ' '))
    assert len(nyudv2.verify(tree, COUNTS).problems['list']) == 3
    path.unlink()
    assert f'{path} does not exist' in problem(tree, 'list')
