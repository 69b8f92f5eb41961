"""A depth map of one channel and a camera of five bands, by the tools."""
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SIZE = 32, 48
BOTH = ['--depth', 'data/depth', '--ms', 'data/ms']
CONFIG = f'''
_base_ = '{ROOT}/configs/cen/refinenet_r18_rooms.py'
modalities = ('rgb', 'depth', 'ms')
model = dict(
    modalities=modalities,
    channels=dict(depth=1, ms=5),
    private=('stem', 'affine', 'stats'),
    data_preprocessor=dict(
        mean=dict(ms=0.5), std=dict(ms=[0.1, 0.2, 0.3, 0.4, 0.5]),
        size={SIZE}),
    backbone=dict(base_channels=4, stem_channels=4),
    decode_head=dict(in_channels=(4, 8, 16, 32), channels=4))
inputs = [
    dict(type='LoadRGB'),
    dict(type='LoadModality', modality='depth', channels=1),
    dict(type='LoadModality', modality='ms', dtype='float32', channels=5)]
pack = dict(type='PackModalities', modalities=modalities)
data = dict(
    data_root='data',
    data_prefix=dict(
        img_path='rgb', depth_path='depth', ms_path='ms',
        seg_map_path='label'),
    suffixes=dict(ms='.npy'))
augment = [
    dict(type='RandomRotate', prob=1., degree=30, seg_pad_val=255),
    dict(type='RandomFlip', prob=0.5)]
train_dataloader = dict(dataset=dict(
    **data, pipeline=[*inputs, _base_.labels, *augment, pack]))
val_dataloader = dict(dataset=dict(
    **data, pipeline=[*inputs, _base_.labels, pack]))
test_dataloader = val_dataloader
param_scheduler = dict(total_steps=1)
train_cfg = dict(max_epochs=1, val_interval=1)
'''


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A config, and files of four samples."""
    rng = np.random.default_rng(0)
    for folder in ('rgb', 'depth', 'ms', 'label'):
        (tmp_path / 'data' / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for name in 'abcd':
        for folder, array in dict(
                rgb=rng.integers(0, 256, (*SIZE, 3), np.uint8),
                depth=rng.integers(500, 6000, SIZE).astype(np.uint16),
                label=rng.integers(0, 13, SIZE, np.uint8)).items():
            Image.fromarray(array).save(f'data/{folder}/{name}.png')
        np.save(f'data/ms/{name}.npy', rng.random((*SIZE, 5), np.float32))
    Path('data/train.txt').write_text('a\nb\nc\nd')
    Path('data/val.txt').write_text('a\nb')
    Path('own.py').write_text(CONFIG)
    return tmp_path


def test_train_test_infer_export(project, run_tool):
    model = 'own.py', 'work_dirs/own/epoch_1.pth'
    assert 'ms/mIoU' in run_tool('train.py', 'own.py')
    assert 'ms/mIoU' in run_tool('test.py', *model)
    alone = run_tool('test.py', *model, '--modalities', 'ms')
    assert 'ms/mIoU' in alone and 'depth/mIoU' not in alone
    run_tool('infer.py', *model, '--rgb', 'data/rgb', *BOTH, '--out', 'all',
             '--panels')
    run_tool('infer.py', *model, *BOTH, '--out', 'some')
    assert len(list(Path('all/panels').iterdir())) == 4
    for out, streams in (('all', 4), ('some', 3)):
        assert len(list(Path(out).glob('labels/*/a.png'))) == streams
    if not all(map(find_spec, ('onnx', 'onnxruntime', 'onnxscript'))):
        pytest.skip('needs the extra deploy')
    assert 'plain streams' in run_tool(
        'export.py', *model, '--out', 'own.onnx', '--dynamic',
        '--preprocess')
    run_tool('infer.py', '--backend', 'onnxruntime', 'own.onnx', '--rgb',
             'data/rgb', *BOTH, '--out', 'onnx')
    for path in Path('all/labels').rglob('*.png'):
        other = Path('onnx', *path.parts[1:])
        # Where two classes are as likely, rounding decides.
        assert np.mean(np.array(Image.open(path)) != np.array(
            Image.open(other))) < 0.01
