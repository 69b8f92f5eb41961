"""Configs with options of the command line, and those of checkpoints."""
import pytest

from cen_mm.apis.checkpoint import find_config
from cen_mm.apis.config import UsageError, parse_options, read_config


def test_options_override_fields(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text('model = dict(depth=18, classes=("a", ))\nseed = 1\n')
    cfg = read_config(str(path), ['model.depth=50', 'model.x=[(1,2),a]',
                                  'seed=None'])
    assert cfg.model == dict(depth=50, classes=('a', ), x=[(1, 2), 'a'])
    assert cfg.seed is None and read_config(str(path)).seed == 1
    with pytest.raises(FileNotFoundError, match='no.py is not there'):
        read_config('no.py')
    for wrong in (['seed'], ['seed=1', 'model']):
        with pytest.raises(UsageError, match='not of the form KEY=VALUE'):
            parse_options(wrong)


def test_of_a_checkpoint_is_the_one_beside_it_or_the_one_named(tmp_path):
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
