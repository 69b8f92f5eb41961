"""Frechet and kernel distances of every stream, against their definitions."""
import numpy as np
import pytest
import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from scipy.linalg import sqrtm
from test_metrics_image import evaluate
from torch import nn

from cen_mm.translation.metrics import StreamDistributionMetric
from cen_mm.translation.metrics.official_picture import official_picture


@MODELS.register_module()
class MeanColour(nn.Module):
    """Three features, so that a test can paint the pictures that have the
    features it wants."""
    frechet_name, kernel_name = 'FD-colour', 'KID-colour'
    frechet = True
    num_features = 3

    def forward(self, pictures):
        return pictures.mean((2, 3))


def make_metric(**kwargs):
    return StreamDistributionMetric(dict(type='MeanColour'), **kwargs)


def samples_of(targets, **streams):
    """Pictures of one colour each, from features (N, 3)."""
    samples = []
    for i in range(len(targets)):
        sample = DataSample(metainfo=dict(name=f'view_{i}'))
        for key, features in dict(gt_img=targets, **streams).items():
            colour = torch.tensor(features[i], dtype=torch.float32)
            setattr(sample, key, colour[:, None, None].repeat(1, 8, 8))
        samples.append(sample)
    return samples


def distances(targets, pictures, **kwargs):
    """The two figures of an ensemble alone."""
    metrics = evaluate(
        make_metric(**kwargs), samples_of(targets, pred_img=pictures))
    return metrics['FD-colour'], metrics['KID-colour']


def draw(seed, n=40):
    return np.random.default_rng(seed).normal(0, 1, (n, 3))


def white(seed, n=40):
    """Features with mean 0 and covariance 1, exactly."""
    x = draw(seed, n)
    x -= x.mean(0)
    return x @ np.linalg.inv(np.linalg.cholesky(np.cov(x.T))).T


def kernel(x, y):
    return (x @ y / len(x) + 1)**3


def mmd(xs, ys):
    """Unbiased MMD^2 by its definition, pair by pair."""
    n, m = len(xs), len(ys)
    xx = sum(kernel(xs[i], xs[j]) for i in range(n) for j in range(n)
             if i != j)
    yy = sum(kernel(ys[i], ys[j]) for i in range(m) for j in range(m)
             if i != j)
    xy = sum(kernel(x, y) for x in xs for y in ys)
    return xx / (n * (n - 1)) + yy / (m * (m - 1)) - 2 * xy / (n * m)


def test_frechet_of_diagonal_gaussians():
    """|m - n|^2 + sum (s - t)^2."""
    m, n = np.array([90., 120., 140.]), np.array([95., 118., 130.])
    s, t = np.array([10., 5., 2.]), np.array([4., 5., 8.])
    frechet, _ = distances(white(0) * s + m, white(1) * t + n)
    expected = ((m - n)**2).sum() + ((s - t)**2).sum()
    assert frechet == pytest.approx(expected, rel=1e-5)


def test_frechet_against_scipy():
    rng = np.random.default_rng(2)
    x = 9 * draw(3) @ rng.normal(0, 1, (3, 3)) + 100
    y = 5 * draw(4) @ rng.normal(0, 1, (3, 3)) + rng.normal(100, 9, 3)
    a, b = np.cov(x.T), np.cov(y.T)
    expected = (((x.mean(0) - y.mean(0))**2).sum() +
                np.trace(a + b - 2 * sqrtm(a @ b)).real)
    assert distances(x, y)[0] == pytest.approx(expected, rel=1e-5)


def test_frechet_of_fewer_pictures_than_features():
    """Singular covariances: their product has eigenvalues of both signs
    about zero, by rounding."""
    metric = make_metric()
    x, y = (torch.randn(20, 64, dtype=torch.float64) for _ in range(2))
    a, b = torch.cov(x.T), torch.cov(y.T)
    # Tr (AB)^(1/2) is the sum of the singular values of X Y^T / (n - 1).
    root = torch.linalg.svdvals((x - x.mean(0)) @ (y - y.mean(0)).T / 19)
    expected = ((x.mean(0) - y.mean(0))**2).sum() + a.trace() + b.trace() - (
        2 * root.sum())
    assert metric.frechet_distance(x, y) == pytest.approx(
        expected.item(), rel=1e-5)


def test_kernel_distance_pair_by_pair():
    x, y = 2 * draw(5, 7), 3 * draw(6, 7) + 1
    assert distances(x, y)[1] == pytest.approx(100 * mmd(x, y), rel=1e-5)


def test_kernel_distance_is_unbiased():
    """Over all samples of two from distributions on two points, its mean is
    the MMD^2 of the distributions."""
    p, q = 2 * draw(7, 2), 3 * draw(8, 2)
    pairs = [[0, 0], [0, 1], [1, 0], [1, 1]]
    metric = make_metric()
    values = [metric.kernel_distance(torch.tensor(p[i]), torch.tensor(q[j]))
              for i in pairs for j in pairs]

    def mean(xs, ys):
        return np.mean([kernel(x, y) for x in xs for y in ys])

    expected = mean(p, p) + mean(q, q) - 2 * mean(p, q)
    assert np.mean(values) == pytest.approx(100 * expected)


def test_kernel_distance_of_gaussians():
    """E (x.y / d + 1)^3 from the moments of order 1 to 3."""

    def moments(m, s):
        cov = np.diag(s**2)
        third = np.einsum('i,j,k->ijk', m, m, m)
        for order in ('ij,k->ijk', 'ik,j->ijk', 'jk,i->ijk'):
            third = third + np.einsum(order, cov, m)
        return m, cov + np.outer(m, m), third

    def mean(p, q):
        first, second, third = ((a * b).sum() for a, b in zip(p, q))
        return 1 + 3 * first / 3 + 3 * second / 9 + third / 27

    m, n = np.array([1., 0., -1.]), np.array([2., .5, 0.])
    s, t = np.array([1., .5, 2.]), np.array([.5, 1., 1.])
    p, q = moments(m, s), moments(n, t)
    expected = mean(p, p) + mean(q, q) - 2 * mean(p, q)
    x, y = (torch.tensor(draw(i, 20000)) for i in (9, 10))
    value = make_metric(num_subsets=10).kernel_distance(
        x * torch.tensor(s) + torch.tensor(m),
        y * torch.tensor(t) + torch.tensor(n))
    assert value == pytest.approx(100 * expected, rel=0.05)


def test_subsets_are_the_same_in_every_call_and_cost_no_random_number():
    x, y = draw(11, 10), draw(12, 10) + 1
    state = torch.get_rng_state()
    value = distances(x, y, num_subsets=3, subset_size=4)[1]
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(5)
    assert distances(x, y, num_subsets=3, subset_size=4)[1] == value
    rng = torch.Generator().manual_seed(0)
    subsets = [[torch.randperm(10, generator=rng)[:4].numpy() for _ in 'xy']
               for _ in range(3)]
    expected = np.mean([mmd(x[i], y[j]) for i, j in subsets])
    assert value == pytest.approx(100 * expected, rel=1e-5)


def test_every_stream_has_its_own():
    targets, a, b = draw(0), draw(1) + 1, 2 * draw(2)
    samples = samples_of(targets, pred_img=a, pred_img_reshading=b)
    metrics = evaluate(make_metric(), samples, batch=7)
    assert list(metrics) == ['reshading/FD-colour', 'reshading/KID-colour',
                             'FD-colour', 'KID-colour']
    assert [metrics['FD-colour'], metrics['KID-colour']] == pytest.approx(
        distances(targets, a))
    assert [metrics['reshading/FD-colour'], metrics['reshading/KID-colour']
            ] == pytest.approx(distances(targets, b))
    metrics = evaluate(make_metric(frechet=False), samples)
    assert list(metrics) == ['reshading/KID-colour', 'KID-colour']


def test_official_protocol_shows_the_net_official_pictures():
    samples = []
    for i in range(4):
        sample = DataSample(metainfo=dict(name=f'view_{i}'))
        sample.gt_img = torch.randint(0, 256, (3, 16, 16)).float()
        sample.pred_img = 40 + 150 * torch.rand(3, 16, 16)
        samples.append(sample)
    metrics = evaluate(make_metric(protocol='official'), samples)
    for sample in samples:
        sample.gt_img = official_picture(sample.gt_img)
        sample.pred_img = official_picture(sample.pred_img)
    assert metrics == evaluate(make_metric(), samples)


def test_an_unknown_protocol_and_a_single_view_are_refused():
    with pytest.raises(ValueError, match="'plain' or 'official', not 'x'"):
        make_metric(protocol='x')
    with pytest.raises(ValueError, match='two views or more'):
        distances(draw(0, 1), draw(1, 1))
