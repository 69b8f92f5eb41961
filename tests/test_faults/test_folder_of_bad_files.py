"""One bad file of a folder is named, whatever is wrong; the rest is done."""
import io
import shutil
import struct
import zlib

import numpy as np
import pytest
import tiny_translation
from conftest import load_tool
from messages import fails
from PIL import Image
from tiny_nyudv2 import NAMES

from cen_mm.apis import MultimodalInferencer, pair_files
from cen_mm.runtime.folders import check_pixels

MODEL = ['config.py', 'net.pth']


def png(width, height, body=b''):
    """A PNG that claims to have a size."""
    def chunk(kind, data):
        return (struct.pack('>I', len(data)) + kind + data
                + struct.pack('>I', zlib.crc32(kind + data)))
    header = struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header)
            + chunk(b'IDAT', zlib.compress(body)) + chunk(b'IEND', b''))


def saved(array, form='PNG'):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, form)
    return buffer.getvalue()


BAD = dict(
    hostile=png(100000, 100000), below_opencvs_limit=png(30000, 30000),
    no_pixel=png(24, 0), cut=saved(np.zeros((24, 30, 3), np.uint8))[:60],
    empty=b'', text=b'hello', one_pixel=saved(np.zeros((1, 1), np.uint8)),
    two_bands=saved(np.zeros((24, 30, 2), np.uint8)),
    four_bands=saved(np.zeros((24, 30, 4), np.uint8)),
    floats=saved(np.full((24, 30), np.nan, np.float32), 'TIFF'),
    signed=saved(np.full((24, 30), -5, np.int32), 'TIFF'))


@pytest.fixture
def project(rgbd, tmp_path, monkeypatch):
    shutil.copytree(rgbd.root / 'data', tmp_path / 'data')
    shutil.copytree(rgbd.root / 'CEN', tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def infer(monkeypatch, *args):
    """Exit code and lines of the tool."""
    monkeypatch.setattr('sys.argv', ['infer.py', *args, '--device', 'cpu'])
    with pytest.raises(SystemExit) as info:
        load_tool('infer.py').main()
    assert isinstance(info.value.code, str)  # exit code 1
    return info.value.code.strip().splitlines()


@pytest.mark.parametrize('modality', ['rgb', 'depth'])
def test_every_kind_at_once(project, monkeypatch, modality):
    """Each beside good files of the other modality."""
    other = dict(rgb='depth', depth='rgb')[modality]
    good = project / f'data/{other}/{NAMES[0]}.png'
    for name, data in BAD.items():
        (project / f'data/{modality}/{name}.png').write_bytes(data)
        shutil.copy(good, project / f'data/{other}/{name}.png')
    (project / f'data/{modality}/lost.png').symlink_to('nowhere.png')
    shutil.copy(good, project / f'data/{other}/lost.png')
    lines = infer(monkeypatch, *MODEL, '--rgb', 'data/rgb', '--depth',
                  'data/depth', '--out', 'out')
    named = {line.split(':')[0]: line for line in lines[:-1]}
    assert lines[-1].startswith(f'{len(named)} files were broken')
    for name, line in named.items():
        assert f'data/{modality}/{name}.' in line
    assert {'hostile', 'below_opencvs_limit', 'no_pixel', 'cut', 'empty',
            'text', 'lost'} <= set(named)
    done = {p.stem for p in (project / 'out/labels/ensemble').iterdir()}
    assert done == {*NAMES, *BAD} - set(named)


def test_an_error_of_the_model_is_one_of_the_sample(project, monkeypatch):
    """Such as memory that does not suffice for one image."""
    predict = MultimodalInferencer.predict

    def fail(self, data, **kwargs):
        if NAMES[1] in data['data_samples'].img_path:
            raise RuntimeError('not enough\nmemory')
        return predict(self, data, **kwargs)

    monkeypatch.setattr(MultimodalInferencer, 'predict', fail)
    lines = infer(monkeypatch, *MODEL, '--rgb', 'data/rgb', '--depth',
                  'data/depth', '--out', 'out')
    assert lines[0].startswith(f'{NAMES[1]}: data/rgb/{NAMES[1]}.png and')
    assert lines[0].endswith('(RuntimeError: not enough memory)')
    assert len(list((project / 'out/labels/rgb').iterdir())) == 2


def test_translation(rooms, tmp_path, monkeypatch):
    shutil.copytree(rooms.root / 'rooms', tmp_path / 'rooms')
    shutil.copytree(rooms.root / 'CEN', tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    first, *others = tiny_translation.NAMES
    (tmp_path / f'rooms/reshading/{first}.png').write_bytes(BAD['hostile'])
    lines = infer(monkeypatch, *MODEL, '--reshading', 'rooms/reshading',
                  '--edge_texture', 'rooms/edge_texture', '--out', 'out')
    assert lines[0].startswith(
        f'{first}: rooms/reshading/{first}.png claims more than 89')
    assert lines[1].startswith('1 files were broken')
    assert {p.stem for p in (tmp_path / 'out/images/ensemble').iterdir()
            } == set(others)


def array_of(shape, content):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, dict(descr='<u2', fortran_order=False, shape=shape))
    return header.getvalue() + content


def test_array_that_claims_more_than_it_holds(project, monkeypatch):
    path = project / f'data/depth/{NAMES[0]}.npy'
    path.with_suffix('.png').unlink()
    path.write_bytes(array_of((100000, 100000), bytes(64)))
    lines = infer(monkeypatch, *MODEL, '--rgb', 'data/rgb', '--depth',
                  'data/depth', '--out', 'out')
    assert f'data/depth/{NAMES[0]}.npy cannot be' in lines[0]
    assert len(list((project / 'out/labels/rgb').iterdir())) == 2


def test_array_that_would_fill_the_memory(tmp_path):
    """20 GB of a sparse file."""
    path = tmp_path / 'a.npy'
    path.write_bytes(array_of((100000, 100000), b''))
    with open(path, 'r+b') as file:
        file.truncate(path.stat().st_size + 2 * 100000**2)
    with fails(ValueError, path, 'more than 89,478,485 pixels', 'tiles'):
        check_pixels(str(path))


def test_linked_folders_are_followed(tmp_path):
    """But not those back, which would never end."""
    for m in ('rgb', 'depth'):
        real = tmp_path / 'elsewhere' / m
        (real / 'b').mkdir(parents=True)
        (real / 'b/1.png').touch()
        folder = tmp_path / m
        folder.mkdir()
        (folder / '0.png').touch()
        (folder / 'a').symlink_to(real)
        (folder / 'twice').symlink_to(real)
        (folder / 'back').symlink_to(tmp_path)
        (real / 'b/back').symlink_to(real)
    samples, missing = pair_files({m: tmp_path / m for m in ('rgb', 'depth')})
    assert missing == []
    assert list(samples) == ['0', 'a/b/1', 'twice/b/1']
