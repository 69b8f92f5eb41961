"""Verification of a tree of images, with one fault at a time."""
import cv2
import numpy as np
import pytest
from faults import image, problems, spoil
from PIL import Image

from cen_mm.converters.datasets.nyudv2 import TREE

COUNTS = dict(train=2, val=3)
NUMBERS = dict(train=[3, 4], val=[1, 2, 5])
MASK, DEPTH = (36, 49), (48, 64)


@pytest.fixture
def tree(tmp_path):
    """As the authors have it: depth not cropped, labels in a palette."""
    rng = np.random.default_rng(2)
    for folder in ('rgb', 'masks', 'depth'):
        (tmp_path / folder).mkdir()
    for split, numbers in NUMBERS.items():
        names = [f'{n:06d}.png' for n in numbers]
        (tmp_path / f'{split}.txt').write_text('\n'.join(
            f'rgb/{n}\tmasks/{n}\tdepth/{n}' for n in names))
        for name in names:
            rgb = rng.integers(0, 256, (*MASK, 3), np.uint8)
            Image.fromarray(rgb).save(tmp_path / 'rgb' / name)
            mask = rng.integers(0, 40, MASK, np.uint8)
            mask[0] = 255
            mask = Image.fromarray(mask)
            mask.putpalette(rng.integers(0, 256, 768, np.uint8).tobytes())
            mask.save(tmp_path / 'masks' / name)
            depth = rng.integers(4000, 40000, DEPTH, np.uint16)
            cv2.imwrite(str(tmp_path / 'depth' / name), depth)
    return tmp_path


def test_folder_of_the_authors_is_sound(tree):
    assert np.array(Image.open(tree / 'masks/000001.png')).ndim == 2
    assert cv2.imread(str(tree / 'masks/000001.png'), -1).ndim == 3
    report = TREE.verify(tree, COUNTS)
    assert not report.problems and 'no problem found' in str(report)
    assert report.splits == [('train', 2, 2), ('val', 3, 3)]
    assert report.contents == {
        ('rgb', '36x49', 'uint8'): 5, ('masks', '36x49', 'uint8'): 5,
        ('depth', '48x64', 'uint16'): 5}


@pytest.mark.parametrize('file, content, kind, message', [
    *[(f'{folder}/000002.png', lost, 'unreadable', '{path} is truncated')
      for folder in ('rgb', 'masks', 'depth') for lost in (1, 12, 400)],
    ('depth/000002.png', None, 'missing', '{path} does not exist'),
    ('depth/000003.png', image(DEPTH, 120), 'type',
     '{path} holds uint8 of shape (48, 64): it must have 16 bits and 1 '
     'channel'),
    ('masks/000003.png', image((*MASK, 3)), 'type',
     '{path} holds uint8 of shape (36, 49, 3)'),
    ('rgb/000003.png', image(MASK), 'type',
     'it must have 8 bits and 3 channels'),
    ('masks/000004.png', image(MASK, 40), 'label', '{path} holds label 40'),
    ('rgb/000001.png', image((36, 50, 3)), 'size',
     '{path} is 36x50 but {root}/masks/000001.png is 36x49'),
    ('depth/000001.png', image((35, 64), 9000, np.uint16), 'size',
     '{path} is 35x64 but {root}/masks/000001.png is 36x49'),
    ('depth/000001.png', image(DEPTH, 0, np.uint16), 'depth',
     '{path} is zero everywhere'),
    ('depth/000001.png', image(DEPTH, 1500, np.uint16), 'depth',
     '0.30 m at 1/5000 m, or 1.50 m if it is in millimetres'),
    ('depth/000001.png', image(DEPTH, 60000, np.uint16), 'depth',
     '12.00 m at 1/5000 m: store'),
    ('val.txt', None, 'list', '{path} does not exist'),
])
def test_a_fault(tree, file, content, kind, message):
    spoil(tree / file, content)
    sentence, = problems(TREE.verify(tree, COUNTS), kind)
    assert message.format(root=tree, path=tree / file) in sentence


@pytest.mark.parametrize('file, change, kind, message', [
    ('train.txt', ('000004', '000005'), 'split',
     '000005.png is listed in train.txt and val.txt'),
    ('val.txt', ('\nrgb/000005.png\tmasks/000005.png\tdepth/000005.png', ''),
     'count', '{path} lists 2 images instead of 3'),
    ('val.txt', ('masks/000002', 'masks/000001'), 'list', '{path}, line 2 is'),
])
def test_a_fault_in_a_list(tree, file, change, kind, message):
    spoil(tree / file, (tree / file).read_text().replace(*change))
    sentence, = problems(TREE.verify(tree, COUNTS), kind)
    assert message.format(path=tree / file) in sentence


def test_only_five_problems_of_a_kind_are_printed(tree):
    for path in [*tree.glob('rgb/*'), *tree.glob('depth/*')]:
        path.unlink()
    report = TREE.verify(tree, COUNTS)
    assert len(report.problems['missing']) == 10
    assert str(report).count('does not exist') == 5
    assert '... and 5 more' in str(report)
    spoil(tree / 'val.txt', (tree / 'val.txt').read_text().replace('\t', ' '))
    assert len(TREE.verify(tree, COUNTS).problems['list']) == 3


def test_whole_tree_in_millimetres(tree):
    for path in tree.glob('depth/*'):
        spoil(path, image(DEPTH, 2700, np.uint16))
    sentence, = problems(TREE.verify(tree, COUNTS), 'depth')
    assert 'the typical depth is 0.54 m at 1/5000 m, or 2.70 m' in sentence
