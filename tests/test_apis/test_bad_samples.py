"""What a user of the inferencer reads when something does not fit."""
import pickle
from collections import OrderedDict

import numpy as np
import pytest
import torch
from messages import fails
from mmengine.config import Config
from mmseg.apis import inference_model
from PIL import Image
from test_inferencer import files_of
from tiny_nyudv2 import NAMES, SIZE

from cen_mm.apis import MultimodalInferencer

DEPTH = np.zeros(SIZE, np.uint16)
RGB = np.zeros((*SIZE, 3), np.uint8)


@pytest.fixture(scope='module')
def inferencer(rgbd):
    return MultimodalInferencer(
        rgbd.root / 'CEN/config.py', rgbd.root / 'CEN/net.pth')


@pytest.mark.parametrize('modality, suffix, content', [
    *[(m, s, share) for share in (0, 0.01, 0.5, 0.9) for m, s in (
        ('rgb', '.png'), ('rgb', '.jpg'), ('depth', '.png'))],
    ('rgb', '.png', b'hello')])
def test_broken_file(rgbd, inferencer, tmp_path, modality, suffix, content):
    """The content is what stands in the file, or the share that is left."""
    files = files_of(rgbd, 0, ['rgb', 'depth'])
    path = tmp_path / f'a{suffix}'
    Image.open(files[modality]).save(path)
    files[modality] = path
    if not isinstance(content, bytes):
        content = path.read_bytes()[:int(content * path.stat().st_size)]
    path.write_bytes(content)
    with fails(ValueError, path, 'cannot be decoded', 'write the file again'):
        inferencer(files)


@pytest.mark.parametrize('error, sample, parts', [
    (ValueError, dict(rgb=RGB, depth=DEPTH.astype(np.uint8)),
     ['the depth array is uint8', 'expects uint16']),
    (ValueError, dict(rgb=RGB, depth=DEPTH[:-1]),
     ['the depth array is 23 x 30', 'the rgb array is 24 x 30', 'aligned']),
    (ValueError, dict(rgb=RGB.astype(np.float32), depth=DEPTH),
     ['the rgb array is float32', 'expects uint8']),
    (ValueError, dict(rgb=RGB.transpose(2, 0, 1), depth=DEPTH),
     ['the rgb array', '(3, 24, 30)', 'three for colours']),
    (ValueError, dict(rgb=Image.fromarray(RGB), depth=DEPTH),
     ['the rgb of the sample is a Image', 'give a path, or an array']),
    (ValueError, dict(rgb=RGB, depth=torch.zeros(24, 30)),
     ['the depth of the sample is a Tensor', 'give a path, or an array']),
    (ValueError, {}, ['modality rgb, depth is missing', 'are rgb, depth']),
    (ValueError, dict(rgb=RGB, depth=DEPTH, normal=RGB, heat=RGB),
     ['unknown modality heat, normal', 'are rgb, depth']),
    (FileNotFoundError, dict(rgb=RGB, depth='b.png'),
     ['b.png, the depth of the sample, is not there'])])
def test_samples_that_do_not_fit(inferencer, error, sample, parts):
    with fails(error, *parts) as info:
        inferencer(sample)
    assert '\n' not in str(info.value)


@pytest.mark.parametrize('out', ['rgb', '.', 'rgb/deep'])
def test_outputs_that_would_be_inputs(rgbd, inferencer, tmp_path, out):
    """Here --out . would write labels/rgb beside what is read."""
    inputs = dict(rgb=tmp_path / 'rgb', depth=tmp_path / 'labels/depth')
    for m, folder in inputs.items():
        folder.mkdir(parents=True)
        (folder / 'a.png').write_bytes(
            (rgbd.root / f'data/{m}/{NAMES[0]}.png').read_bytes())
    with fails(ValueError, tmp_path / out / 'labels', 'is an input'):
        inferencer.infer_folders(inputs, tmp_path / out)
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
     ['does not fit', 'config.py', 'official_cen.py', 'backbone.conv1']),
    (dict(segmenter=OrderedDict({'module.alpha': torch.ones(2)})),
     ['does not fit', 'official_cen.py']),
    (torch.ones(3), ['holds a Tensor and no weights']),
    ('other classes', ['does not fit', 'conv_seg'])])
def test_wrong_checkpoints(rgbd, tmp_path, monkeypatch, content, parts):
    path = tmp_path / 'a.pth'
    monkeypatch.chdir(tmp_path)
    cfg = Config.fromfile(rgbd.root / 'CEN/config.py')
    if content == 'other classes':
        path = rgbd.root / 'CEN/net.pth'
        cfg.model.decode_head.num_classes = 13
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with fails((FileNotFoundError, ValueError), path, *parts):
        MultimodalInferencer(cfg, path)
    assert not (tmp_path / 'trapped').exists()


def test_inference_model_of_mmseg_points_to_ours(rgbd, inferencer):
    inferencer.model.cfg = inferencer.cfg
    with fails(ValueError, 'use cen_mm.apis.MultimodalInferencer'):
        inference_model(inferencer.model, str(
            rgbd.root / f'data/rgb/{NAMES[0]}.png'))
