"""What reaches the network of Cityscapes and SUN RGB-D files."""
import copy
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from tiny_cityscapes import SIZE, STEMS, TRAIN_ID, write_cityscapes
from tiny_sunrgbd import write_sunrgbd

from cen_mm.converters.datasets.cityscapes import (
    convert as convert_cityscapes,
)
from cen_mm.converters.datasets.sunrgbd import convert as convert_sunrgbd

BASES = Path(__file__).parents[2] / 'configs/_base_/datasets'
MEAN = np.array([123.675, 116.28, 103.53])
STD = np.array([58.395, 57.12, 57.375])


@pytest.fixture(autouse=True)
def mmseg_scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


def preprocess(config, samples):
    """The batch that the network gets."""
    preprocessor = MODELS.build(
        dict(config.data_preprocessor, modalities=('rgb', 'depth')))
    return preprocessor(pseudo_collate(samples))


@pytest.fixture
def cityscapes(tmp_path):
    data = write_cityscapes(tmp_path)
    convert_cityscapes(tmp_path)
    data.config = Config.fromfile(BASES / 'cityscapes_rgbd.py')
    for split in ('train', 'val'):
        data.config[f'{split}_dataloader'].dataset.data_root = str(tmp_path)
    return data


def test_disparity_is_decoded_as_officially(cityscapes):
    """In units of 32 px where the sensor measured, else all but nothing."""
    dataset = DATASETS.build(cityscapes.config.val_dataloader.dataset)
    batch = preprocess(cityscapes.config, [dataset[0]])
    inputs = batch['inputs'][0].numpy()
    disparity, = cityscapes.disparity['val']
    valid = np.isfinite(disparity)
    assert 0.7 < valid.mean() < 0.9 and np.nanmax(disparity) > 126
    for channel in inputs[3:]:
        assert np.allclose(channel[valid], disparity[valid] / 32, rtol=1e-6,
                           atol=1e-7)
        assert abs(channel[~valid]).max() < 1e-3
    rgb = (cityscapes.rgb['val'][0] - MEAN) / STD
    assert np.allclose(inputs[:3], rgb.transpose(2, 0, 1), atol=1e-5)
    label = batch['data_samples'][0].gt_sem_seg.data[0]
    assert np.array_equal(label, TRAIN_ID[cityscapes.ids['val'][0]])


def test_training_moves_disparity_with_the_labels(cityscapes):
    """A label map repeats what the disparity says; colours alone distort."""
    config = cityscapes.config.train_dataloader.dataset
    for step in config.pipeline:
        if step['type'] == 'RandomResize':
            step.update(scale=SIZE[::-1])
        if step['type'] == 'RandomCrop':
            step.update(crop_size=(16, 32))
    plain = copy.deepcopy(config)
    plain.pipeline = [step for step in plain.pipeline
                      if step['type'] != 'PhotoMetricDistortion']
    assert len(plain.pipeline) == len(config.pipeline) - 1
    dataset, plain = DATASETS.build(config), DATASETS.build(plain)
    raw = np.nan_to_num(cityscapes.disparity['train'][0] * 256 + 1)
    sample = dataset.get_data_info(0)
    assert STEMS['train'][0] in sample['img_path']
    Image.fromarray((raw % 19).astype(np.uint8)).save(sample['seg_map_path'])
    differ = 0
    for seed in range(10):
        images = []
        for data in (dataset, plain):
            np.random.seed(seed)
            sample = data[0]
            images.append(sample['inputs'].numpy())
        label = sample['data_samples'].gt_sem_seg.data[0].numpy()
        assert images[0].shape == (6, 16, 32)
        assert np.array_equal(images[0][3:], images[1][3:])
        assert np.array_equal(images[0][3] % 19, label)
        assert np.isin(images[0][3], raw).all()
        differ += not np.array_equal(images[0][:3], images[1][:3])
    assert differ > 5


def test_sunrgbd_depth_in_metres(tmp_path):
    data = write_sunrgbd(tmp_path)
    convert_sunrgbd(
        data.root, data.toolbox, tmp_path / 'out', dict(train=2, val=2))
    config = Config.fromfile(BASES / 'sunrgbd.py')
    config.val_dataloader.dataset.data_root = str(tmp_path / 'out')
    dataset = DATASETS.build(config.val_dataloader.dataset)
    inputs = preprocess(config, [dataset[1]])['inputs'][0].numpy()
    metres = np.minimum(data.depth[3] / 1000, 8)
    assert np.allclose(inputs[3:], metres, atol=1e-6)
    rgb = (data.rgb[3] - MEAN) / STD
    # Two JPEG decoders may differ by a few steps.
    assert abs(inputs[:3] - rgb.transpose(2, 0, 1)).mean() < 0.02
