"""Frechet and kernel distances of every stream, against their definitions."""
from itertools import permutations

import numpy as np
import pytest
import torch
import torch.distributed as dist
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.evaluator import Evaluator
from scipy.linalg import sqrtm
from test_metrics_image import evaluate, make_case, to_samples
from torch import nn
from two_processes import run_in_two

from cen_mm.translation.metrics import (
    StreamDistributionMetric,
    StreamImageMetric,
)


@MODELS.register_module()
class MeanColour(nn.Module):
    """Three features, so that a test can paint the pictures that have the
    features it wants."""
    frechet_name, kernel_name = 'FD-colour', 'KID-colour'

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


def kernel(x, y):
    return (x @ y / len(x) + 1)**3


def mmd(xs, ys):
    """Unbiased MMD^2 by its definition, pair by pair."""

    def within(xs):
        return np.mean([kernel(x, y) for x, y in permutations(xs, 2)])

    between = np.mean([kernel(x, y) for x in xs for y in ys])
    return within(xs) + within(ys) - 2 * between


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


def test_kernel_distance_pair_by_pair():
    """Subsets are the same in every call and cost no random number."""
    x, y = 2 * draw(11, 10), 3 * draw(12, 10) + 1
    assert distances(x, y)[1] == pytest.approx(100 * mmd(x, y), rel=1e-5)
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
    assert list(metrics.values()) == pytest.approx(
        [*distances(targets, b), *distances(targets, a)])


def test_two_processes_give_the_figures_of_one(tmp_path):
    samples = to_samples(*make_case())

    def metrics():
        return [StreamImageMetric(), make_metric(num_subsets=3, subset_size=3)]

    def share(rank):
        dist.init_process_group('gloo')
        evaluator = Evaluator(metrics())
        # As a distributed sampler deals them: in turn, the first once more.
        evaluator.process((samples + samples[:1])[rank::2])
        return evaluator.evaluate(len(samples))

    expected = evaluate(metrics(), samples, batch=1)
    assert len(expected) == 3 * (4 + 2)
    assert run_in_two(share, tmp_path) == [expected] * 2


def test_an_unknown_protocol_and_a_single_view_are_refused():
    with pytest.raises(ValueError, match="'plain' or 'official', not 'x'"):
        make_metric(protocol='x')
    with pytest.raises(ValueError, match='two views or more'):
        distances(draw(0, 1), draw(1, 1))
