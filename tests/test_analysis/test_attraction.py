"""Theorem 1 against its own two inequalities and against the stdlib's Phi."""
import math
from statistics import NormalDist

import numpy as np
import pytest
import torch

from cen_mm.analysis.attraction import (
    attraction_probability,
    is_attracted,
    simulate_attraction,
)


def test_is_the_formula():
    weight = torch.tensor([1e-3, 0.5, 2.], dtype=torch.double)[:, None]
    gradient = torch.tensor([-3., -1e-3, 0.1, 0.5, 7.], dtype=torch.double)
    found = attraction_probability(weight, gradient)
    assert found.dtype == torch.double and found.shape == (3, 5)
    for i, j in np.ndindex(3, 5):
        ratio = weight[i, 0].item() / abs(gradient[j].item())
        expected = 2 * NormalDist().cdf(ratio) - 1
        assert found[i, j].item() == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize('dtype', [torch.float, torch.double])
def test_ratios_from_tiny_to_huge(dtype):
    """A weak penalty's chance is 2 * density(0) * ratio, not a cancelled 0."""
    gradient = torch.tensor([1e9, 1e15, 1e-30, 0.], dtype=dtype)
    found = attraction_probability(1e-2, gradient).tolist()
    density = 1 / math.sqrt(2 * math.pi)
    assert found[0] == pytest.approx(2e-11 * density, rel=1e-6, abs=0)
    assert found[1] == pytest.approx(2e-17 * density, rel=1e-6, abs=0)
    assert found[2:] == [1., 1.]


def test_nothing_to_attract_with():
    """As the strict inequalities have it, with and without a gradient."""
    gradient = torch.tensor([0., 1e-300, 1.], dtype=torch.double)
    assert attraction_probability(0., gradient).tolist() == [0, 0, 0]
    assert not is_attracted(0., gradient).any()
    assert is_attracted(1e-3, gradient).tolist() == [True, True, False]
    with pytest.raises(ValueError, match='must be >= 0, got -0.5'):
        attraction_probability(torch.tensor([1., -0.5]), gradient[:2])


@pytest.mark.parametrize('weight', [0.1, 1., 3.])
def test_map_of_gradients_counts_by_its_l2_norm(weight):
    """The proof's inequalities with footnote 4's sum, drawn by numpy."""
    rng = np.random.default_rng(0)
    g = rng.normal(size=(3, 4, 2)) * 0.4  # batch, height, width
    x_hat = rng.standard_normal((40000, 3, 4, 2))
    s = np.einsum('nij,dnij->d', g, x_hat)
    frequency = ((s + weight > 0) & (s - weight < 0)).mean()
    size = torch.from_numpy(g).norm()
    expected = attraction_probability(weight, size).item()
    tolerance = 4 * math.sqrt(expected * (1 - expected) / 40000)
    assert abs(frequency - expected) < tolerance
    simulated = simulate_attraction(
        weight, torch.from_numpy(g), 40000,
        torch.Generator().manual_seed(0))
    assert abs(simulated - expected) < tolerance
    # Other readings of |g| are told apart.
    for other in (abs(g).sum(), abs(g).mean(), abs(g.sum())):
        wrong = attraction_probability(weight, torch.tensor(other)).item()
        assert abs(frequency - wrong) > 4 * tolerance
