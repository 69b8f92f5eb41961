"""The tree of rooms, against what is rendered."""
import cv2
import numpy as np
import pytest

from cen_mm.converters.datasets import rooms
from cen_mm.rooms import DOMAINS, render_room


def convert(out, **settings):
    settings = dict(dict(height=12, width=16, workers=1), **settings)
    return rooms.convert(out, dict(train=3, val=2), **settings)


def bytes_of(tree):
    return {str(path.relative_to(tree)): path.read_bytes()
            for path in tree.rglob('*') if path.is_file()}


def test_tree_holds_what_was_rendered(tmp_path):
    assert convert(tmp_path) == 5
    assert (tmp_path / 'train.txt').read_text() == '00000\n00001\n00002\n'
    assert (tmp_path / 'val.txt').read_text() == '50000\n50001\n'
    for domain, image in render_room(0, 50001, 12, 16).items():
        stored = cv2.imread(str(tmp_path / domain / '50001.png'),
                            cv2.IMREAD_UNCHANGED)
        assert stored.dtype == image.dtype
        assert np.array_equal(
            stored[..., ::-1] if stored.ndim == 3 else stored, image), domain
    assert len(bytes_of(tmp_path)) == 5 * len(DOMAINS) + 3


def test_workers_do_not_change_a_byte(tmp_path):
    for workers in 1, 2:
        convert(tmp_path / str(workers), workers=workers)
    assert bytes_of(tmp_path / '1') == bytes_of(tmp_path / '2')


def test_an_interrupted_run_goes_on(tmp_path):
    convert(tmp_path)
    before = bytes_of(tmp_path)
    kept = (tmp_path / 'rgb' / '00000.png').stat().st_mtime_ns
    (tmp_path / 'label' / '50001.png').unlink()
    (tmp_path / 'val.txt').unlink()
    assert convert(tmp_path) == 1
    assert bytes_of(tmp_path) == before
    assert (tmp_path / 'rgb' / '00000.png').stat().st_mtime_ns == kept
    assert convert(tmp_path) == 0


def test_other_settings_need_another_folder(tmp_path):
    convert(tmp_path)
    with pytest.raises(ValueError, match='rooms.json.*--out.*--overwrite'):
        convert(tmp_path, seed=1)
    assert convert(tmp_path, seed=1, overwrite=True) == 5
    (tmp_path / 'rooms.json').unlink()
    with pytest.raises(ValueError, match='no rooms.json: choose another'):
        convert(tmp_path, overwrite=True)


def test_split_too_large(tmp_path):
    with pytest.raises(ValueError, match='val has 50001 images: ask for'):
        rooms.convert(tmp_path, dict(train=1, val=50001))
    assert not list(tmp_path.iterdir())
