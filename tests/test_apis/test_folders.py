"""Pairing of files by name."""
from pathlib import Path

import pytest
from messages import fails

from cen_mm.apis import pair_files


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_names_pair_whatever_the_suffix(tmp_path):
    touch(tmp_path, 'rgb/b.JPG', 'rgb/a.b.png', 'rgb/kitchen/a.jpeg',
          'rgb/.a.png', 'rgb/Thumbs.db', 'rgb/b.txt',
          'depth/kitchen/a.png', 'depth/b.tiff', 'depth/a.b.npy',
          'depth/.DS_Store')
    samples, missing = pair_files(
        dict(rgb=str(tmp_path / 'rgb'), depth=tmp_path / 'depth'))
    assert missing == []
    assert list(samples) == ['a.b', 'b', 'kitchen/a']
    assert samples['kitchen/a'] == dict(
        rgb=tmp_path / 'rgb/kitchen/a.jpeg',
        depth=tmp_path / 'depth/kitchen/a.png')
    assert samples['b']['rgb'].name == 'b.JPG'


def test_what_lacks_a_partner_is_named(tmp_path):
    touch(tmp_path, 'rgb/a.png', 'rgb/b.png', 'depth/a.png', 'depth/c.png',
          'thermal/a.npy', 'thermal/b.npy')
    samples, missing = pair_files(
        {m: tmp_path / m for m in ('rgb', 'depth', 'thermal')})
    assert list(samples) == ['a']
    assert [(line[:2], sorted(
        m for m in ('rgb', 'depth', 'thermal') if f"'{m}'" in line))
        for line in missing] == [('b:', ['depth']), ('c:', ['rgb']),
                                 ('c:', ['thermal'])]
    assert str(tmp_path / 'depth') in missing[0]


def test_single_files_are_one_sample(tmp_path):
    touch(tmp_path, 'left.png', 'range.npy')
    inputs = dict(rgb=tmp_path / 'left.png', depth=tmp_path / 'range.npy')
    assert pair_files(inputs) == (dict(left=inputs), [])


def test_names_may_end_as_those_of_the_data_set(tmp_path):
    """As in Cityscapes; other names are taken as they are."""
    touch(tmp_path, 'rgb/b_left.png', 'rgb/c.png', 'depth/b_range.png',
          'depth/c.png')
    samples, missing = pair_files(
        {m: tmp_path / m for m in ('rgb', 'depth')},
        dict(rgb='_left.png', depth='_range.npy', thermal='_heat.png'))
    assert missing == [] and list(samples) == ['b', 'c']
    assert samples['b']['depth'] == tmp_path / 'depth/b_range.png'


@pytest.mark.parametrize('files, inputs, error, parts', [
    (['rgb/a.png'], ['rgb', 'depth'], FileNotFoundError,
     ["/depth, the input of modality 'depth', is not there"]),
    (['rgb/a.png', 'depth/b.png', 'depth/c.png'], ['rgb', 'depth'],
     ValueError, ['no name is common', '1 in', '2 in', 'same name']),
    (['rgb/a.txt', 'depth/a.txt'], ['rgb', 'depth'], ValueError,
     ['no name is common', '0 in', '.png']),
    (['rgb/a.png', 'depth/a.png'], ['rgb/a.png', 'depth'], ValueError,
     ['rgb/a.png is a file', 'files alone or folders alone']),
    (['rgb/a.png', 'rgb/a.jpg', 'depth/a.png'], ['rgb', 'depth'],
     ValueError, ['rgb/a.jpg and', 'rgb/a.png have the same name']),
])
def test_bad_folders(tmp_path, files, inputs, error, parts):
    touch(tmp_path, *files)
    with fails(error, *parts) as info:
        pair_files({Path(p).parts[0]: tmp_path / p for p in inputs})
    assert '\n' not in str(info.value)
