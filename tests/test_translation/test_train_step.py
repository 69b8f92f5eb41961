"""Training steps: two optimisers, two processes, accumulation, precision."""
from types import SimpleNamespace

import mmengine.optim.optimizer.amp_optimizer_wrapper as amp
import pytest
import torch
import torch.distributed as dist
from conftest import leave
from mmengine.model import MMSeparateDistributedDataParallel
from tiny_pix2pix import batch, part, sgd, tiny_pix2pix

from cen_mm import SparsityHook


def with_sparsity(net, model=None, layers=(1, 2, 3, 4)):
    """The hook at work, without a runner to write to."""
    hook = SparsityHook(1e-2)
    hook.record = lambda runner: None
    hook.before_train(SimpleNamespace(model=model or net))
    assert [name for name, _ in hook.norms
            ] == [f'generator.encoder.{i}.norm' for i in layers]
    return net


def process(rank, folder):
    dist.init_process_group(
        'gloo', init_method=f'file://{folder}/meet', rank=rank, world_size=2)
    torch.set_num_threads(1)
    net = tiny_pix2pix().double()
    model = MMSeparateDistributedDataParallel(net, device_ids=None)
    with_sparsity(net, model)
    optimisers = sgd(net)
    for step in range(2):
        model.train_step(part(batch(8), slice(4 * step + 2 * rank,
                                              4 * step + 2 * rank + 2)),
                         optimisers)
    torch.save(
        [(k.replace('module.', ''), v) for k, v in net.named_parameters()],
        f'{folder}/{rank}.pth')
    leave()


def test_two_processes_train_as_one(tmp_path):
    torch.multiprocessing.spawn(process, (str(tmp_path), ), nprocs=2)
    first, second = (dict(torch.load(tmp_path / f'{rank}.pth'))
                     for rank in (0, 1))
    net = with_sparsity(tiny_pix2pix().double())
    before = {k: v.clone() for k, v in net.named_parameters()}
    optimisers = sgd(net)
    for step in range(2):
        net.train_step(part(batch(8), slice(4 * step, 4 * step + 4)),
                       optimisers)
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
    for sizes in ((4, ), (2, 2)):
        net = with_sparsity(tiny_pix2pix().double())
        optimisers = sgd(net, lr=0., accumulative_counts=len(sizes))
        optimisers[learns].param_groups[0]['lr'] = 0.1
        for k, size in enumerate(sizes):
            net.train_step(
                part(batch(4), slice(k * size, (k + 1) * size)), optimisers)
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
    for kwargs in ({}, dict(
            wrapper=amp.AmpOptimWrapper, dtype='bfloat16')):
        net = with_sparsity(tiny_pix2pix(generator=wide), layers=(1, 2))
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
