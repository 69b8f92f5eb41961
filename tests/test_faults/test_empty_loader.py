"""Fewer images than a batch."""
import pytest
from messages import fails
from mmengine.config import Config
from tiny_translation import rooms_config, write_rooms

from cen_mm.apis.config import UsageError
from cen_mm.apis.train import train

BY_ITERATION = (
    'train_cfg._delete_=True', 'train_cfg.type=IterBasedTrainLoop',
    'train_cfg.max_iters=2', 'default_hooks.checkpoint.by_epoch=False',
    'train_dataloader.sampler.type=DefaultSampler')
ONE_CYCLE = (
    'param_scheduler.type=OneCycleLR', 'param_scheduler.eta_max=0.1',
    'param_scheduler.total_steps=3',
    'param_scheduler.convert_to_iter_based=True')


@pytest.mark.parametrize('options', [(), BY_ITERATION, ONE_CYCLE])
def test_training(tiny_train, options):
    with fails(UsageError, 'train_dataloader makes no batch',
               'holds 3 images, a batch 4', 'drop_last=True',
               'set drop_last=False'):
        tiny_train('train_dataloader.batch_size=4', *options)


def test_validation(tiny_train):
    with fails(UsageError, 'val_dataloader makes no batch',
               'holds 2 images, a batch 3'):
        tiny_train('val_dataloader.batch_size=3',
                   'val_dataloader.drop_last=True')


def test_an_endless_sampler_repeats_them(tiny_train):
    """mmseg's default: with 3 images it fills batches of 4."""
    run = tiny_train('train_dataloader.batch_size=4', *BY_ITERATION[:-1],
                     'train_dataloader.sampler.type=InfiniteSampler',
                     'val_cfg=None', 'val_dataloader=None',
                     'val_evaluator=None', 'log_processor.by_epoch=False',
                     'default_hooks.checkpoint.save_best=None',
                     'train_cfg.val_interval=2')
    assert (run / 'iter_2.pth').is_file()


@pytest.mark.parametrize('field, listed, parts', [
    ('train', '\n00003', ['holds 1 images, a batch 4', 'drop_last=True']),
    ('val', '', ['val.txt names no view'])])
def test_translation(tmp_path, field, listed, parts):
    write_rooms(tmp_path / 'rooms')
    (tmp_path / f'rooms/{field}.txt').write_text(listed)
    cfg = rooms_config(tmp_path)
    cfg.train_dataloader.drop_last = field == 'train'
    Config(cfg.to_dict(), format_python_code=False).dump(
        tmp_path / 'rooms.py')
    with fails(ValueError, *parts):
        train(str(tmp_path / 'rooms.py'), work_dir=str(tmp_path / 'run'))
