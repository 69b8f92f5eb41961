"""Which gammas came close to zero and grew again, against plain loops."""
import numpy as np
import pytest

from cen_mm.analysis.recoveries import find_recoveries

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
def test_courses(sign):
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


def test_a_gamma_that_jumps_over_zero_is_not_seen_near_it():
    found = find_recoveries(np.array([[0.5], [-0.5]]), 0.02)
    assert not found.closed.any()


@pytest.mark.parametrize('records', [1, 2, 7])
def test_against_loops(records):
    gammas = np.random.default_rng(records).normal(0, 1, (records, 3, 40))
    found = find_recoveries(gammas, 0.7)
    assert found.closed.shape == (3, 40)
    for m in range(3):
        for c in range(40):
            closed, was_above = False, False
            for gamma in gammas[:, m, c].tolist():
                if not -0.7 < gamma < 0.7:
                    was_above = True
                elif was_above:
                    closed = True
            ends_above = not -0.7 < gammas[-1, m, c] < 0.7
            assert found.closed[m, c] == closed
            assert found.recovered[m, c] == (closed and ends_above)
