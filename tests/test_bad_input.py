"""What a user reads when input does not fit: file or field, and the fix."""
import copy
import io
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
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


def path_of(folder, tmp_path, suffix='.png'):
    return tmp_path / folder / (NAMES[0] + suffix)


@contextmanager
def fails(error, *parts):
    """Expect one sentence that has all parts."""
    with pytest.raises(error) as info:
        yield
    message = str(info.value)
    assert '\n' not in message
    assert [p for p in parts if str(p) not in message] == [], message


@pytest.mark.parametrize('folder', ['rgb', 'depth', 'masks'])
def test_missing_file(sample, tmp_path, folder):
    """Found when the data set is built, not at the 37th epoch."""
    (tmp_path / folder / f'{NAMES[1]}.png').unlink()
    with fails(FileNotFoundError, tmp_path / folder / f'{NAMES[1]}.png',
               '1 of the 6 files', 'val.txt', 'tools/dataset_converters',
               'data_prefix'):
        DATASETS.build(sample.config)


@pytest.mark.parametrize('ann_file', ['val.txt', ''])
def test_no_sample_at_all(sample, tmp_path, ann_file):
    (tmp_path / 'val.txt').write_text('\n')
    sample.config.update(ann_file=ann_file, img_suffix='.bmp')
    with fails(ValueError, tmp_path / (ann_file or 'rgb'), 'no sample',
               'data_root', 'img_suffix'):
        DATASETS.build(sample.config)


@pytest.mark.parametrize('share', [0, 0.01, 0.5, 0.8])
@pytest.mark.parametrize('folder', ['depth', 'masks'])
def test_truncated_png(sample, tmp_path, folder, share):
    path = path_of(folder, tmp_path)
    path.write_bytes(path.read_bytes()[:int(share * path.stat().st_size)])
    with fails(ValueError, path, 'write the file again'):
        sample()


def test_truncated_image_is_named_by_mmseg(sample, tmp_path):
    path = path_of('rgb', tmp_path)
    path.write_bytes(path.read_bytes()[:500])
    with fails(AssertionError, path, 'failed to load image'):
        sample()


def test_broken_chunk_in_a_label_map(sample, tmp_path):
    """Pillow raises SyntaxError where a length is wrong."""
    path = path_of('masks', tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b'IDAT') - 1] -= 9
    path.write_bytes(data)
    with fails(ValueError, path, 'broken PNG', 'write the file again'):
        sample()


@pytest.mark.parametrize('content', [b'', b'\x93NUMPY', 'short', 'objects'])
def test_unreadable_npy(sample, tmp_path, content):
    path = path_of('depth', tmp_path, '.npy')
    if isinstance(content, str):
        buffer = io.BytesIO()
        np.save(buffer, np.zeros(SIZE, object if content == 'objects'
                                 else np.uint16), allow_pickle=True)
        content = buffer.getvalue()[:-1]
    (tmp_path / 'depth' / f'{NAMES[1]}.npy').touch()
    path.write_bytes(content)
    sample.config.suffixes = dict(depth='.npy')
    with fails(ValueError, path, 'cannot be decoded', 'write the file again'):
        sample()


@pytest.mark.parametrize('centre_crop, size', [(True, (23, 60)),
                                               (True, (60, 29)),
                                               (False, (25, 30))])
def test_sizes_that_disagree(sample, tmp_path, centre_crop, size):
    Image.fromarray(np.zeros(size, np.uint16)).save(path_of('depth', tmp_path))
    with fails(ValueError, path_of('depth', tmp_path),
               path_of('rgb', tmp_path), f'{size[0]} x {size[1]}', '24 x 30',
               'aligned'):
        sample(centre_crop=centre_crop)


@pytest.mark.parametrize('size', [(24, 31), (24, 30, 3)])
def test_a_label_map_of_another_shape(sample, tmp_path, size):
    Image.fromarray(np.zeros(size, np.uint8)).save(path_of('masks', tmp_path))
    with fails(ValueError, path_of('masks', tmp_path),
               path_of('rgb', tmp_path), size, SIZE):
        sample()


def test_8_bits_where_16_are_expected(sample, tmp_path):
    path = path_of('depth', tmp_path)
    Image.fromarray(np.zeros(SIZE, np.uint8)).save(path)
    with fails(ValueError, path, 'is uint8', 'expects uint16', 'set dtype'):
        sample()


def test_transparency(sample, tmp_path):
    path = path_of('depth', tmp_path)
    Image.fromarray(np.zeros((*SIZE, 4), np.uint8)).save(path)
    with fails(ValueError, path, '(24, 30, 4)', 'write one channel'):
        sample(dtype='uint8')


@pytest.mark.parametrize('label', [40, 254, 256, 300, 65535])
def test_label_out_of_range(sample, tmp_path, label):
    """mmseg would take the 256 of a 16-bit file for a wall."""
    labels = np.zeros(SIZE, np.uint8 if label < 256 else np.uint16)
    labels[3, 4] = label
    Image.fromarray(labels).save(path_of('masks', tmp_path))
    with fails(ValueError, path_of('masks', tmp_path), f'labels [{label}]',
               '40 classes', '0 to 39', 'reduce_zero_label'):
        sample()


def test_modality_that_the_data_set_lacks(sample):
    with fails(ValueError, "no modality 'thermal'", 'thermal_path=FOLDER',
               'data_prefix'):
        sample(modality='thermal')


def test_modality_that_the_pipeline_lacks(sample):
    sample.config.pipeline[3].modalities = ('rgb', 'depth', 'thermal')
    with fails(ValueError, "'thermal' was not loaded", 'LoadModality'):
        sample()


def test_geometry_that_moves_the_image_alone(sample):
    sample.config.pipeline.insert(3, dict(type='Pad', size=(32, 32)))
    with fails(ValueError, 'depth is (24, 30)', 'img is (32, 32)', 'Pad',
               'data_preprocessor'):
        sample()


@pytest.mark.parametrize('kind, colours', [('.npy', False), ('.npy', True),
                                           ('.tiff', False)])
def test_nan(sample, tmp_path, kind, colours):
    for name in NAMES:
        array = np.ones((*SIZE, 3) if colours else SIZE, np.float32)
        array[5, 6], array[7, 8] = np.nan, np.inf
        path = tmp_path / 'depth' / (name + kind)
        if kind == '.npy':
            np.save(path, array)
        else:
            Image.fromarray(array).save(path)
    sample.config.suffixes = dict(depth=kind)
    with fails(ValueError, path_of('depth', tmp_path, kind),
               f'{6 if colours else 2} NaN or infinite', 'write 0'):
        sample(dtype='float32')


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
    ([1.] * 6, ['6 entries', "'rgb'", 'one for each of its 3 channels']),
    (dict(rgb=[1., 1.], depth=1), ['2 entries', "'rgb'"]),
    (dict(rgb=1, thermal=1), ["no entry for 'depth'", 'add depth=...'])])
def test_normalisation_of_other_channels_or_modalities(
        real_config, field, values, parts):
    """One std would broadcast: wrong numbers and no error at all."""
    model = copy.deepcopy(real_config.model)
    model.backbone.update(depth=18, base_channels=4, stem_channels=4)
    model.decode_head.update(in_channels=(4, 8, 16, 32), channels=4)
    with DefaultScope.overwrite_default_scope('mmseg'):
        MODELS.build(model)
        model.data_preprocessor[field] = values
        with fails(ValueError, f'data_preprocessor.{field}', *parts):
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
    assert last.startswith('ImportError: cen_mm needs mmcv (>=2.0.0, <2.2.0)')
    assert 'pip install mmcv-lite==2.1.0' in last


@pytest.mark.skipif(mmcv_full_available(), reason='mmcv has its ops here')
def test_mmcv_op_without_mmcv_ops():
    from mmcv.ops import nms
    with fails(RuntimeError, "mmcv op 'nms'", 'replace mmcv-lite',
               'full mmcv'):
        nms(torch.tensor([[0., 0, 1, 1]]), torch.ones(1), 0.5)


def test_a_data_set_without_classes(tmp_path):
    write_nyudv2(tmp_path)
    with fails(ValueError, 'MultimodalSegDataset has no classes', 'metainfo'):
        MultimodalSegDataset(
            data_root=str(tmp_path), data_prefix=dict(img_path='rgb'))
