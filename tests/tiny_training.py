"""The real NYUDv2 config, small enough to train in a test."""
from pathlib import Path

from mmengine import Config

ROOT = Path(__file__).parents[1]


def tiny_config(data_root, work_dir, name='cen/refinenet_r50_nyudv2.py'):
    """A config of ours on ``tiny_nyudv2``: width, sizes and epochs cut."""
    cfg = Config.fromfile(ROOT / 'configs' / name)
    cfg.work_dir = str(work_dir)
    cfg.model.backbone.update(
        base_channels=4, stem_channels=4, init_cfg=None)
    cfg.model.decode_head.update(
        in_channels=(16, 32, 64, 128), channels=4)
    cfg.model.data_preprocessor.size = (24, 24)
    for loader in (cfg.train_dataloader, cfg.val_dataloader,
                   cfg.test_dataloader):
        loader.num_workers = 1
        loader.dataset.data_root = str(data_root)
    cfg.train_dataloader.batch_size = 1
    for step in cfg.train_dataloader.dataset.pipeline:
        if step.type == 'RandomScale':
            step.min_short_side = 20
        if step.type == 'RandomCrop':
            step.crop_size = (24, 24)
    cfg.train_cfg.update(max_epochs=3, val_interval=3)
    cfg.default_hooks.checkpoint.interval = 1
    cfg.default_hooks.stages.milestones = (1, 2)
    cfg.default_hooks.logger.interval = 1
    return cfg
