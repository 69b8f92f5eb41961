"""Verification of a tree of images, with one fault at a time."""
import cv2
import numpy as np
import pytest
from faults import image, problems, spoil
from PIL import Image
from tiny_nyudv2 import write_nyudv2

from cen_mm.converters.datasets.nyudv2 import TREE

COUNTS = dict(train=1, val=2)
MASK, DEPTH = (24, 30), (28, 37)


@pytest.fixture
def tree(tmp_path):
    """As the authors have it: depth not cropped, labels in a palette."""
    data = write_nyudv2(tmp_path)
    first, *others = (tmp_path / 'train.txt').read_text().splitlines()
    (tmp_path / 'train.txt').write_text(first)
    (tmp_path / 'val.txt').write_text('\n'.join(others))
    for name, mask in zip(data.names, data.masks):
        mask[0] = 255
        image = Image.fromarray(mask)
        image.putpalette(np.random.default_rng(2).integers(
            0, 256, 768, np.uint8).tobytes())
        image.save(tmp_path / f'masks/{name}.png')
    return tmp_path


def test_folder_of_the_authors_is_sound(tree):
    assert np.array(Image.open(tree / 'masks/000003.png')).ndim == 2
    assert cv2.imread(str(tree / 'masks/000003.png'), -1).ndim == 3
    report = TREE.verify(tree, COUNTS)
    assert not report.problems and 'no problem found' in str(report)
    assert report.splits == [('train', 1, 1), ('val', 2, 2)]
    assert report.contents == {
        ('rgb', '24x30', 'uint8'): 3, ('masks', '24x30', 'uint8'): 3,
        ('depth', '28x37', 'uint16'): 3}


@pytest.mark.parametrize('file, content, kind, message', [
    *[(f'{folder}/000004.png', lost, 'unreadable', '{path} is truncated')
      for folder in ('rgb', 'masks', 'depth') for lost in (1, 12, 400)],
    ('depth/000004.png', None, 'missing', '{path} does not exist'),
    ('depth/000003.png', image(DEPTH, 120), 'type',
     '{path} holds uint8 of shape (28, 37): it must have 16 bits and 1 '
     'channel'),
    ('masks/000003.png', image((*MASK, 3)), 'type',
     '{path} holds uint8 of shape (24, 30, 3)'),
    ('rgb/000003.png', image(MASK), 'type',
     'it must have 8 bits and 3 channels'),
    ('masks/000004.png', image(MASK, 40), 'label', '{path} holds label 40'),
    ('rgb/000005.png', image((24, 31, 3)), 'size',
     '{path} is 24x31 but {root}/masks/000005.png is 24x30'),
    ('depth/000005.png', image((23, 37), 9000, np.uint16), 'size',
     '{path} is 23x37 but {root}/masks/000005.png is 24x30'),
    ('depth/000005.png', image(DEPTH, 0, np.uint16), 'depth',
     '{path} is zero everywhere'),
    ('depth/000005.png', image(DEPTH, 1500, np.uint16), 'depth',
     '0.30 m at 1/5000 m, or 1.50 m if it is in millimetres'),
    ('depth/000005.png', image(DEPTH, 60000, np.uint16), 'depth',
     '12.00 m at 1/5000 m: store'),
    ('val.txt', None, 'list', '{path} does not exist'),
])
def test_a_fault(tree, file, content, kind, message):
    spoil(tree / file, content)
    sentence, = problems(TREE.verify(tree, COUNTS), kind)
    assert message.format(root=tree, path=tree / file) in sentence


@pytest.mark.parametrize('file, change, kind, message', [
    ('train.txt', ('000003', '000005'), 'split',
     '000005.png is listed in train.txt and val.txt'),
    ('val.txt', ('\nrgb/000005.png\tmasks/000005.png\tdepth/000005.png', ''),
     'count', '{path} lists 1 images instead of 2'),
    ('val.txt', ('masks/000005', 'masks/000003'), 'list',
     '{path}: rgb/000005.png and masks/000003.png stand in one line'),
])
def test_a_fault_in_a_list(tree, file, change, kind, message):
    spoil(tree / file, (tree / file).read_text().replace(*change))
    sentence, = problems(TREE.verify(tree, COUNTS), kind)
    assert message.format(path=tree / file) in sentence


def test_only_five_problems_of_a_kind_are_printed(tree):
    for path in [*tree.glob('rgb/*'), *tree.glob('depth/*')]:
        path.unlink()
    report = TREE.verify(tree, COUNTS)
    assert len(report.problems['missing']) == 6
    assert str(report).count('does not exist') == 5
    assert '... and 1 more' in str(report)


@pytest.mark.parametrize('before, name', [
    ('', 'kitchen/000004'), ('\ufeff', '000004')])
def test_lists_are_read_as_by_training(tree, before, name):
    for folder in 'rgb', 'masks', 'depth':
        path = tree / folder / f'{name}.png'
        path.parent.mkdir(exist_ok=True)
        (tree / folder / '000004.png').rename(path)
    text = (tree / 'val.txt').read_text().replace('000004', name)
    for lines in text, f'{name} \n\n000005\n':
        (tree / 'val.txt').write_text(before + lines, encoding='utf-8')
        assert not TREE.verify(tree, COUNTS).problems
    (tree / 'val.txt').write_bytes(text.encode('utf-16'))
    sentence, = problems(TREE.verify(tree, COUNTS), 'list')
    assert 'val.txt is no text in UTF-8' in sentence


def test_whole_tree_in_millimetres(tree):
    for path in tree.glob('depth/*'):
        spoil(path, image(DEPTH, 2700, np.uint16))
    sentence, = problems(TREE.verify(tree, COUNTS), 'depth')
    assert 'the typical depth is 0.54 m at 1/5000 m, or 2.70 m' in sentence
