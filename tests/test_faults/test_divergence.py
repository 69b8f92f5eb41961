"""A training that diverges, and what its weights are refused by."""
import math
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

from cen_mm.apis.checkpoint import load_model
from cen_mm.engine.finite_weights_hook import (
    FiniteWeightsHook,
    first_nonfinite,
)


class Spoil(Hook):
    """Make a weight infinite, before or after the loss of an iteration."""
    priority = 'HIGH'

    def __init__(self, before=None, after=None, value=math.nan):
        self.before, self.after, self.value = before, after, value

    def spoil(self, runner):
        weight = runner.model.backbone.layer1[0].conv1.weight
        weight.data[0, 0, 0, 0] = self.value

    def before_train_iter(self, runner, *args, **kwargs):
        if runner.iter == self.before:
            self.spoil(runner)

    def after_train_iter(self, runner, *args, **kwargs):
        if runner.iter == self.after:
            self.spoil(runner)


def config(folder, name='run'):
    write_nyudv2(folder / 'nyudv2')
    cfg = tiny_config(folder / 'nyudv2', folder / name)
    cfg.train_cfg.val_interval = 1
    cfg.experiment_name = f'{folder.name}_{name}'
    return cfg


@pytest.mark.parametrize('spoil, message', [
    (dict(before=4), r'a loss is not finite after iteration 5 \(losses: loss '
     'nan, decode.rgb.loss_ce nan, .*lower optim_wrapper'),
    (dict(before=4, value=math.inf), 'a loss is not finite after iteration 5'),
    # The losses do not know of it.
    (dict(after=5), r'layer1.0.conv1.weight is not finite after iteration 6 '
     r'\(losses: loss \d')])
@pytest.mark.parametrize('by_epoch', [True, False])
def test_stops_before_a_good_checkpoint_is_overwritten(
        spoil, message, by_epoch, tmp_path):
    cfg = config(tmp_path)
    if not by_epoch:
        cfg.default_hooks.checkpoint.update(
            by_epoch=False, interval=3, save_best=None)
    runner = Runner.from_cfg(cfg)
    runner.register_hook(Spoil(**spoil))  # in the second of three epochs
    with pytest.raises(FloatingPointError, match=message):
        runner.train()
    saved = sorted(p.name for p in (tmp_path / 'run').glob('*.pth'))
    assert saved == (['best_mIoU_epoch_1.pth', 'epoch_1.pth'] if by_epoch else
                     ['iter_3.pth'])
    for name in saved:
        state = torch.load(tmp_path / 'run' / name)['state_dict']
        assert all(v.isfinite().all() for v in state.values())


def test_a_rate_that_is_far_too_large(tmp_path):
    cfg = config(tmp_path)
    cfg.optim_wrapper.optimizer.lr = 1e30
    with pytest.raises(FloatingPointError, match='after iteration [12] '):
        Runner.from_cfg(cfg).train()
    assert not list((tmp_path / 'run').glob('*.pth'))


@pytest.mark.parametrize('enabled', [True, False])
def test_steps_that_a_loss_scaler_skips_are_no_reason(enabled, monkeypatch):
    """But for so many in a row; without a scaler the first one is."""
    monkeypatch.setattr('cen_mm.engine.finite_weights_hook.PATIENCE', 3)
    # mmengine allows it on a GPU only.
    monkeypatch.setattr('mmengine.optim.optimizer.amp_optimizer_wrapper.'
                        'is_cuda_available', lambda: True)
    net = torch.nn.Linear(1, 1)
    wrapper = AmpOptimWrapper(
        optimizer=torch.optim.SGD(net.parameters(), lr=1.), dtype='bfloat16')
    wrapper.loss_scaler = torch.amp.GradScaler('cpu', enabled=enabled)
    runner = SimpleNamespace(
        model=net, optim_wrapper=wrapper, hooks=[], iter=0, max_iters=99)
    hook = FiniteWeightsHook()
    hook.before_train(runner)

    def step(factor):
        loss = (factor * net(torch.ones(1))).sum()
        wrapper.update_params(loss)
        hook.after_train_iter(runner, 0, outputs=dict(loss=loss))

    for factor in [1., math.nan, math.inf, 1.] if enabled else [1.]:
        step(factor)
    first = net.weight.clone()
    with pytest.raises(FloatingPointError, match='a loss is not finite'):
        for _ in range(3 if enabled else 1):
            step(math.nan)
    assert torch.equal(net.weight, first) == enabled


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
