"""Labels and check of Cityscapes, on its official layout."""
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny_cityscapes import SIZE, STEMS, TRAIN_ID, path_of, write_cityscapes

TOOLS = Path(__file__).parents[2] / 'tools/dataset_converters'
sys.path.insert(0, str(TOOLS))
import cityscapes  # noqa: E402

COUNTS = {'train': 2, 'val': 1}
SAMPLE = 'train', STEMS['train'][1]


@pytest.fixture
def official(tmp_path):
    return write_cityscapes(tmp_path)


@pytest.fixture
def root(official):
    assert cityscapes.convert(official.root) == 3
    return official.root


def save(path, array):
    Image.fromarray(array).save(path)
    return path


def test_labels(official, root):
    for split, stems in STEMS.items():
        for stem, ids in zip(stems, official.ids[split]):
            made = np.array(Image.open(path_of(
                root, 'gtFine', split, stem, 'gtFine_labelTrainIds')))
            assert made.dtype == np.uint8
            assert np.array_equal(made, TRAIN_ID[ids])
    assert set(TRAIN_ID) == {*range(19), 255}  # the table of the test itself
    assert not list(root.rglob('.*.png'))  # nothing half written


def test_a_good_folder(root):
    report = cityscapes.verify(root, COUNTS)
    assert not report.problems, report
    assert report.splits == [('train', 2, 2), ('val', 1, 1)]
    assert report.contents == {
        ('rgb', '32x64', 'uint8'): 3, ('masks', '32x64', 'uint8'): 3,
        ('depth', '32x64', 'uint16'): 3}


def test_figures(official, root):
    report = cityscapes.verify(root, COUNTS)
    arrays = official.disparity['train'] + official.disparity['val']
    shares = [100 * np.isfinite(array).mean() for array in arrays]
    assert np.allclose(sorted(report.figures[cityscapes.VALID]),
                       sorted(shares))
    assert np.allclose(sorted(report.figures[cityscapes.MEDIAN]),
                       sorted(np.nanmedian(array) for array in arrays))
    assert f'typically {np.median(shares):.2f} %' in str(report)


def run(*args):
    return subprocess.run([sys.executable, TOOLS / 'cityscapes.py', *args],
                          check=False, capture_output=True, text=True)


def test_command_line(official):
    made = run('--root', official.root)
    assert made.returncode == 0 and 'wrote 3 label maps' in made.stdout
    verified = run('--verify', official.root)
    assert verified.returncode == 1
    assert 'train holds 2 images instead of 2975' in verified.stdout
    wrong = run('--root', official.root / 'gtFine')
    assert wrong.returncode == 1 and wrong.stderr.startswith('error: ')
    assert run().returncode == 2


# ---------------------------------------------------------------- bad input

@pytest.mark.parametrize('content, match', [
    (np.full(SIZE, 34, np.uint8), 'up to 34: official ids .* end at 33'),
    (np.zeros((*SIZE, 3), np.uint8), 'shape .*, 3.*: official ids'),
    (None, 'is truncated'),
])
def test_bad_ids(official, content, match):
    path = path_of(official.root, 'gtFine', *SAMPLE, 'gtFine_labelIds')
    if content is None:
        path.write_bytes(path.read_bytes()[:-200])
    else:
        save(path, content)
    with pytest.raises(ValueError, match=f'{path} .*{match}'):
        cityscapes.convert(official.root)


def test_no_labels_at_all(official):
    folder = official.root / 'gtFine/val'
    for path in folder.rglob('*.png'):
        path.unlink()
    with pytest.raises(FileNotFoundError, match=f'{folder} has no <city>/'):
        cityscapes.convert(official.root)


def problems(root, *kinds):
    """Return the one sentence of each kind of problem that there is."""
    report = cityscapes.verify(root, COUNTS)
    assert sorted(report.problems) == sorted(kinds), report
    sentences = [report.problems[kind] for kind in kinds]
    assert all(len(found) == 1 for found in sentences)
    return [found[0] for found in sentences]


@pytest.mark.parametrize('folder, suffix, remedy', [
    ('disparity', 'disparity', 'unpack disparity_trainvaltest.zip again'),
    ('gtFine', 'gtFine_labelTrainIds', 'make it with --root')])
def test_missing_partner(root, folder, suffix, remedy):
    path = path_of(root, folder, *SAMPLE, suffix)
    path.unlink()
    assert problems(root, 'missing') == [f'{path} does not exist: {remedy}']


def test_missing_image(root):
    """Seen by what is left of the sample, not only by the count."""
    path = path_of(root, 'leftImg8bit', *SAMPLE, 'leftImg8bit')
    path.unlink()
    missing, count = problems(root, 'missing', 'count')
    assert str(path) in missing
    assert 'train holds 1 images instead of 2' in count


@pytest.mark.parametrize('folder, suffix', [
    ('leftImg8bit', 'leftImg8bit'), ('disparity', 'disparity'),
    ('gtFine', 'gtFine_labelTrainIds')])
def test_truncated_png(root, folder, suffix):
    path = path_of(root, folder, *SAMPLE, suffix)
    path.write_bytes(path.read_bytes()[:-100])
    sentence, = problems(root, 'unreadable')
    assert f'{path} is truncated' in sentence


def test_disparity(root):
    path = path_of(root, 'disparity', *SAMPLE, 'disparity')
    save(path, np.full(SIZE, 40, np.uint8))
    assert 'must have 16 bits' in problems(root, 'type')[0]
    save(path, np.zeros(SIZE, np.uint16))
    assert f'{path} is zero everywhere' in problems(root, 'disparity')[0]
    save(path, np.full((31, 64), 4000, np.uint16))
    assert f'{path} is 31x64 beside files of 32x64' in (
        problems(root, 'size')[0])


def test_labels_that_are_not_those_of_training(root):
    path = path_of(root, 'gtFine', *SAMPLE, 'gtFine_labelTrainIds')
    save(path, np.full(SIZE, 26, np.uint8))  # the official id of cars
    assert f'{path} holds label 26' in problems(root, 'label')[0]
    save(path, np.full(SIZE, 255, np.uint8))
    assert f'{path} ignores every pixel' in problems(root, 'label')[0]
