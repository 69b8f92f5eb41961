"""The official recipe, run to the end by mmengine on three samples."""
import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config


class Watch(Hook):
    """Keep what the optimiser has at the start of each epoch; maybe fail."""
    priority = 'LOWEST'

    def __init__(self, fail_at=None):
        self.fail_at, self.rates, self.momenta = fail_at, [], []

    def before_train_epoch(self, runner):
        optimizer = runner.optim_wrapper.optimizer
        self.rates.append(
            sorted({round(g['lr'], 9) for g in optimizer.param_groups}))
        self.momenta.append(len(optimizer.state))

    def after_train_iter(self, runner, batch_idx, *args, **kwargs):
        if runner.iter == self.fail_at:
            raise KeyboardInterrupt


def train(root, work_dir, fail_at=None, resume=False):
    cfg = tiny_config(root, work_dir)
    cfg.resume = resume
    cfg.experiment_name = f'{work_dir.name}_{resume}'
    runner = Runner.from_cfg(cfg)
    watch = Watch(fail_at)
    runner.register_hook(watch)
    if fail_at is None:
        runner.train()
    else:
        with pytest.raises(KeyboardInterrupt):
            runner.train()
    return runner, watch


@pytest.fixture(scope='module')
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp('training')
    write_nyudv2(folder / 'nyudv2')
    return folder, *train(folder / 'nyudv2', folder / 'undisturbed')


def test_three_stages(undisturbed):
    """Official rates; new optimisers, so no momentum, at each stage."""
    _, runner, watch = undisturbed
    assert watch.rates == [[5e-4, 3e-3], [2.5e-4, 1.5e-3], [1e-4, 7e-4]]
    assert watch.momenta == [0, 0, 0]
    encoder = {id(p) for p in runner.model.backbone.parameters()}
    for group in runner.optim_wrapper.optimizer.param_groups:
        expected = 1e-4 if id(group['params'][0]) in encoder else 7e-4
        assert group['lr'] == pytest.approx(expected)
        assert (group['momentum'], group['weight_decay']) == (0.9, 1e-5)


def test_statistics_stay_frozen_while_scales_train(undisturbed):
    _, runner, _ = undisturbed
    norm = runner.model.backbone.layer1[0].bn2.stock
    assert torch.equal(norm.running_var, torch.ones_like(norm.running_var))
    assert norm.num_batches_tracked == 0
    assert not torch.equal(norm.weight, torch.ones_like(norm.weight))


def test_resumed_run_ends_with_the_same_weights(undisturbed):
    """Killed in the middle of the second epoch; equal to the last bit."""
    folder, expected, _ = undisturbed
    work_dir = folder / 'disturbed'
    train(folder / 'nyudv2', work_dir, fail_at=4)
    resumed, watch = train(folder / 'nyudv2', work_dir, resume=True)
    assert len(watch.rates) == 2  # the second and the third epoch
    for name, value in expected.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], value), name


def test_what_a_run_leaves_behind(undisturbed):
    folder, runner, _ = undisturbed
    gammas = sorted((folder / 'undisturbed' / 'gammas').iterdir())
    assert [g.name for g in gammas] == [
        f'iter_00000{i}.npz' for i in (0, 3, 6, 9)
    ]
    with np.load(gammas[-1]) as arrays:
        # Twice the bottlenecks of a ResNet-50, and the modalities.
        assert len(arrays.files) == 3 * 16 + 1
        last = arrays['backbone.layer4.2.bn2']
    np.testing.assert_array_equal(
        last,
        runner.model.backbone.layer4[2].bn2.gamma.detach().numpy())
    log = next((folder / 'undisturbed').glob('*/*.log')).read_text()
    for piece in ('loss_sparsity', 'decode.ensemble.loss_ce',
                  'exchanged channels of depth', 'rgb/mIoU', 'depth/mIoU'):
        assert piece in log
