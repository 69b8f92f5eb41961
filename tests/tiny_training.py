"""The real NYUDv2 config, small enough to train in a test."""
from importlib.util import find_spec
from pathlib import Path

import torch
from conftest import make_gammas
from mmengine import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmseg.registry import MODELS
from tiny_nyudv2 import write_nyudv2

from cen_mm.layers import exchangeable_norms

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


def train(root):
    """Train the tiny config for nine steps, from scales that exchange.

    The penalty is so strong that gammas close and open again. Data are in
    ``root/nyudv2``. Returns the work dir, with ``epoch_3.pth``, the config,
    records of ``gammas`` of each step and, if it is installed, TensorBoard's.
    """
    write_nyudv2(root / 'nyudv2')
    cfg = tiny_config(root / 'nyudv2', root / 'run')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    torch.save(dict(state_dict=net.state_dict()), root / 'start.pth')
    cfg.load_from = str(root / 'start.pth')
    cfg.default_hooks.sparsity.update(
        interval=1, by_epoch=False, weight=10.)
    cfg.optim_wrapper.optimizer.lr = 0.05
    cfg.randomness = dict(seed=0)
    if find_spec('tensorboard'):
        cfg.visualizer.vis_backends.append(dict(type='TensorboardVisBackend'))
    # mmengine keeps one of each name in a process.
    cfg.experiment_name = cfg.visualizer.name = 'trained'
    runner = Runner.from_cfg(cfg)
    runner.train()
    runner.visualizer.close()
    return root / 'run'
