"""Frames on hand-made maps."""
import numpy as np
import pytest

from cen_mm.analysis.frames import frames


def blob(height, width, *boxes):
    """A map that is 1 in boxes of (top, left, bottom, right, strength)."""
    difference = np.zeros((height, width))
    for top, left, bottom, right, strength in boxes:
        difference[top:bottom, left:right] = strength
    return difference


def test_nothing_differs():
    assert frames(np.zeros((30, 40))) == []


def test_one_region_has_one_frame_around_it():
    (box, ) = frames(blob(60, 90, (22, 50, 38, 65, 1.)))
    # 16 x 15 pixels in a window of 20: cut to them, give or take the blur.
    assert np.abs(np.array(box) - (22, 50, 38, 65)).max() <= 1
    assert all(type(edge) is int for edge in box)


def test_a_single_pixel_has_no_tiny_frame():
    (top, left, bottom, right), = frames(blob(60, 90, (30, 40, 31, 41, 1.)))
    assert bottom - top == right - left == 10  # half a window
    assert top <= 30 < bottom and left <= 40 < right


@pytest.mark.parametrize('place', [(0, 0), (0, 89), (59, 0), (59, 89)])
def test_frames_end_with_the_picture(place):
    y, x = place
    (top, left, bottom, right), = frames(blob(60, 90, (y, x, y + 1, x + 1, 1)))
    assert 0 <= top <= y < bottom <= 60 and 0 <= left <= x < right <= 90
    assert bottom - top == right - left == 10


def test_the_strongest_come_first_and_weak_ones_not_at_all():
    boxes = {1.: (5, 5, 17, 17), .8: (40, 70, 52, 82), .3: (5, 70, 17, 82)}
    difference = blob(60, 90, *((*box, s) for s, box in boxes.items()))
    found = frames(difference, count=3)
    assert len(found) == 2  # the third is weaker than half of the first
    for box, strength in zip(found, boxes):
        np.testing.assert_allclose(box, boxes[strength], atol=1)
    assert frames(difference, count=1) == found[:1]


def test_frames_lie_apart_and_are_no_larger_than_a_window():
    rng = np.random.default_rng(0)
    for _ in range(20):
        found = frames(rng.random((48, 64)), count=3)
        assert len(found) == 3
        covered = np.zeros((48, 64), int)
        for top, left, bottom, right in found:
            assert 8 <= bottom - top <= 16 and 8 <= right - left <= 16
            covered[top:bottom, left:right] += 1
        assert covered.max() == 1


def test_the_window_is_where_a_search_of_all_finds_most():
    """A spread of dots: the frame holds the densest square of them."""
    rng = np.random.default_rng(1)
    difference = (rng.random((36, 36)) < 0.03).astype(float)
    difference[20:30, 4:14] += rng.random((10, 10)) < 0.7
    (top, left, bottom, right) = frames(difference)[0]
    sums = {(y, x): difference[y:y + 12, x:x + 12].sum()
            for y in range(25) for x in range(25)}
    y, x = max(sums, key=sums.get)
    inside = np.zeros((36, 36), bool)
    inside[y - 1:y + 13, x - 1:x + 13] = True
    assert inside[top:bottom, left:right].all()


def test_a_picture_of_a_few_pixels():
    assert frames(np.array([[0., 1.]])) == [(0, 1, 1, 2)]
