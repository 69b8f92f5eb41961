"""Where in a picture something differs most."""
from typing import List, Tuple

import cv2
import numpy as np

WINDOWS = 3  # so many fit into the shorter side
WORTH = 0.5  # of what the first box holds, any other holds at least

Box = Tuple[int, int, int, int]


def difference_boxes(difference: np.ndarray, count: int = 2) -> List[Box]:
    """The boxes with the most difference in them, strongest first.

    Windows of a third of the shorter side are laid where the sum within is
    largest, each beside the others. A box is the part of its window where the
    smoothed difference is at least half of the strongest one there, but half a
    window long and wide. Windows that hold less than half of what the first
    one does have none. All of this is our choice: the paper does not say how
    its frames were chosen.

    Args:
        difference (np.ndarray): ``(H, W)``, 0 or more.
        count (int): Largest number of boxes. Defaults to 2.

    Returns:
        list[tuple]: Top, left, bottom and right, the last two exclusive.
    """
    if not np.any(difference):
        return []
    side = max(1, min(difference.shape) // WINDOWS)
    reach = side + side // 4
    smooth = cv2.GaussianBlur(
        np.asarray(difference, np.float64), (0, 0), max(side / 12, 0.5))
    totals = cv2.integral(smooth)
    sums = (
        totals[side:, side:] - totals[:-side, side:] - totals[side:, :-side]
        + totals[:-side, :-side])  # by top and left of the window
    least = WORTH * sums.max()
    boxes: List[Box] = []
    while len(boxes) < count and sums.max() >= least:
        top, left = map(int, np.unravel_index(sums.argmax(), sums.shape))
        part = smooth[top:top + side, left:left + side]
        strong = part >= part.max() / 2
        (up, down), (start, end) = (
            _extent(np.flatnonzero(strong.any(axis)), side) for axis in (1, 0))
        boxes.append((top + up, left + start, top + down, left + end))
        # Windows that would lie on this one or close by it.
        sums[max(0, top - reach + 1):top + reach,
             max(0, left - reach + 1):left + reach] = -1
    return boxes


def _extent(places: np.ndarray, side: int) -> Tuple[int, int]:
    """From the first place to the last one, or half of ``side`` around."""
    first, last, least = int(places[0]), int(places[-1]) + 1, side // 2
    if last - first < least:
        first = min(max(0, (first + last - least) // 2), side - least)
        last = first + least
    return first, last
