"""Labels and verification of Cityscapes, on its official layout."""
import numpy as np
import pytest
from faults import image, problems, spoil
from PIL import Image
from tiny_cityscapes import SIZE, STEMS, TRAIN_ID, path_of, write_cityscapes

from cen_mm.converters.datasets import cityscapes

COUNTS = dict(train=2, val=1)
SAMPLE = 'train', STEMS['train'][1]
PARTS = {'rgb': ('leftImg8bit', *SAMPLE, 'leftImg8bit'),
         'masks': ('gtFine', *SAMPLE, 'gtFine_labelTrainIds'),
         'depth': ('disparity', *SAMPLE, 'disparity')}


@pytest.fixture
def official(tmp_path):
    return write_cityscapes(tmp_path)


@pytest.fixture
def root(official):
    assert cityscapes.convert(official.root) == 3
    return official.root


def test_labels(official, root):
    for split, stems in STEMS.items():
        for stem, ids in zip(stems, official.ids[split]):
            made = np.array(Image.open(path_of(
                root, 'gtFine', split, stem, 'gtFine_labelTrainIds')))
            assert made.dtype == np.uint8
            assert np.array_equal(made, TRAIN_ID[ids])
    assert set(TRAIN_ID) == {*range(19), 255}  # the table of the test itself
    assert not list(root.rglob('.*.png'))  # nothing half written


def test_report_of_a_sound_folder(official, root):
    report = cityscapes.verify(root, COUNTS)
    assert not report.problems, report
    assert report.splits == [('train', 2, 2), ('val', 1, 1)]
    assert report.contents == {
        ('rgb', '32x64', 'uint8'): 3, ('masks', '32x64', 'uint8'): 3,
        ('depth', '32x64', 'uint16'): 3}
    arrays = official.disparity['train'] + official.disparity['val']
    shares = [100 * np.isfinite(array).mean() for array in arrays]
    assert np.allclose(sorted(report.values[cityscapes.VALID]),
                       sorted(shares))
    assert np.allclose(sorted(report.values[cityscapes.MEDIAN]),
                       sorted(np.nanmedian(array) for array in arrays))
    assert f'typically {np.median(shares):.2f} %' in str(report)


@pytest.mark.parametrize('part, content, kind, message', [
    ('depth', None, 'missing',
     '{path} does not exist: unpack disparity_trainvaltest.zip again'),
    ('masks', None, 'missing', '{path} does not exist: make it with --root'),
    *[(part, 100, 'unreadable', '{path} is truncated') for part in PARTS],
    ('depth', image(SIZE, 40), 'type', 'must have 16 bits'),
    ('depth', image(SIZE, 0, np.uint16), 'disparity',
     '{path} is zero everywhere'),
    ('depth', image((31, 64), 4000, np.uint16), 'size',
     '{path} is 31x64 beside files of 32x64'),
    ('masks', image(SIZE, 26), 'label', '{path} holds label 26'),  # id of cars
    ('masks', image(SIZE, 255), 'label', '{path} ignores every pixel'),
])
def test_a_fault(root, part, content, kind, message):
    path = path_of(root, *PARTS[part])
    spoil(path, content)
    sentence, = problems(cityscapes.verify(root, COUNTS), kind)
    assert message.format(path=path) in sentence


def test_missing_image(root):
    """Found by the rest of the sample, not only by the count."""
    path = path_of(root, *PARTS['rgb'])
    path.unlink()
    missing, count = problems(
        cityscapes.verify(root, COUNTS), 'missing', 'count')
    assert str(path) in missing
    assert 'train holds 1 images instead of 2' in count


# ---------------------------------------------------------------- bad input

@pytest.mark.parametrize('content, match', [
    (image(SIZE, 34), 'up to 34: official ids .* end at 33'),
    (image((*SIZE, 3)), 'shape .*, 3.*: official ids'),
    (200, 'is truncated')])
def test_bad_ids(official, content, match):
    path = path_of(official.root, 'gtFine', *SAMPLE, 'gtFine_labelIds')
    spoil(path, content)
    with pytest.raises(ValueError, match=f'{path} .*{match}'):
        cityscapes.convert(official.root)


def test_no_labels_at_all(official):
    folder = official.root / 'gtFine/val'
    for path in folder.rglob('*.png'):
        path.unlink()
    with pytest.raises(FileNotFoundError, match=f'{folder} has no <city>/'):
        cityscapes.convert(official.root)
