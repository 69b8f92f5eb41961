"""A training that diverges, and what its weights are refused by."""
import math

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

from cen_mm.apis.checkpoint import load_model
from cen_mm.engine.finite_weights_hook import first_nonfinite


class Spoil(Hook):
    """Make a weight or a gradient infinite after some iterations."""

    def __init__(self, iteration, value):
        self.iteration, self.value = iteration, value

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.iter == self.iteration:
            weight = runner.model.backbone.layer1[0].conv1.weight
            weight.data[0, 0, 0, 0] = self.value


def config(folder, name='run'):
    write_nyudv2(folder / 'nyudv2')
    cfg = tiny_config(folder / 'nyudv2', folder / name)
    cfg.train_cfg.val_interval = 1
    cfg.experiment_name = f'{folder.name}_{name}'
    return cfg


@pytest.mark.parametrize('value', [math.nan, math.inf])
@pytest.mark.parametrize('by_epoch', [True, False])
def test_stops_before_a_good_checkpoint_is_overwritten(
        value, by_epoch, tmp_path):
    cfg = config(tmp_path)
    if not by_epoch:
        cfg.default_hooks.checkpoint.update(
            by_epoch=False, interval=1, save_best=None)
    runner = Runner.from_cfg(cfg)
    runner.register_hook(Spoil(4, value))  # in the second of three epochs
    with pytest.raises(
            FloatingPointError,
            match=r'weight is not finite after iteration [56] \(losses: loss '
            'nan, .*loss_ce nan.* lower optim_wrapper'):
        runner.train()
    saved = sorted(p.name for p in (tmp_path / 'run').glob('*.pth'))
    assert saved == (['best_mIoU_epoch_1.pth', 'epoch_1.pth'] if by_epoch else
                     ['iter_3.pth', 'iter_4.pth'])
    for name in saved:
        state = torch.load(tmp_path / 'run' / name)['state_dict']
        assert all(v.isfinite().all() for v in state.values())


def test_a_rate_that_is_far_too_large(tmp_path):
    cfg = config(tmp_path)
    cfg.optim_wrapper.optimizer.lr = 1e30
    with pytest.raises(FloatingPointError, match='is not finite after'):
        Runner.from_cfg(cfg).train()
    assert not list((tmp_path / 'run').glob('*.pth'))


def test_such_weights_are_refused_later(tmp_path):
    cfg = config(tmp_path)
    runner = Runner.from_cfg(cfg)
    state = runner.model.state_dict()
    assert first_nonfinite(runner.model) is None
    for name in ('backbone.bn1.stock.running_var', 'decode_head.head.conv_seg'
                 '.bias'):
        spoilt = {k: v.clone() for k, v in state.items()}
        spoilt[name].view(-1)[-1] = math.nan
        torch.save(dict(state_dict=spoilt), tmp_path / 'nan.pth')
        with pytest.raises(ValueError, match=f'{name} of .*nan.pth is not '
                           'finite: .*earlier checkpoint'):
            load_model(cfg, str(tmp_path / 'nan.pth'))
