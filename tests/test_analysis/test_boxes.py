"""Boxes on hand-made maps."""
import numpy as np
import pytest

from cen_mm.analysis.compare.boxes import difference_boxes


def blobs(*boxes):
    """A map that is 1 in boxes of (top, left, bottom, right, strength)."""
    difference = np.zeros((60, 90))
    for top, left, bottom, right, strength in boxes:
        difference[top:bottom, left:right] = strength
    return difference


@pytest.mark.parametrize('difference, expected, count, off', [
    (np.zeros((30, 40)), [], 2, 0),
    (np.array([[0., 1.]]), [(0, 1, 1, 2)], 2, 0),
    # 16 x 15 pixels in a window of 20: cut to them, give or take the blur.
    (blobs((22, 50, 38, 65, 1.)), [(22, 50, 38, 65)], 2, 1),
    # The strongest first; the third is weaker than half of it.
    (blobs((5, 70, 17, 82, .3), (40, 70, 52, 82, .8), (5, 5, 17, 17, 1.)),
     [(5, 5, 17, 17), (40, 70, 52, 82)], 3, 1),
    (blobs((40, 70, 52, 82, .8), (5, 5, 17, 17, 1.)), [(5, 5, 17, 17)], 1, 1),
])
def test_boxes_around_what_differs(difference, expected, count, off):
    found = difference_boxes(difference, count)
    assert len(found) == len(expected)
    for box, (top, left, bottom, right) in zip(found, expected):
        np.testing.assert_allclose(box, (top, left, bottom, right), atol=off)
        assert all(type(edge) is int for edge in box)


@pytest.mark.parametrize('y, x', [(30, 40), (0, 0), (0, 89), (59, 0),
                                  (59, 89)])
def test_a_single_pixel_has_half_a_window_within_the_picture(y, x):
    (top, left, bottom, right), = difference_boxes(blobs(
        (y, x, y + 1, x + 1, 1.)))
    assert 0 <= top <= y < bottom <= 60 and 0 <= left <= x < right <= 90
    assert bottom - top == right - left == 10


def test_boxes_lie_apart_and_are_no_larger_than_a_window():
    rng = np.random.default_rng(0)
    for _ in range(20):
        found = difference_boxes(rng.random((48, 64)), count=3)
        assert len(found) == 3
        covered = np.zeros((48, 64), int)
        for top, left, bottom, right in found:
            assert 8 <= bottom - top <= 16 and 8 <= right - left <= 16
            covered[top:bottom, left:right] += 1
        assert covered.max() == 1


def test_the_window_is_where_a_search_of_all_finds_most():
    """A spread of dots: the box holds the densest square of them."""
    rng = np.random.default_rng(1)
    difference = (rng.random((36, 36)) < 0.03).astype(float)
    difference[20:30, 4:14] += rng.random((10, 10)) < 0.7
    (top, left, bottom, right) = difference_boxes(difference)[0]
    sums = {(y, x): difference[y:y + 12, x:x + 12].sum()
            for y in range(25) for x in range(25)}
    y, x = max(sums, key=sums.get)
    inside = np.zeros((36, 36), bool)
    inside[y - 1:y + 13, x - 1:x + 13] = True
    assert inside[top:bottom, left:right].all()
