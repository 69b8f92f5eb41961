"""The hooks in an iteration-based loop, mmseg's default."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

from cen_mm.engine.epoch_seed_hook import SeededBatches


class Watch(Hook):
    """Rates, momenta and batches at each iteration; maybe fail."""
    priority = 'LOWEST'

    def __init__(self, fail_at):
        self.fail_at, self.rates, self.momenta = fail_at, [], []
        self.batches = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        optimizer = runner.optim_wrapper.optimizer
        self.rates.append(
            sorted({round(g['lr'], 9) for g in optimizer.param_groups}))
        self.momenta.append(len(optimizer.state))
        self.batches.append(data_batch['inputs'][0].sum().item())

    def after_train_iter(self, runner, *args, **kwargs):
        if runner.iter == self.fail_at:
            raise KeyboardInterrupt


def train(folder, name, workers, sampler, fail_at=None, resume=False):
    cfg = tiny_config(folder / 'nyudv2', folder / name)
    cfg.train_cfg = dict(
        type='IterBasedTrainLoop', max_iters=7, val_interval=2, val_begin=9)
    cfg.train_dataloader.update(
        num_workers=workers, sampler=dict(type=sampler, shuffle=True))
    cfg.default_hooks.stages.milestones = (2, 5)
    cfg.default_hooks.checkpoint.update(
        by_epoch=False, interval=1, save_best=None)
    cfg.default_hooks.logger.log_metric_by_epoch = False
    cfg.log_processor.by_epoch = False
    cfg.resume = resume
    cfg.experiment_name = f'{name}_{resume}'
    runner, watch = Runner.from_cfg(cfg), Watch(fail_at)
    runner.register_hook(watch)
    if fail_at is None:
        runner.train()
    else:
        with pytest.raises(KeyboardInterrupt):
            runner.train()
    return runner, watch


@pytest.mark.parametrize('workers, sampler', [
    (0, 'InfiniteSampler'), (1, 'InfiniteSampler'), (1, 'DefaultSampler')])
def test_stages_records_and_resumption(workers, sampler, tmp_path):
    write_nyudv2(tmp_path / 'nyudv2')
    whole, watch = train(tmp_path, 'whole', workers, sampler)
    stages = [[5e-4, 3e-3], [2.5e-4, 1.5e-3], [1e-4, 7e-4]]
    assert watch.rates == [stages[s] for s in (0, 0, 1, 1, 1, 2, 2)]
    assert [n == 0 for n in watch.momenta] == [
        i in (0, 2, 5) for i in range(7)]
    assert len(set(watch.batches)) == 7  # no augmentation is repeated
    # The first, one each val_interval.
    assert sorted(p.name for p in (tmp_path / 'whole' / 'gammas').iterdir()
                  ) == [f'iter_00000{i}.npz' for i in (0, 2, 4, 6)]

    train(tmp_path, 'parts', workers, sampler, fail_at=4)
    resumed, rest = train(tmp_path, 'parts', workers, sampler, resume=True)
    assert rest.batches == watch.batches[5:]
    expected = whole.model.state_dict()
    for name, value in resumed.model.state_dict().items():
        assert torch.equal(value, expected[name]), name
    with np.load(tmp_path / 'parts' / 'gammas' / 'iter_000006.npz') as arrays:
        assert 'backbone.layer4.2.bn2' in arrays.files


def test_skipped_batches_are_seeded_like_those_that_are_drawn():
    """onedl-mmengine skips what a resumed run has seen by ``skip_iter``."""

    def numbers():
        while True:
            yield np.random.rand()

    runner = SimpleNamespace(
        seed=0, train_dataloader=SimpleNamespace(num_workers=0))
    drawn, skipped = (SeededBatches(numbers(), runner) for _ in range(2))
    expected = [next(drawn) for _ in range(4)]
    skipped.skip_iter(3)
    assert next(skipped) == expected[3] != expected[2]
