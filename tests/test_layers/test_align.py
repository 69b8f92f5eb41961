"""MK-MMD and the alignment baseline against numpy and loops."""
import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cen_mm import AlignFusion, MKMMDLoss, fold


def distances(a, b):
    return ((a[:, None] - b[None])**2).sum(-1)


def mmd(x, y, scale, sigmas):
    """The squared discrepancy, term by term."""
    def kernel(a, b):
        return np.mean([
            np.exp(-distances(a, b) / (s**2 * scale)) for s in sigmas
        ])

    return kernel(x, x) + kernel(y, y) - 2 * kernel(x, y)


def scale_of(x, y):
    both = np.concatenate([x, y])
    return distances(both, both).mean()


SIGMAS = [2.**(n - 6) for n in range(1, 12)]


def sets():
    rng = np.random.default_rng(0)
    return rng.normal(size=(5, 3)), rng.normal(1, 2, size=(7, 3))


def test_value_and_gradient():
    x, y = sets()
    leaf = torch.from_numpy(x).requires_grad_()
    loss = MKMMDLoss()(leaf, torch.from_numpy(y))
    scale = scale_of(x, y)
    assert loss.item() == pytest.approx(mmd(x, y, scale, SIGMAS), abs=1e-12)
    loss.backward()
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = 1e-6
        slope = (mmd(x + step, y, scale, SIGMAS) -
                 mmd(x - step, y, scale, SIGMAS)) / 2e-6
        assert leaf.grad[i].item() == pytest.approx(slope, abs=1e-8)


def test_scale_does_not_matter_and_equal_sets_agree():
    x, y = map(torch.from_numpy, sets())
    loss = MKMMDLoss()
    torch.testing.assert_close(loss(1e3 * x, 1e3 * y), loss(x, y))
    assert loss(x, x).abs() < 1e-12
    assert loss(x, y + 5) > loss(x, y) > 0
    assert loss(torch.zeros(3, 2), torch.zeros(4, 2)) == 0


def test_half_precision_is_computed_in_single():
    x, y = (torch.randn(6, 64) * 100 for _ in range(2))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = MKMMDLoss()(x, y)
    assert loss.dtype == torch.float32
    torch.testing.assert_close(loss, MKMMDLoss()(x, y))


@pytest.mark.parametrize('m', [2, 3])
def test_streams_are_those_of_a_loop(m):
    n, c, grid = 2, 8, 4
    net = AlignFusion(c, m, loss_weight=0.5, grid=grid)
    x = torch.randn(n, m * c, 9, 7)

    def conv(layer, i, maps):
        return F.conv2d(maps, layer.weight.chunk(m)[i])

    maps = x.chunk(m, dim=1)
    common = [conv(net.common, i, maps[i]) for i in range(m)]
    specific = [conv(net.specific, i, maps[i]) for i in range(m)]
    streams = net(fold(x, m)).unflatten(0, (n, m))
    for i in range(m):
        others = [common[j] for j in range(m) if j != i]
        parts = [specific[i], common[i], sum(others) / len(others)]
        torch.testing.assert_close(streams[:, i],
                                   conv(net.join, i, torch.cat(parts, 1)))
    vectors = [
        F.adaptive_avg_pool2d(f, grid).permute(0, 2, 3, 1).reshape(
            -1, c).detach().numpy().astype(float) for f in common
    ]
    pairs = [(a, b) for k, a in enumerate(vectors) for b in vectors[:k]]
    expected = np.mean([mmd(a, b, scale_of(a, b), SIGMAS) for a, b in pairs])
    assert net.take_loss().item() == pytest.approx(0.5 * expected, abs=1e-6)
    copy.deepcopy(net)  # holds no graph any more
    net.eval()(fold(x, m))
    assert net.take_loss() is None


def test_parameters_are_those_of_table_2():
    with torch.device('meta'):
        counts = {
            width: sum(p.numel() for p in AlignFusion(width, 2).parameters())
            for width in (256, 512, 1024, 2048)
        }
    assert [counts[w] / 1e6 for w in (512, 1024, 2048)] == pytest.approx(
        [2.6, 10.5, 41.9], abs=0.05)
    assert sum(counts.values()) / 1e6 == pytest.approx(55.7, abs=0.05)
