"""Whether gammas that came close to zero grew again: Figure 5."""
from dataclasses import dataclass

import numpy as np


@dataclass
class Recoveries:
    """What became of channels whose gamma came close to zero.

    Attributes:
        closed (np.ndarray): Whether it was driven below the threshold,
            booleans, of the channels' shape.
        recovered (np.ndarray): Of those, which are above it at the end.
        began_below (np.ndarray): Whether it was below at the first record,
            as in a training that goes on from another one's weights.
        rose (np.ndarray): Of those, which are above it at the end.
    """
    closed: np.ndarray
    recovered: np.ndarray
    began_below: np.ndarray
    rose: np.ndarray

    def __str__(self) -> str:
        words = (f'{self.recovered.sum()} of {self.closed.sum()} closed '
                 'channels recovered')
        if self.began_below.any():
            words += (f', {self.rose.sum()} of {self.began_below.sum()} that '
                      'began below rose')
        return words


def find_recoveries(gammas: np.ndarray, threshold: float) -> Recoveries:
    """Follow channels through a training.

    The rules are ours; the paper only shows the curves. What happens between
    two records is not seen. A channel has closed if ``|gamma|`` is below the
    threshold at a record and was not at an earlier one: a gamma that starts
    below by the luck of its initial value counts only from the time that
    training has raised it and brought it down again. A closed channel has
    recovered if it is not below at the last record, wherever it was between.

    Args:
        gammas (np.ndarray): ``(S, *)``, S records of channels of any shape.
        threshold (float): Of ``|gamma|``; what equals it is not below, as in
            :class:`~cen_mm.layers.ExchangeRule`.

    Returns:
        Recoveries: By channel, ``(*)``.
    """
    below = np.abs(gammas) < threshold
    was_above = np.logical_or.accumulate(~below, axis=0)
    closed = (below & was_above).any(axis=0)
    return Recoveries(closed, closed & ~below[-1], below[0],
                      below[0] & ~below[-1])
