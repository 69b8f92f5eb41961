"""The config that belongs to a checkpoint."""
import pytest

from cen_mm.apis.checkpoint import find_config


def test_is_the_one_beside_it_or_the_one_that_is_named(tmp_path):
    checkpoint = tmp_path / 'epoch_1.pth'
    with pytest.raises(FileNotFoundError, match='epoch_1.pth is not there'):
        find_config(str(checkpoint))
    checkpoint.touch()
    with pytest.raises(FileNotFoundError, match='give one with --config'):
        find_config(str(checkpoint))
    (tmp_path / 'mine.py').write_text('seed = 3\n')
    assert find_config(str(checkpoint)).seed == 3
    (tmp_path / 'other.py').write_text('seed = 4\n')
    with pytest.raises(ValueError, match='mine.py, other.py: give one'):
        find_config(str(checkpoint))
    assert find_config(str(checkpoint), str(tmp_path / 'other.py')).seed == 4
