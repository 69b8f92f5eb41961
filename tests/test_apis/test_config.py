"""Configs with options of the command line, and those of checkpoints."""
import pytest
import torch

from cen_mm.apis.checkpoint import find_config
from cen_mm.apis.config import UsageError, parse_options, read_config


def test_options_override_fields(tmp_path):
    path = tmp_path / 'mine.py'
    path.write_text('model = dict(depth=18, classes=("a", ))\nresume = 1\n')
    cfg = read_config(str(path), ['model.depth=50', 'model.x=[(1,2),a]',
                                  'resume=None'])
    assert cfg.model == dict(depth=50, classes=('a', ), x=[(1, 2), 'a'])
    assert cfg.resume is None and read_config(str(path)).resume == 1
    with pytest.raises(FileNotFoundError, match='no.py is not there'):
        read_config('no.py')
    for wrong in (['seed'], ['seed=1', 'model']):
        with pytest.raises(UsageError, match='not of the form KEY=VALUE'):
            parse_options(wrong)


def test_of_a_checkpoint_is_its_own_or_the_one_named(tmp_path):
    """Whatever else lies beside it is a stranger's, and not run."""
    checkpoint, run = tmp_path / 'epoch_1.pth', tmp_path / 'run'
    stray = tmp_path / 'cleanup.py'
    stray.write_text(f'open({str(run)!r}, "w")\nseed = 3\n')
    with pytest.raises(FileNotFoundError, match='epoch_1.pth is not there'):
        find_config(str(checkpoint))
    for content, error, message in (
            (b'', ValueError, 'cannot be read as a checkpoint'),
            ([1], ValueError, 'holds a list and no weights'),
            (dict(meta=dict(cfg='seed = 4\n')), FileNotFoundError,
             'epoch_1.pth was trained with: give one with --config'),
            (dict(state_dict={}), FileNotFoundError, 'with --config')):
        if isinstance(content, bytes):
            checkpoint.write_bytes(content)
        else:
            torch.save(content, checkpoint)
        with pytest.raises(error, match=message):
            find_config(str(checkpoint))
    torch.save(dict(meta=dict(cfg='seed = 4\n')), checkpoint)
    (tmp_path / 'mine.py').write_text('seed = 4\n')
    assert find_config(str(checkpoint)).seed == 4
    assert not run.exists()
    assert find_config(str(checkpoint), str(stray)).seed == 3
