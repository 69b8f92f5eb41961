"""What a user of the inferencer reads when something does not fit."""
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from mmengine.config import Config
from PIL import Image
from test_inferencer import files_of, prepare
from tiny_nyudv2 import NAMES, SIZE

from cen_mm.apis import MultimodalInferencer

DEPTH = np.zeros(SIZE, np.uint16)
RGB = np.zeros((*SIZE, 3), np.uint8)


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    root = tmp_path_factory.mktemp('bad')
    prepare(root)
    return root, MultimodalInferencer(root / 'tiny.py', root / 'tiny.pth')


def says(info, *parts):
    message = str(info.value)
    assert [p for p in parts if str(p) not in message] == [], message
    return message


@pytest.mark.parametrize('share', [0, 0.01, 0.5, 0.9])
@pytest.mark.parametrize('modality, suffix', [
    ('rgb', '.png'), ('rgb', '.jpg'), ('depth', '.png'), ('depth', '.tiff')])
def test_truncated_file(tiny, tmp_path, modality, suffix, share):
    root, inferencer = tiny
    files = files_of(root, 0, ['rgb', 'depth'])
    path = tmp_path / f'a{suffix}'
    Image.open(files[modality]).save(path)
    files[modality] = path
    if suffix == '.png' or modality == 'rgb':
        Image.open(path).verify()
    path.write_bytes(path.read_bytes()[:int(share * path.stat().st_size)])
    with pytest.raises(ValueError) as info:
        inferencer(files)
    says(info, path, 'cannot be decoded', 'write the file again')


def test_files_that_are_no_images(tiny, tmp_path):
    root, inferencer = tiny
    path = tmp_path / 'a.png'
    path.write_text('hello')
    with pytest.raises(ValueError) as info:
        inferencer(dict(files_of(root, 0, ['depth']), rgb=path))
    says(info, path, 'cannot be decoded')
    with pytest.raises(FileNotFoundError) as info:
        inferencer(dict(files_of(root, 0, ['rgb']), depth=tmp_path / 'b.png'))
    says(info, tmp_path / 'b.png', 'the depth of the sample', 'not there')


@pytest.mark.parametrize('sample, parts', [
    (dict(rgb=RGB, depth=DEPTH.astype(np.uint8)),
     ['the depth array is uint8', 'expects uint16']),
    (dict(rgb=RGB, depth=DEPTH[:-1]),
     ['the depth array is 23 x 30', 'the rgb array is 24 x 30', 'aligned']),
    (dict(rgb=RGB.astype(np.float32), depth=DEPTH),
     ['the rgb array is float32', 'give uint8 of shape (H, W, 3)']),
    (dict(rgb=RGB[..., 0], depth=DEPTH), ['the rgb array', '(24, 30)']),
    (dict(rgb=RGB.transpose(2, 0, 1), depth=DEPTH), ['(3, 24, 30)']),
    (dict(rgb=RGB), ['modality depth is missing', 'are rgb, depth']),
    (dict(depth=DEPTH), ['modality rgb is missing']),
    (dict(rgb=RGB, depth=DEPTH, normal=RGB, heat=RGB),
     ['unknown modality heat, normal', 'are rgb, depth'])])
def test_samples_that_do_not_fit(tiny, sample, parts):
    with pytest.raises(ValueError) as info:
        tiny[1](sample)
    assert '\n' not in says(info, *parts)


def test_8_bit_and_misaligned_files(tiny, tmp_path):
    root, inferencer = tiny
    files = dict(files_of(root, 0, ['rgb']), depth=tmp_path / 'a.png')
    Image.fromarray(DEPTH.astype(np.uint8)).save(files['depth'])
    with pytest.raises(ValueError) as info:
        inferencer(files)
    says(info, files['depth'], 'is uint8', 'expects uint16')
    Image.fromarray(DEPTH[:-1]).save(files['depth'])
    with pytest.raises(ValueError) as info:
        inferencer(files)
    says(info, files['depth'], files['rgb'], '23 x 30', '24 x 30')


def test_bad_files_do_not_stop_the_others(tiny, tmp_path):
    root, inferencer = tiny
    for name in NAMES:
        for m in ('rgb', 'depth'):
            path = tmp_path / m / f'{name}.png'
            path.parent.mkdir(exist_ok=True)
            path.write_bytes((root / f'nyudv2/{m}/{name}.png').read_bytes())
    (tmp_path / f'rgb/{NAMES[0]}.png').write_bytes(b'')
    (tmp_path / f'depth/{NAMES[1]}.png').unlink()
    folders = {m: tmp_path / m for m in ('rgb', 'depth')}
    failures = inferencer.infer_folders(folders, tmp_path / 'out')
    assert len(failures) == 2
    assert failures[0].startswith(f'{NAMES[1]}: no file of that name in '
                                  f'{tmp_path / "depth"}')
    assert failures[1].startswith(
        f'{NAMES[0]}: {tmp_path}/rgb/{NAMES[0]}.png cannot be decoded')
    assert {p.stem for p in (tmp_path / 'out').rglob('*.png')} == {NAMES[2]}


@pytest.mark.parametrize('out', ['rgb', '.', 'rgb/deep'])
def test_outputs_that_would_be_inputs(tiny, tmp_path, out):
    """Here --out . would write labels/rgb beside what is read."""
    root, inferencer = tiny
    inputs = dict(rgb=tmp_path / 'rgb', depth=tmp_path / 'labels/depth')
    for m, folder in inputs.items():
        folder.mkdir(parents=True)
        (folder / 'a.png').write_bytes(
            (root / f'nyudv2/{m}/{NAMES[0]}.png').read_bytes())
    with pytest.raises(ValueError) as info:
        inferencer.infer_folders(inputs, tmp_path / out)
    says(info, tmp_path / out / 'labels', 'is an input')
    files = {m: folder / 'a.png' for m, folder in inputs.items()}
    if out != '.':  # files alone: there is no next run that takes more
        assert inferencer.infer_folders(files, tmp_path / out) == []


class Trap:

    def __reduce__(self):
        return (open, ('trapped', 'w'))


@pytest.mark.parametrize('content, parts', [
    (None, ['is not there', 'give the path']),
    (b'', ['cannot be read as a checkpoint']),
    (b'hello', ['cannot be read as a checkpoint']),
    (pickle.dumps(Trap()), ['cannot be read as a checkpoint']),
    (dict(state_dict={'a': torch.ones(1)}),
     ['does not fit', 'tiny.py', 'official_cen.py', 'backbone.conv1']),
    (dict(segmenter=OrderedDict({'module.alpha': torch.ones(2)})),
     ['does not fit', 'official_cen.py']),
    (torch.ones(3), ['does not fit']),
    ('other classes', ['does not fit', 'conv_seg'])])
def test_wrong_checkpoints(tiny, tmp_path, monkeypatch, content, parts):
    root, _ = tiny
    path = tmp_path / 'a.pth'
    monkeypatch.chdir(tmp_path)
    cfg = Config.fromfile(root / 'tiny.py')
    if content == 'other classes':
        path = root / 'tiny.pth'
        cfg.model.decode_head.num_classes = 13
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises((FileNotFoundError, ValueError)) as info:
        MultimodalInferencer(cfg, path)
    says(info, path, *parts)
    assert not (tmp_path / 'trapped').exists()
