"""tools/infer.py, as a user types it."""
import shutil
from pathlib import Path

import numpy as np
import pytest
import tiny_translation
from conftest import load_tool
from messages import fails
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE

from cen_mm.datasets.nyudv2 import bit_colour

STREAMS = {'rgb', 'depth', 'ensemble'}
MODEL = ['config.py', 'net.pth']
BOTH = ['--rgb', 'data/rgb', '--depth', 'data/depth']


@pytest.fixture
def project(rgbd, tmp_path, monkeypatch):
    """A folder with data, a config and a checkpoint, to stand in."""
    shutil.copytree(rgbd.root / 'data', tmp_path / 'data')
    shutil.copytree(rgbd.root / 'CEN', tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def infer(monkeypatch):
    """Run the tool; returns what it wrote to the folder after --out."""

    def run(*args):
        monkeypatch.setattr('sys.argv', ['infer.py', *args])
        load_tool('infer.py').main()
        return written(args[args.index('--out') + 1])

    return run


def written(folder):
    return {p.relative_to(folder).as_posix()
            for p in Path(folder).rglob('*.png')}


def test_the_command_line_names_what_failed(project, infer):
    Path(f'data/depth/{NAMES[0]}.png').unlink()
    broken = Path(f'data/rgb/{NAMES[1]}.png')
    broken.write_bytes(broken.read_bytes()[:700])
    with pytest.raises(SystemExit) as info:
        infer(*MODEL, *BOTH, '--out', 'out', '--device', 'cpu')
    lines = info.value.code.strip().splitlines()
    assert lines[0].startswith(
        f'{NAMES[0]}: no file of that name in data/depth')
    assert lines[1].startswith(f'{NAMES[1]}: {broken} cannot be decoded')
    assert lines[2].startswith('2 files were broken')
    assert written('out') == {
        f'{kind}/{stream}/{NAMES[2]}.png' for stream in STREAMS
        for kind in ('labels', 'overlays')}


def test_flags_may_come_first_and_options_override(project, infer):
    assert len(infer('--rgb=data/rgb', *BOTH[2:], '--out', 'out',
                     *MODEL)) == 18
    for name in NAMES:
        labels = np.array(Image.open(f'out/labels/ensemble/{name}.png'))
        assert labels.shape == SIZE and labels.dtype == np.uint8
    infer(*MODEL, *BOTH, '--out', 'more', '--cfg-options',
          'test_dataloader.dataset.metainfo.palette=' + str([[0, 9, 0]] * 40))
    rgb = np.array(Image.open(f'data/rgb/{NAMES[0]}.png')).astype(int)
    overlay = np.array(Image.open(f'more/overlays/rgb/{NAMES[0]}.png'))
    assert abs(2 * overlay.astype(int) - rgb - [0, 9, 0]).max() <= 1


def test_single_files(project, infer):
    assert {f'labels/{s}/{NAMES[0]}.png' for s in STREAMS} <= infer(
        *MODEL, '--rgb', f'data/rgb/{NAMES[0]}.png', '--depth',
        f'data/depth/{NAMES[1]}.png', '--out', '.')


def test_one_of_the_folders_is_enough(project, infer):
    assert infer(*MODEL, *BOTH[:2], '--out', 'out') == {
        f'{kind}/{stream}/{name}.png' for stream in ('rgb', 'ensemble')
        for kind in ('labels', 'overlays') for name in NAMES}
    for name in NAMES:
        alone, ensemble = (
            np.array(Image.open(f'out/labels/{stream}/{name}.png'))
            for stream in ('rgb', 'ensemble'))
        assert np.array_equal(alone, ensemble)


@pytest.mark.parametrize('args, parts', [
    ([*MODEL, *BOTH, '--normal', 'x'],
     ['unknown modality normal', 'of the config are rgb, depth']),
    (MODEL, ['modality rgb, depth is missing']),
    ([*MODEL, *BOTH[:2], '--depth', 'nowhere'], ['nowhere', 'not there']),
    ([*MODEL, *BOTH[:2], '--depth', 'work'], ['no name is common']),
    (['none.py', 'net.pth', *BOTH], ['none.py is not there']),
    (['config.py', 'none.pth', *BOTH], ['none.pth is not there']),
    (['config.py', 'data/train.txt', *BOTH], ['train.txt cannot be read']),
    ([*MODEL, *BOTH, '--cfg-options', 'a'],
     ['a is not of the form KEY=VALUE'])])
def test_wrong_arguments(project, infer, args, parts):
    Path('work').mkdir()
    with fails(SystemExit, *parts):
        infer(*args, '--out', 'out')
    assert not Path('out').exists()


def test_folder_to_write_to_is_asked_for(infer, capsys):
    with pytest.raises(SystemExit) as info:
        infer(*MODEL, *BOTH)
    assert info.value.code == 2
    assert '--out' in capsys.readouterr().err


def test_translation(rooms, tmp_path, monkeypatch, infer):
    """One file is broken, one is missing; the third is translated."""
    shutil.copytree(rooms.root / 'rooms', tmp_path / 'rooms')
    shutil.copytree(rooms.root / 'CEN', tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    first, second, third = tiny_translation.NAMES
    Path(f'rooms/edge_texture/{first}.png').unlink()
    broken = Path(f'rooms/reshading/{second}.png')
    broken.write_bytes(broken.read_bytes()[:700])
    args = [*MODEL, '--reshading', 'rooms/reshading', '--edge_texture',
            'rooms/edge_texture', '--device', 'cpu']
    with pytest.raises(SystemExit) as info:
        infer(*args, '--out', 'out')
    lines = info.value.code.strip().splitlines()
    assert lines[0].startswith(f'{first}: no file of that name in rooms/edge')
    assert lines[1].startswith(f'{second}: {broken} cannot be decoded')
    assert lines[2].startswith('2 files were broken')
    paths = {f'images/{stream}/{third}.png'
             for stream in ('reshading', 'edge_texture', 'ensemble')}
    assert written('out') == paths
    # Without the others it is translated in the same way.
    for name in (first, second):
        for path in Path('rooms').glob(f'*/{name}.png'):
            path.unlink()
    assert infer(*args, '--out', 'more', '--panels') == {
        *paths, f'panels/{third}.png'}
    for path in paths:
        assert np.array_equal(*(np.array(Image.open(f'{out}/{path}'))
                                for out in ('out', 'more')))
    with pytest.raises(SystemExit, match='unknown modality rgb'):
        infer(*args, '--rgb', 'rooms/rgb', '--out', 'out')


def test_panels(project, infer):
    """Inputs, streams and ensemble side by side, above their colours."""
    files = infer(*MODEL, *BOTH, '--out', 'out', '--panels')
    assert {f'panels/{name}.png' for name in NAMES} < files
    assert f'panels/{NAMES[0]}.png' in infer(
        *MODEL, *BOTH[:2], '--out', 'rgb_alone', '--panels')
    assert len(files) == 18 + 3
    panel = np.array(Image.open(f'out/panels/{NAMES[0]}.png').convert('RGB'))
    height, width = SIZE
    # The overlays of five panels, each enlarged.
    assert panel.shape[1] > 5 * 4 * width and panel.shape[0] > 4 * height
    legend = {tuple(colour) for colour in panel.reshape(-1, 3).tolist()}
    for stream in STREAMS:
        labels = np.array(Image.open(f'out/labels/{stream}/{NAMES[0]}.png'))
        for label in np.unique(labels).tolist():
            assert tuple(bit_colour(label + 1)) in legend
    assert {(68, 1, 84), (253, 231, 36), (128, 128, 128)} <= legend


def test_show_of_a_single_sample(project, infer, monkeypatch):
    shown = []
    monkeypatch.setattr(Image.Image, 'show', lambda self, title: shown.append(
        (self.size, title)))
    single = [arg.replace('data/rgb', f'data/rgb/{NAMES[0]}.png').replace(
        'data/depth', f'data/depth/{NAMES[0]}.png') for arg in BOTH]
    assert f'panels/{NAMES[0]}.png' in infer(
        *MODEL, *single, '--out', 'out', '--show')
    assert shown == [(Image.open(f'out/panels/{NAMES[0]}.png').size,
                      NAMES[0])]
    with fails(SystemExit, '--show is about a single sample', '--panels'):
        infer(*MODEL, *BOTH, '--out', 'more', '--show')
    assert not Path('more').exists()
