"""Fields of a config that are misspelt, or that mean nothing."""
import copy

import pytest
import torch
from messages import fails
from mmengine.config import Config
from mmengine.registry import HOOKS, DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from tiny_nyudv2 import CONFIG
from tiny_translation import rooms_config

from cen_mm.analysis.robustness import measure_robustness
from cen_mm.apis.config import UsageError, override, read_config
from cen_mm.apis.inferencer import build_inferencer
from cen_mm.apis.test import test as run_test


@pytest.fixture(scope='module')
def real_config():
    return Config.fromfile(CONFIG)


@pytest.mark.parametrize('option, parts', [
    ('modle.backbone.depth=50', ['no field of the config', 'near fields: '
                                 'model.backbone.depth']),
    ('max_epochs=1', ['no field', 'near fields: train_cfg.max_epochs']),
    ('crop_size=10', ['only a variable', 'pipeline.5.crop_size']),
    ('dataset_type=X', ['only a variable of the config']),
    ('vis_backends=[]', ['only a variable', 'visualizer.vis_backends']),
    ('data_preprocessor.size=None', ['only a variable', 'near fields: '
                                     'model.data_preprocessor.size']),
    ('train_cfg.max_epochs.x=1', ['does not fit the config']),
    ('visualizer.vis_backends.9.type=X', ['does not fit the config', '9'])])
def test_options_without_effect(real_config, option, parts):
    cfg = copy.deepcopy(real_config)
    with fails(UsageError, option, *parts):
        override(cfg, ['model.backbone.depth=18', option])


def test_new_fields_of_what_is_read(real_config):
    cfg = override(copy.deepcopy(real_config), [
        'model.exchange.region=own', 'optim_wrapper.clip_grad.max_norm=1',
        'custom_hooks=[]', 'compile=True', 'tta_model.type=X'])
    assert cfg.model.exchange.region == 'own' and cfg.compile is True
    assert cfg.optim_wrapper.clip_grad == dict(max_norm=1)


def test_every_tool_refuses_them(tiny):
    checkpoint = str(tiny.work_dir / 'epoch_1.pth')
    for call in (lambda options: read_config(tiny.config, options),
                 lambda options: build_inferencer(
                     tiny.config, checkpoint, cfg_options=options),
                 lambda options: run_test(
                     tiny.config, checkpoint, cfg_options=options),
                 lambda options: measure_robustness(
                     [checkpoint], cfg_options=options)):
        with fails(UsageError, 'modle.x=1 would have no effect'):
            call(['modle.x=1'])


@pytest.mark.parametrize('field, value, parts', [
    ('exchange.threshold', 'abc', ['exchange threshold', "'abc'"]),
    ('exchange.threshold', '-1', ['exchange threshold', '-1']),
    ('exchange.norms', 'nothing', ["'nothing'", 'near names']),
    ('exchange', dict(threshold=0.02), ['add norms=']),
    ('data_preprocessor.std', dict(rgb=[0, 0, 0], depth=1),
     ['data_preprocessor.std', "'rgb'", 'above 0'])])
def test_values_that_mean_nothing(real_config, field, value, parts):
    model = copy.deepcopy(real_config.model)
    model.backbone.update(depth=18, base_channels=4, stem_channels=4)
    model.decode_head.update(in_channels=(4, 8, 16, 32), channels=4)
    *path, last = field.split('.')
    group = model
    for name in path:
        group = group[name]
    group.pop(last)
    group[last] = value
    with DefaultScope.overwrite_default_scope('mmseg'), fails(
            ValueError, *parts):
        MODELS.build(model)


def test_values_of_hooks_and_of_translation(tmp_path):
    with fails(ValueError, 'SparsityHook.weight must be >= 0, got -1'):
        HOOKS.build(dict(type='SparsityHook', weight=-1))
    model = rooms_config(tmp_path).model
    model.data_preprocessor.std = 0.
    with DefaultScope.overwrite_default_scope('mmagic'), fails(
            ValueError, 'data_preprocessor.std must be above 0, got 0'):
        MODELS.build(model)


def batch(*sizes):
    """Images and labels of these sizes, as a data loader gives them."""
    samples = []
    for size in sizes:
        sample = SegDataSample(gt_sem_seg=PixelData(
            data=torch.zeros(1, *size, dtype=torch.long)))
        sample.set_metainfo(dict(img_shape=size, ori_shape=size))
        samples.append(sample)
    return dict(inputs=[torch.rand(6, *size) for size in sizes],
                data_samples=samples)


def psp(**preprocessor):
    norm = dict(type='BN')
    with DefaultScope.overwrite_default_scope('mmseg'):
        return MODELS.build(dict(
            type='CENSegmentor',
            data_preprocessor=dict(type='MultimodalPreProcessor',
                                   **preprocessor),
            backbone=dict(type='ResNet', depth=18, base_channels=4,
                          stem_channels=4, norm_cfg=norm),
            decode_head=dict(
                type='PSPHead', in_channels=32, in_index=3, channels=4,
                pool_scales=(1, 2), num_classes=3, norm_cfg=norm)))


def test_one_image_in_front_of_a_pooled_batch_norm():
    net = psp(size=(64, 64))
    data = net.data_preprocessor(batch((64, 64)), True)
    with fails(ValueError, 'a batch of 1 image(s)', 'batch norm behind a '
               'pooling', 'train_dataloader.batch_size', 'drop_last=True'):
        net(**data, mode='loss')
    data = net.data_preprocessor(batch((64, 64), (60, 50)), True)
    assert net(**data, mode='loss')['decode.rgb.loss_ce'].isfinite()


def test_images_of_unequal_size():
    net = psp(size=(32, 40))
    with fails(ValueError, '32 x 60 and of 50 x 40', 'size=(32, 40)',
               'RandomCrop', 'size_divisor'):
        net.data_preprocessor(batch((50, 40), (30, 60)), True)
    assert psp(size=None, size_divisor=32).data_preprocessor(
        batch((50, 40), (30, 60)), True)['inputs'].shape[-2:] == (64, 64)


@pytest.mark.parametrize('content', [b'', b'this is a text\n', b'PK\x03\x04'])
def test_a_test_of_no_checkpoint(tiny, tmp_path, content):
    path = tmp_path / 'broken.pth'
    path.write_bytes(content)
    with fails(UsageError, path, 'cannot be read as a checkpoint'):
        run_test(tiny.config, str(path), work_dir=str(tmp_path))
