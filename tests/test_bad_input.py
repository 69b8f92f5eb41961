"""What a user reads when input does not fit: file or field, and the fix."""
import copy
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from messages import fails
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner.checkpoint import load_checkpoint
from mmengine.utils.dl_utils import mmcv_full_available
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from tiny_nyudv2 import CONFIG, NAMES, SIZE, write_nyudv2

from cen_mm import MultimodalSegDataset


@pytest.fixture(scope='module')
def real_config():
    return Config.fromfile(CONFIG)


@pytest.fixture
def sample(tmp_path, real_config):
    """A function that reads the first sample as the test config does."""
    write_nyudv2(tmp_path)
    config = copy.deepcopy(real_config.val_dataloader.dataset)
    config.update(data_root=str(tmp_path), serialize_data=False)

    def read(**load):
        config.pipeline[1].update(load)
        dataset = DATASETS.build(config)
        return dataset[0]

    read.config = config
    with DefaultScope.overwrite_default_scope('mmseg'):
        assert read()['inputs'].shape == (6, *SIZE)  # good before it is bad
        yield read


def npy(array):
    """The bytes of an array in a file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def with_nan(shape):
    array = np.ones(shape, np.float32)
    array[5, 6], array[7, 8] = np.nan, np.inf
    return array


def with_label(label):
    labels = np.zeros(SIZE, np.uint8 if label < 256 else np.uint16)
    labels[3, 4] = label
    return labels


def short_chunk(data):
    """Pillow raises SyntaxError where a length is wrong."""
    data = bytearray(data)
    data[data.index(b'IDAT') - 1] -= 9
    return bytes(data)


AGAIN = 'write the file again'


@pytest.mark.parametrize('file, content, load, parts', [
    *[(f'{folder}.png', share, {}, [AGAIN])
      for folder in ('rgb', 'depth', 'masks')
      for share in (0, 0.01, 0.5, 0.8)],
    *[('depth.tiff', share, {}, ['cannot be decoded', AGAIN])
      for share in (0, 0.5)],
    ('masks.png', short_chunk, {}, ['broken PNG', AGAIN]),
    *[('depth.npy', data, {}, ['cannot be decoded', AGAIN]) for data in (
        b'', b'\x93NUMPY', npy(np.zeros(SIZE, np.uint16))[:-1],
        npy(np.zeros(SIZE, object)))],
    *[('depth.png', np.zeros(size, np.uint16), dict(centre_crop=crop),
       ['rgb/000003.png is 24 x 30', f'{size[0]} x {size[1]}', 'aligned'])
      for crop, size in ((True, (23, 60)), (True, (60, 29)),
                         (False, (25, 30)))],
    *[('masks.png', np.zeros(size, np.uint8), {},
       ['rgb/000003.png', size, SIZE]) for size in ((24, 31), (24, 30, 3))],
    ('depth.png', np.zeros(SIZE, np.uint8), {},
     ['is uint8', 'expects uint16', 'set dtype']),
    ('depth.png', np.zeros((*SIZE, 4), np.uint8), dict(dtype='uint8'),
     ['(24, 30, 4)', 'write one channel']),
    # mmseg would take the 256 of a 16-bit file for a wall.
    *[('masks.png', with_label(label), {},
       [f'labels [{label}]', '40 classes', '0 to 39', 'reduce_zero_label'])
      for label in (40, 254, 256, 300, 65535)],
    *[(f'depth.{suffix}', with_nan(shape), dict(dtype='float32'),
       [f'{count} NaN or infinite', 'write 0']) for suffix, shape, count in (
           ('npy', SIZE, 2), ('npy', (*SIZE, 3), 6), ('tiff', SIZE, 2))]])
def test_bad_file(sample, tmp_path, file, content, load, parts):
    """The content is an array, bytes, or the share that is left."""
    folder, suffix = file.split('.')
    path = tmp_path / folder / f'{NAMES[0]}.{suffix}'
    if suffix != 'png':
        sample.config.suffixes = {folder: f'.{suffix}'}
        for name in NAMES:
            Image.open(tmp_path / folder / f'{name}.png').save(
                tmp_path / folder / f'{name}.tiff')
            (tmp_path / folder / f'{name}.npy').touch()
    if callable(content):
        content = content(path.read_bytes())
    if isinstance(content, np.ndarray) and suffix == 'npy':
        content = npy(content)
    if isinstance(content, np.ndarray):
        Image.fromarray(content).save(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        data = path.read_bytes()
        path.write_bytes(data[:int(content * len(data))])
    with fails(ValueError, path, *parts) as info:
        sample(**load)
    assert '\n' not in str(info.value)


@pytest.mark.parametrize('folder', ['rgb', 'depth', 'masks'])
def test_missing_file(sample, tmp_path, folder):
    """Found when the data set is built, not at the 37th epoch."""
    path = tmp_path / folder / f'{NAMES[1]}.png'
    path.unlink()
    with fails(FileNotFoundError, path, '1 of the 6 files', 'val.txt',
               'tools/dataset_converters', 'data_prefix'):
        DATASETS.build(sample.config)


@pytest.mark.parametrize('ann_file', ['val.txt', ''])
def test_no_sample_at_all(sample, tmp_path, ann_file):
    (tmp_path / 'val.txt').write_text('\n')
    sample.config.update(ann_file=ann_file, img_suffix='.bmp')
    with fails(ValueError, tmp_path / (ann_file or 'rgb'), 'no sample',
               'data_root', 'img_suffix'):
        DATASETS.build(sample.config)


def lacks_in_data(config):
    config.pipeline[1].modality = 'thermal'


def lacks_in_pipeline(config):
    config.pipeline[3].modalities = ('rgb', 'depth', 'thermal')


def pads_the_image_alone(config):
    config.pipeline.insert(3, dict(type='Pad', size=(32, 32)))


@pytest.mark.parametrize('change, parts', [
    (lacks_in_data,
     ["no modality 'thermal'", 'thermal_path=FOLDER', 'data_prefix']),
    (lacks_in_pipeline, ["'thermal' was not loaded", 'LoadModality']),
    (pads_the_image_alone, ['Pad makes img (32, 32)', '(24, 30)',
                            'data_preprocessor'])])
def test_bad_pipeline(sample, change, parts):
    change(sample.config)
    with fails(ValueError, *parts):
        sample()


def test_a_data_set_without_classes(tmp_path):
    write_nyudv2(tmp_path)
    with fails(ValueError, 'MultimodalSegDataset has no classes', 'metainfo'):
        MultimodalSegDataset(
            data_root=str(tmp_path), data_prefix=dict(img_path='rgb'))


def tiny_resnet(num_modalities, **kwargs):
    return MODELS.build(dict(
        type='CENResNet', depth=18, stem_channels=4, base_channels=4,
        num_modalities=num_modalities, **kwargs))


@pytest.mark.parametrize('how', ['load_checkpoint', 'init_cfg'])
def test_checkpoint_of_another_number_of_modalities(tmp_path, how):
    path = str(tmp_path / 'three.pth')
    torch.save(tiny_resnet(3).state_dict(), path)
    with fails(ValueError, 'bn1.stock.weight', '(12,)', '2 modalities', '(8,)',
               '(4,)', 'set modalities to those of the checkpoint'):
        if how == 'init_cfg':
            tiny_resnet(2, init_cfg=dict(
                type='Pretrained', checkpoint=path)).init_weights()
        else:
            load_checkpoint(tiny_resnet(2), path)


@pytest.mark.parametrize('field', ['mean', 'std'])
@pytest.mark.parametrize('values, parts', [
    ([1.] * 6, ['.{} has 6 entries', "'rgb'", 'one for each of its 3 ch']),
    (dict(rgb=[1., 1.], depth=1), ['.{} has 2 entries', "'rgb'"]),
    (dict(rgb=1, thermal=1), [".{} has no entry for 'depth', only for",
                              'add depth=...']),
    (None, ['only one of mean and std'])])
def test_normalisation_of_other_channels_or_modalities(
        real_config, field, values, parts):
    """One std would broadcast: wrong numbers and no error at all."""
    model = copy.deepcopy(real_config.model)
    model.backbone.update(depth=18, base_channels=4, stem_channels=4)
    model.decode_head.update(in_channels=(4, 8, 16, 32), channels=4)
    with DefaultScope.overwrite_default_scope('mmseg'):
        MODELS.build(model)
        model.data_preprocessor[field] = values
        with fails(ValueError, 'data_preprocessor',
                   *(part.format(field) for part in parts)):
            MODELS.build(model)


def test_no_mmcv_at_all(tmp_path):
    """In the site-packages of this process, but for mmcv."""
    site = Path(torch.__file__).parents[1]
    for entry in site.iterdir():
        if not entry.name.startswith('mmcv'):
            (tmp_path / entry.name).symlink_to(entry)
    run = subprocess.run(
        [sys.executable, '-S', '-c', 'import mmengine, cen_mm'],
        capture_output=True, text=True, cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(
            [str(tmp_path), str(CONFIG.parents[2])])))
    assert run.returncode == 1
    last = run.stderr.strip().splitlines()[-1]
    assert last.startswith('ImportError: cen_mm needs mmcv: run "pip install')
    assert '-e .[openmmlab]"' in last and '(>=2.0.0, <2.2.0)' in last


@pytest.mark.skipif(mmcv_full_available(), reason='mmcv has its ops here')
def test_mmcv_op_without_mmcv_ops():
    from mmcv.ops import nms
    with fails(RuntimeError, "mmcv op 'nms'", 'replace mmcv-lite',
               'full mmcv'):
        nms(torch.tensor([[0., 0, 1, 1]]), torch.ones(1), 0.5)
