"""Heads and data sets have the same classes, before anything runs."""
import copy

import pytest
import torch
from messages import fails
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmseg.registry import MODELS
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

from cen_mm.apis import MultimodalInferencer
from cen_mm.engine.classes_hook import check_classes

CLASSES = [f'class {i}' for i in range(151)]


@pytest.fixture
def cfg(tmp_path):
    write_nyudv2(tmp_path / 'nyudv2')
    return tiny_config(tmp_path / 'nyudv2', tmp_path / 'run')


@pytest.mark.parametrize('num_classes', [4, 41])
@pytest.mark.parametrize('task', ['train', 'test'])
def test_a_head_of_other_classes(cfg, num_classes, task, tmp_path):
    cfg.model.decode_head.num_classes = num_classes
    cfg.experiment_name = f'classes_{num_classes}_{task}'
    with fails(ValueError, f'decode_head.head of the model has {num_classes}',
               f'{task}_dataloader has 40 (wall, floor, cabinet ...)',
               'num_classes=40'):
        getattr(Runner.from_cfg(cfg), task)()
    assert not list(tmp_path.rglob('*.pth'))


def test_other_classes_in_validation_are_found_before_training(cfg):
    cfg.val_dataloader.dataset.metainfo = dict(classes=('wall', 'floor'))
    cfg.experiment_name = 'classes_val'
    with fails(ValueError, 'has 40 classes, but val_dataloader has 2'):
        Runner.from_cfg(cfg).train()


@pytest.mark.parametrize('meta', ['checkpoint', 'config'])
def test_inference(cfg, tmp_path, meta):
    """Or it would die at the first pixel without a colour."""
    cfg.model.decode_head.num_classes = 41
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    state = dict(state_dict=net.state_dict(), meta={})
    if meta == 'checkpoint':
        state['meta'] = dict(dataset_meta=dict(classes=CLASSES[:40]))
    torch.save(state, tmp_path / 'net.pth')
    with fails(ValueError, 'has 41 classes', tmp_path / 'net.pth', 'has 40'):
        MultimodalInferencer(cfg, tmp_path / 'net.pth', 'cpu')


@pytest.mark.parametrize('head, classes', [
    (dict(num_classes=2, out_channels=1, threshold=0.3), 2),
    (dict(num_classes=2), 2),
    (dict(num_classes=150), 150)])  # ADE20K: reduce_zero_label, 150 classes
def test_conventions_of_mmseg(cfg, head, classes):
    model = copy.deepcopy(cfg.model)
    auxiliary = dict(
        type='FCNHead', in_channels=64, channels=4, in_index=2, **head)
    model.decode_head.update(
        head, loss_decode=dict(
            type='CrossEntropyLoss', use_sigmoid='out_channels' in head))
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(dict(model, auxiliary_head=[auxiliary]))
        check_classes(net, CLASSES[:classes], 'data')
        check_classes(net, None, 'data')  # says nothing of its classes
        with fails(ValueError, f'data has {classes + 1}'):
            check_classes(net, CLASSES[:classes + 1], 'data')
        auxiliary['num_classes'], auxiliary['out_channels'] = 7, 7
        net = MODELS.build(dict(model, auxiliary_head=[auxiliary]))
        with fails(ValueError, 'auxiliary_head.0.head', 'has 7 classes'):
            check_classes(net, CLASSES[:classes], 'data')
