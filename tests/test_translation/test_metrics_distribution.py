"""Distances of every stream against their definitions.

And the pictures of the official protocol against pyplot and its PNG.
"""
from itertools import permutations

import numpy as np
import pytest
import torch
import torch.distributed as dist
from matplotlib import pyplot as plt
from mmagic.registry import MODELS
from mmengine.evaluator import Evaluator
from PIL import Image
from scipy.linalg import sqrtm
from test_metrics_image import evaluate, make_case, to_samples
from torch import nn
from two_processes import run_in_two

from cen_mm.translation.metrics import (
    StreamDistributionMetric,
    StreamImageMetric,
)
from cen_mm.translation.metrics.official_picture import (
    official_picture,
    stretch,
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


def colours(features):
    """Pictures (N, 3, 8, 8) of one colour each, from features (N, 3)."""
    return np.tile(features[..., None, None], (8, 8)).astype(np.float32)


def distances(targets, pictures, **kwargs):
    """The two figures of an ensemble alone."""
    metrics = evaluate(make_metric(**kwargs), to_samples(
        colours(targets), {'': colours(pictures)}))
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
    samples = to_samples(
        colours(targets), {'': colours(a), 'reshading/': colours(b)})
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


def drawn_by_pyplot(array, path):
    """What the official evaluation does, step by step."""
    with plt.rc_context({'image.interpolation': 'nearest'}):
        figure, axes = plt.subplots()
        axes.axis('off')
        axes.imshow(array, aspect='equal')
        figure.subplots_adjust(left=0, right=1, bottom=0, top=1)
        figure.set_size_inches(5, 5)
        figure.savefig(path, dpi=100)
        plt.close(figure)
    return np.array(Image.open(path))[..., :3]


@pytest.mark.parametrize('size', [(256, 256), (64, 64), (30, 40)])
def test_official_picture_equals_the_file_that_pyplot_writes(size, tmp_path):
    pixels = torch.randint(0, 256, (3, *size), dtype=torch.uint8)
    drawing = official_picture(pixels)
    assert drawing.dtype == torch.uint8 and drawing.shape == (3, 500, 500)
    expected = drawn_by_pyplot(stretch(pixels), tmp_path / '000.png')
    np.testing.assert_array_equal(drawing.permute(1, 2, 0), expected)


def test_stretch_is_joint_over_the_channels_and_truncates():
    """Bit by bit as on the official tensors: pixels / 255, then (x - .5) /
    .5, then the range to 0..255."""
    pixels = torch.randint(30, 200, (3, 40, 50), dtype=torch.uint8)
    x = pixels.numpy().astype(np.float32)
    x = (x / np.float32(255) - np.float32(.5)) / np.float32(.5)
    x = (x - x.min()) * np.float32(255) / (x.max() - x.min())
    expected = x.transpose(1, 2, 0).astype(np.uint8)
    result = stretch(pixels)
    np.testing.assert_array_equal(result, expected)
    rounded = np.rint(
        (pixels.numpy() - 30.) * 255 / 169).transpose(1, 2, 0)
    assert (rounded - result).max() == 1 and (rounded - result).min() == 0
    pixels[0] //= 2  # a dark channel
    assert stretch(pixels)[..., 0].max() < 128


    assert not stretch(torch.full((3, 5, 6), 77.)).any()  # one value


def test_the_net_is_shown_official_pictures():
    targets = torch.randint(0, 256, (4, 3, 16, 16)).float()
    pictures = 40 + 150 * torch.rand(4, 3, 16, 16)
    drawn = [list(map(official_picture, part)) for part in (targets, pictures)]
    metrics = evaluate(make_metric(protocol='official'),
                       to_samples(targets, {'': pictures}))
    assert metrics == evaluate(make_metric(),
                               to_samples(drawn[0], {'': drawn[1]}))
