"""Training steps: two optimisers, two processes, accumulation, precision."""
import mmengine.optim.optimizer.amp_optimizer_wrapper as amp
import pytest
import torch
import torch.distributed as dist
from mmengine.model import MMSeparateDistributedDataParallel
from tiny_pix2pix import batch, sgd, tiny_pix2pix, with_sparsity
from two_processes import run_in_two, without_gpu


def trained_share(rank):
    dist.init_process_group('gloo')
    net = tiny_pix2pix().double()
    model = MMSeparateDistributedDataParallel(net, device_ids=None)
    with_sparsity(net, model)
    optimisers = sgd(net)
    for first in (2 * rank, 4 + 2 * rank):
        model.train_step(batch(8, part=slice(first, first + 2)), optimisers)
    return {k.replace('module.', ''): v.detach()
            for k, v in net.named_parameters()}


@without_gpu
def test_two_processes_train_as_one(tmp_path):
    first, second = run_in_two(trained_share, tmp_path)
    net = with_sparsity(tiny_pix2pix().double())
    before = {k: v.clone() for k, v in net.named_parameters()}
    optimisers = sgd(net)
    for step in (0, 4):
        net.train_step(batch(8, part=slice(step, step + 4)), optimisers)
    assert set(first) == set(before)
    for name, value in net.named_parameters():
        assert torch.equal(first[name], second[name]), name
        assert not torch.equal(value, before[name]), name
        torch.testing.assert_close(
            first[name], value, rtol=1e-6, atol=1e-8, msg=name)


@pytest.mark.parametrize('learns', ['generator', 'discriminator'])
def test_accumulated_halves_train_as_the_whole(learns):
    """One network at a time: the generator's loss knows the other's state."""
    states = []
    for parts in ([slice(4)], [slice(2), slice(2, 4)]):
        net = with_sparsity(tiny_pix2pix().double())
        optimisers = sgd(net, lr=0., accumulative_counts=len(parts))
        optimisers[learns].param_groups[0]['lr'] = 0.1
        for part in parts:
            net.train_step(batch(4, part=part), optimisers)
        states.append(dict(net.named_parameters()))
    whole, halves = states
    for name, before in tiny_pix2pix().double().named_parameters():
        assert torch.equal(whole[name], before) != name.startswith(learns)
        torch.testing.assert_close(
            halves[name], whole[name], rtol=1e-7, atol=1e-9, msg=name)


def test_half_precision_learns_about_the_same(monkeypatch):
    """bf16 by mmengine's wrapper, which would refuse a CPU."""
    monkeypatch.setattr(amp, 'is_cuda_available', lambda: True)
    # Norms over a few pixels would magnify what bf16 rounds.
    wide = dict(num_down=4)
    logs, states = [], []
    for kwargs in ({}, dict(wrapper=amp.AmpOptimWrapper, dtype='bfloat16')):
        net = with_sparsity(tiny_pix2pix(generator=wide))
        logs.append(net.train_step(batch(2), sgd(net, **kwargs)))
        states.append(dict(net.named_parameters()))
    full, half = logs
    assert full.keys() == half.keys()
    for name, value in full.items():
        assert float(half[name]) == pytest.approx(float(value), rel=0.05)
    assert any(half[name] != full[name] for name in full)
    for name, before in tiny_pix2pix(generator=wide).named_parameters():
        moved, expected = (state[name] - before for state in states[::-1])
        assert moved.dtype == torch.float32
        # Norms leave the biases before them next to no gradient.
        assert (moved - expected).norm() <= 0.2 * expected.norm() + 1e-3, name


@pytest.mark.parametrize('packed', [
    dict(modalities=('edge_texture', 'reshading')),
    dict(modalities=('reshading', )), dict(target='normal')])
@pytest.mark.parametrize('training', [True, False])
def test_domains_of_samples_are_compared_with_the_models(packed, training):
    net, data = tiny_pix2pix(), batch(2)
    for sample in data['data_samples']:
        sample.set_metainfo(packed)
    with pytest.raises(ValueError, match='the data set gives .*name the same'):
        if training:
            net.train_step(data, sgd(net))
        else:
            net.test_step(data)
