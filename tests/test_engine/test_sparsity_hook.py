"""loss_sparsity under scaling and accumulation, and what is recorded."""
import numpy as np
import pytest
import torch
from mmengine.optim import OptimWrapper
from test_parity import Runner, samples_of, small_cen

from cen_mm import SparsityHook

WEIGHT = 1e-3


def plain_gradients(net, x, target):
    """Gradients with the penalty spelled out, two modalities."""
    net.zero_grad()
    loss, _ = net.parse_losses(net(x, samples_of(target), mode='loss'))
    for name, gamma in net.named_parameters():
        if name.endswith('bn2.stock.weight'):
            rgb, depth = gamma.chunk(2)
            half = len(rgb) // 2
            loss = loss + WEIGHT * (
                rgb[:half].abs().sum() + depth[half:].abs().sum())
    loss.backward()
    return [p.grad.clone() for p in net.parameters()]


@pytest.fixture
def job():
    """A net whose statistics are frozen, a batch and its labels."""
    net = small_cen(50).train()
    return net, torch.randn(4, 6, 32, 32), torch.randint(0, 5, (4, 32, 32))


def assert_same(net, expected, scale=1.):
    for parameter, gradient in zip(net.parameters(), expected):
        torch.testing.assert_close(
            parameter.grad / scale, gradient, rtol=1e-4, atol=1e-6)


def test_is_a_loss_of_the_model(job, tmp_path):
    net, x, target = job
    expected = plain_gradients(net, x, target)
    hook = SparsityHook(WEIGHT)
    hook.before_train(Runner(net, tmp_path))
    losses = net(x, samples_of(target), mode='loss')
    net.zero_grad()
    total, log = net.parse_losses(losses)
    total.backward()
    assert_same(net, expected)
    assert float(log['loss']) == pytest.approx(
        sum(float(v) for k, v in log.items() if 'loss_' in k), rel=1e-5)
    # It leaves prediction alone, and training once it is over.
    assert net(x, mode='tensor').shape[1] == 15
    hook.after_train(Runner(net, tmp_path))
    assert 'loss_sparsity' not in net(x, samples_of(target), mode='loss')


def test_under_amp_loss_scaling(job, tmp_path):
    net, x, target = job
    expected = plain_gradients(net, x, target)
    SparsityHook(WEIGHT).before_train(Runner(net, tmp_path))
    scaler = torch.amp.GradScaler('cpu', init_scale=1024.)
    net.zero_grad()
    loss, _ = net.parse_losses(net(x, samples_of(target), mode='loss'))
    scaler.scale(loss).backward()
    assert_same(net, expected, scale=1024.)


def test_under_gradient_accumulation(job, tmp_path):
    net, x, target = job
    expected = plain_gradients(net, x, target)
    SparsityHook(WEIGHT).before_train(Runner(net, tmp_path))
    net.zero_grad()
    before = [p.detach().clone() for p in net.parameters()]
    wrapper = OptimWrapper(
        torch.optim.SGD(net.parameters(), lr=1.), accumulative_counts=2)
    wrapper.initialize_count_status(net, 0, 2)
    for half, labels in zip(x.chunk(2), target.chunk(2)):
        with wrapper.optim_context(net):
            losses = net(half, samples_of(labels), mode='loss')
        wrapper.update_params(net.parse_losses(losses)[0])
    for parameter, start, gradient in zip(net.parameters(), before, expected):
        torch.testing.assert_close(
            start - parameter, gradient, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize('region', ['own', 'all'])
def test_penalty_of_three_modalities(region, tmp_path):
    net = small_cen(50, ('rgb', 'depth', 'normal'))
    hook = SparsityHook(WEIGHT, region=region)
    hook.before_train(Runner(net, tmp_path))
    expected = 0.
    for name, value in net.state_dict().items():
        if name.endswith('bn2.stock.weight'):
            gamma = np.abs(value.numpy().reshape(3, -1))
            c = gamma.shape[1]
            for m in range(3):
                own = slice(m * c // 3, (m + 1) * c // 3)
                expected += gamma[m, own if region == 'own' else
                                  slice(None)].sum()
    assert hook.penalty().item() == pytest.approx(WEIGHT * expected, rel=1e-5)


def test_records_shares_and_gammas(tmp_path):
    net = small_cen(50)
    runner = Runner(net, tmp_path)
    scalars, lines = {}, []
    runner.add_scalars = lambda values, step: scalars.update(values)
    runner.info = lines.append
    SparsityHook(WEIGHT).before_train(runner)
    saved = np.load(tmp_path / 'gammas' / 'iter_000000.npz')
    gamma = net.backbone.layer2[1].bn2.weight.detach().numpy().reshape(2, -1)
    name = 'backbone.layer2.1.bn2'
    assert np.array_equal(saved[name], gamma)
    assert saved['modalities'].tolist() == ['rgb', 'depth']
    below = np.abs(gamma) < 2e-2
    assert np.array_equal(saved[f'{name}/replaced'], below)
    assert saved[f'{name}/threshold'] == 2e-2
    for m, modality in enumerate(('rgb', 'depth')):
        assert scalars[f'exchange/{name}/{modality}'] == pytest.approx(
            below[m].mean())
        assert f'{name} {below[m].mean():.1%}' in lines[m]
    assert len(scalars) == 2 * 16


def test_a_model_without_exchange_is_refused(tmp_path):
    with pytest.raises(ValueError, match='set exchange=dict'):
        SparsityHook(WEIGHT).before_train(
            Runner(torch.nn.Conv2d(3, 3, 1), tmp_path))


@pytest.mark.parametrize('kwargs, message', [
    (dict(weight=-1.), 'weight must be >= 0'),
    (dict(weight=1., region='half'), "'all' or 'own'")])
def test_wrong_penalties_are_refused_when_built(kwargs, message):
    with pytest.raises(ValueError, match=message):
        SparsityHook(**kwargs)


def test_frozen_scales_are_refused(job, tmp_path):
    net, _, _ = job
    net.backbone.layer1[1].bn2.weight.requires_grad_(False)
    with pytest.raises(ValueError, match='backbone.layer1.1.bn2.*frozen_st'):
        SparsityHook(WEIGHT).before_train(Runner(net, tmp_path))
    SparsityHook(0.).before_train(Runner(net, tmp_path))


def test_scales_that_begin_at_zero_are_named(job, tmp_path):
    net, _, _ = job
    runner, lines = Runner(net, tmp_path), []
    runner.warning = lines.append
    SparsityHook(WEIGHT).before_train(runner)
    assert not lines
    torch.nn.init.zeros_(net.backbone.layer1[1].bn2.weight)
    SparsityHook(WEIGHT).before_train(runner)
    assert "['backbone.layer1.1.bn2']" in lines[0]
    assert 'zero_init_residual=False' in lines[0]


def test_without_weight_and_norms_it_does_nothing(job, tmp_path):
    net, x, target = job
    for norm in net.backbone.modules():
        if hasattr(norm, 'exchange'):
            norm.exchange = None
    runner = Runner(net, tmp_path)
    with pytest.raises(ValueError, match='weight of the hook to 0'):
        SparsityHook(WEIGHT).before_train(runner)
    hook = SparsityHook(0.)
    hook.before_train(runner)
    hook.record(runner)
    assert 'loss_sparsity' not in net(x, samples_of(target), mode='loss')
    hook.after_train(runner)
    assert not (tmp_path / 'gammas').exists()
