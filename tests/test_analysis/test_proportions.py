"""Whose channels are, against fractions counted by hand."""
from fractions import Fraction

import numpy as np
import pytest

from cen_mm.analysis.proportions import allotment, proportions


def shares_of(gamma):
    """By channel a list of exact shares, None for a channel of zeros."""
    result = []
    for channel in zip(*gamma):
        total = sum(abs(g) for g in channel)
        result.append([Fraction(abs(g), total) for g in channel]
                      if total else None)
    return result


def owner_of(channel, channels, count):
    """The last modality whose part begins at the channel or before."""
    return max(m for m in range(count) if m * channels // count <= channel)


@pytest.mark.parametrize('count', [2, 3, 4])
def test_against_fractions(count):
    rng = np.random.default_rng(count)
    layers = []
    for channels in (8, 13):
        gamma = rng.integers(-9, 10, (count, channels))
        gamma[0] *= 20  # clear owners
        gamma[:, 5] = 0
        gamma[:, 2] = -3  # nobody is the smallest
        layers.append(gamma.tolist())
    alive, largest, ruled, smallest, dead = 0, 0, 0, 0, 0
    for gamma in layers:
        shares = proportions(np.array(gamma, np.float32))
        for c, expected in enumerate(shares_of(gamma)):
            if expected is None:
                dead += 1
                assert np.isnan(shares[:, c]).all()
                continue
            np.testing.assert_allclose(
                shares[:, c], [float(e) for e in expected], rtol=1e-12)
            alive += 1
            largest += max(expected)
            ruled += max(expected) > Fraction(9, 10)
            own = expected.pop(owner_of(c, len(gamma[0]), count))
            smallest += own < min(expected)
    found = allotment(np.array(g, np.float32) for g in layers)
    assert found.dead == dead >= 2
    assert found.largest == pytest.approx(float(largest / alive), rel=1e-12)
    assert found.ruled == pytest.approx(ruled / alive) and ruled
    assert found.own_smallest == pytest.approx(smallest / alive) and smallest


def test_what_disjoint_penalties_aim_at():
    """Each modality gone from its own part: M=3 of 8 channels, 2, 3 and 3."""
    gamma = np.ones((3, 8))
    gamma[0, :2] = gamma[1, 2:5] = gamma[2, 5:] = 0.001
    found = allotment([gamma])
    assert found.own_smallest == 1 and found.ruled == 0 and found.dead == 0
    assert found.largest == pytest.approx(1 / 2.001)
    assert str(found) == ('largest modality 50.0% on average, above 90 % in '
                          '0.0% of the channels, own modality the smallest '
                          'in 100.0%')


def test_before_training_all_are_equal():
    found = allotment([np.ones((4, 8))])
    assert (found.largest, found.ruled, found.own_smallest) == (0.25, 0, 0)


def test_tiny_gammas_share_a_channel_too():
    """Below any threshold, but not 0."""
    shares = proportions(np.array([[1e-38], [-3e-38]], np.float32))
    np.testing.assert_allclose(shares, [[0.25], [0.75]], rtol=1e-6)


def test_nothing_but_zeros():
    found = allotment([np.zeros((2, 4))])
    assert found.dead == 4 and np.isnan(found.largest)
    assert '4 channels all 0' in str(found)
