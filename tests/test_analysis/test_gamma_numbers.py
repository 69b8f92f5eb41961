"""Recoveries and proportions of gammas, by hand and against plain loops."""
from fractions import Fraction

import numpy as np
import pytest
from tiny_gammas import count_recoveries

from cen_mm.analysis.gammas.proportions import allotment, proportions
from cen_mm.analysis.gammas.trajectories import find_recoveries

# |gamma| of a channel at five records, whether it closes, and recovers.
COURSES = [
    ((1., .5, .1, .01, .005), True, False),
    ((1., .01, .005, .01, .5), True, True),
    ((1., .5, .4, .3, .2), False, False),
    ((.01, .005, .01, .005, .01), False, False),  # began below and stayed
    ((.01, .5, .9, .9, .9), False, False),  # began below by luck, and rose
    ((.01, .5, .01, .01, .01), True, False),  # rose and was brought down
    ((.01, .5, .01, .01, .5), True, True),
    ((1., .01, .5, .01, .01), True, False),  # between it was above
    ((1., 1., 1., 1., .01), True, False),  # closes at the end
    ((1., .02, .03, .02, .02), False, False),  # the threshold is not below
    ((1., .01, .01, .01, .02), True, True),
]


@pytest.mark.parametrize('sign', [1, -1])
def test_recoveries(sign):
    courses, closed, recovered = zip(*COURSES)
    found = find_recoveries(sign * np.array(courses).T, 0.02)
    assert found.closed.tolist() == list(closed)
    assert found.recovered.tolist() == list(recovered)
    assert np.flatnonzero(found.began_below).tolist() == [3, 4, 5, 6]
    assert np.flatnonzero(found.rose).tolist() == [4, 6]
    assert str(found) == ('3 of 7 closed channels recovered, 2 of 4 that '
                          'began below rose')
    some = find_recoveries(np.array(courses[:3]).T, 0.02)
    assert str(some) == '1 of 2 closed channels recovered'
    # One that jumps over zero is not seen near it.
    assert not find_recoveries(np.array([[0.5], [-0.5]]), 0.02).closed.any()


@pytest.mark.parametrize('records', [1, 2, 7])
def test_recoveries_against_loops(records):
    gammas = np.random.default_rng(records).normal(0, 1, (records, 3, 40))
    found = find_recoveries(gammas, 0.7)
    for m in range(3):
        for c in range(40):
            assert (found.recovered[m, c], found.closed[m, c]) == \
                count_recoveries([gammas[:, m, c].tolist()], 0.7)


@pytest.mark.parametrize('count', [2, 3, 4])
def test_proportions_against_fractions(count):
    rng = np.random.default_rng(count)
    layers = [rng.integers(-9, 10, (count, channels)) for channels in (8, 13)]
    alive, largest, above_90, smallest, dead = 0, 0, 0, 0, 0
    for gamma in layers:
        gamma[0] *= 20  # clear owners
        gamma[:, 5] = 0
        gamma[:, 2] = -3  # nobody is the smallest
        shares = proportions(gamma.astype(np.float32))
        for c, channel in enumerate(gamma.T.tolist()):
            total = sum(map(abs, channel))
            if not total:
                dead += 1
                assert np.isnan(shares[:, c]).all()
                continue
            expected = [Fraction(abs(g), total) for g in channel]
            np.testing.assert_allclose(
                shares[:, c], list(map(float, expected)), rtol=1e-12)
            alive += 1
            largest += max(expected)
            above_90 += max(expected) > Fraction(9, 10)
            # Owned by the last whose part begins there or before.
            own = expected.pop(max(
                m for m in range(count)
                if m * gamma.shape[1] // count <= c))
            smallest += own < min(expected)
    found = allotment(layers)
    assert found.all_zero == dead >= 2 and above_90 and smallest
    assert found[:3] == pytest.approx((
        float(largest / alive), above_90 / alive, smallest / alive))


def test_proportions_at_extremes():
    # Each modality gone from its own part: M=3 of 8 channels, 2, 3 and 3.
    gamma = np.ones((3, 8))
    gamma[0, :2] = gamma[1, 2:5] = gamma[2, 5:] = 0.001
    found = allotment([gamma])
    assert found == pytest.approx((1 / 2.001, 0, 1, 0))
    assert str(found) == ('largest modality 50.0% on average, above 90 % in '
                          '0.0% of the channels, own modality the smallest '
                          'in 100.0%')
    # Before training all are equal.
    assert allotment([np.ones((4, 8))]) == (0.25, 0, 0, 0)
    # Below any threshold, but not 0.
    shares = proportions(np.array([[1e-38], [-3e-38]], np.float32))
    np.testing.assert_allclose(shares, [[0.25], [0.75]], rtol=1e-6)
    found = allotment([np.zeros((2, 4))])
    assert np.isnan(found.largest) and '4 channels all 0' in str(found)
