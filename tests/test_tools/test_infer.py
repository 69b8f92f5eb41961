"""tools/infer.py, as a user types it."""
from pathlib import Path

import numpy as np
import pytest
import tiny_translation
import torch
from conftest import load_tool
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE, write_nyudv2
from tiny_training import tiny_config

STREAMS = {'rgb', 'depth', 'ensemble'}
tool = load_tool('infer.py')


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with data, a config and a checkpoint, to stand in."""
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.dump(tmp_path / 'tiny.py')
    init_default_scope('mmseg')
    torch.save(MODELS.build(cfg.model).state_dict(), tmp_path / 'tiny.pth')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def infer(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['infer.py', *args])
    tool.main()


def written(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob('*.png')}


def test_the_command_line_names_what_failed(project, monkeypatch):
    (project / f'nyudv2/depth/{NAMES[0]}.png').unlink()
    broken = project / f'nyudv2/rgb/{NAMES[1]}.png'
    broken.write_bytes(broken.read_bytes()[:700])
    with pytest.raises(SystemExit) as info:
        infer(monkeypatch, 'tiny.py', 'tiny.pth', '--rgb', 'nyudv2/rgb',
              '--depth', 'nyudv2/depth', '--out', 'out', '--device', 'cpu')
    lines = info.value.code.strip().splitlines()
    assert lines[0].startswith(f'{NAMES[0]}: no file of that name in nyudv2')
    assert lines[1].startswith(f'{NAMES[1]}: nyudv2/rgb/{NAMES[1]}.png cannot')
    assert lines[2].startswith('2 files were broken')
    assert written(project / 'out') == {
        f'{kind}/{stream}/{NAMES[2]}.png' for stream in STREAMS
        for kind in ('labels', 'overlays')}


def test_flags_may_come_first_and_options_override(project, monkeypatch):
    infer(monkeypatch, '--rgb=nyudv2/rgb', '--depth', 'nyudv2/depth', '--out',
          'out', 'tiny.py', 'tiny.pth')
    assert len(written(project / 'out')) == 18
    for name in NAMES:
        labels = np.array(Image.open(f'out/labels/ensemble/{name}.png'))
        assert labels.shape == SIZE and labels.dtype == np.uint8
    infer(monkeypatch, 'tiny.py', 'tiny.pth', '--rgb', 'nyudv2/rgb',
          '--depth', 'nyudv2/depth', '--out', 'more', '--cfg-options',
          'test_dataloader.dataset.metainfo.palette=' + str([[0, 9, 0]] * 40))
    rgb = np.array(Image.open(f'nyudv2/rgb/{NAMES[0]}.png')).astype(int)
    overlay = np.array(Image.open(f'more/overlays/rgb/{NAMES[0]}.png'))
    assert abs(2 * overlay.astype(int) - rgb - [0, 9, 0]).max() <= 1


def test_single_files(project, monkeypatch):
    infer(monkeypatch, 'tiny.py', 'tiny.pth', '--rgb',
          f'nyudv2/rgb/{NAMES[0]}.png', '--depth',
          f'nyudv2/depth/{NAMES[1]}.png', '--out', '.')
    assert {f'labels/{s}/{NAMES[0]}.png' for s in STREAMS} <= written(project)


BOTH = ['--rgb', 'nyudv2/rgb', '--depth', 'nyudv2/depth']


@pytest.mark.parametrize('args, parts', [
    (['tiny.py', 'tiny.pth', *BOTH[:2]],
     ['modality depth is missing', 'rgb, depth']),
    (['tiny.py', 'tiny.pth', *BOTH, '--normal', 'x'],
     ['unknown modality normal', 'of the config are rgb, depth']),
    (['tiny.py', 'tiny.pth'], ['modality rgb, depth is missing']),
    (['tiny.py', 'tiny.pth', *BOTH[:2], '--depth', 'nowhere'],
     ['nowhere', 'not there']),
    (['tiny.py', 'tiny.pth', *BOTH[:2], '--depth', 'work'],
     ['no name is common']),
    (['none.py', 'tiny.pth', *BOTH], ['none.py is not there']),
    (['tiny.py', 'none.pth', *BOTH], ['none.pth is not there']),
    (['tiny.py', 'nyudv2/train.txt', *BOTH], ['train.txt cannot be read']),
    (['tiny.py', 'tiny.pth', *BOTH, '--cfg-options', 'a'],
     ['a is not of the form KEY=VALUE'])])
def test_wrong_arguments(project, monkeypatch, args, parts):
    (project / 'work').mkdir()
    with pytest.raises(SystemExit) as info:
        infer(monkeypatch, *args, '--out', 'out')
    assert [p for p in parts if p not in str(info.value)] == [], info.value
    assert not (project / 'out').exists()


def test_folder_to_write_to_is_asked_for(project, monkeypatch, capsys):
    with pytest.raises(SystemExit) as info:
        infer(monkeypatch, 'tiny.py', 'tiny.pth', '--rgb', 'nyudv2/rgb')
    assert info.value.code == 2
    assert '--out' in capsys.readouterr().err


def test_translation(tmp_path, monkeypatch):
    """One file is broken, one is missing; the third is translated."""
    tiny_translation.prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    first, second, third = tiny_translation.NAMES
    Path(f'rooms/edge_texture/{first}.png').unlink()
    broken = Path(f'rooms/reshading/{second}.png')
    broken.write_bytes(broken.read_bytes()[:700])
    args = ['rooms.py', 'rooms.pth', '--reshading', 'rooms/reshading',
            '--edge_texture', 'rooms/edge_texture', '--device', 'cpu']
    with pytest.raises(SystemExit) as info:
        infer(monkeypatch, *args, '--out', 'out')
    lines = info.value.code.strip().splitlines()
    assert lines[0].startswith(f'{first}: no file of that name in rooms/edge')
    assert lines[1].startswith(f'{second}: {broken} cannot be decoded')
    assert lines[2].startswith('2 files were broken')
    paths = {f'images/{stream}/{third}.png'
             for stream in ('reshading', 'edge_texture', 'ensemble')}
    assert written(tmp_path / 'out') == paths
    for path in ('rooms/reshading', 'rooms/edge_texture'):
        for name in (first, second):
            Path(f'{path}/{name}.png').unlink(missing_ok=True)
    infer(monkeypatch, *args, '--out', 'more')
    for path in paths:
        assert np.array_equal(*(np.array(Image.open(f'{out}/{path}'))
                                for out in ('out', 'more')))
    with pytest.raises(SystemExit, match='unknown modality rgb'):
        infer(monkeypatch, *args, '--rgb', 'rooms/rgb', '--out', 'out')
