"""Which images of a test set are shown, never by which run is right."""
import difflib
from typing import Iterable, List, Mapping, NamedTuple, Sequence

import numpy as np
from tqdm import tqdm

from .comparison import compare
from .run import Run


class Picked(NamedTuple):
    """Images, and what they were picked by.

    Attributes:
        indices (list[int]): Of the images, in the order to show.
        figures (np.ndarray): ``(images of the test set, 0 | 1 | 1 + runs)``:
            what images were picked by, and each run's error where all
            images were predicted.
    """
    indices: List[int]
    figures: np.ndarray


def pick(runs: Mapping[str, Run], how: str, count: int,
         names: Sequence[str] = ()) -> Picked:
    """Pick images of the test set.

    Args:
        runs (Mapping[str, Run]): By name.
        how (str): 'disagreement': those whose predictions differ most from
            each other; 'dark' or 'bright': those with the least or the most
            light.
        count (int): Largest number of images.
        names (Sequence[str]): Names of images to take instead.

    Raises:
        ValueError: If no image has a name, or no run has RGB to see light.
    """
    known = next(iter(runs.values())).names
    if names:
        return Picked(indices_of(names, known), np.empty((len(known), 0)))
    images = tqdm(range(len(known)), desc='picking', disable=None)
    if how == 'disagreement':
        seen = (compare(runs, index) for index in images)
        # Only the figures of an image are kept.
        figures = np.array(
            [[c.disagreement, *c.errors.values()] for c in seen])
    else:
        figures = np.array(brightness(runs, images))[:, None]
    sign = -1 if how == 'dark' else 1
    return Picked(largest(sign * figures[:, 0], count), figures)


def brightness(runs: Mapping[str, Run],
               indices: Iterable[int]) -> List[float]:
    """The mean values of RGB images, from 0, black, to 1, white.

    Args:
        runs (Mapping[str, Run]): By name; the first that has RGB is asked.
        indices (Iterable[int]): Of images.

    Raises:
        ValueError: If no run reads or makes RGB.
    """
    for run in runs.values():
        if run.rgb(run.load(0)) is not None:
            return [
                float(run.rgb(run.load(index)).mean() / 255)
                for index in indices
            ]
    raise ValueError('no run reads or makes rgb, so there is no light to '
                     'pick by: give --pick disagreement, or --names')


def largest(values: Sequence[float], count: int) -> List[int]:
    """Indices of at most ``count`` largest values, the largest first.

    NaN is smaller than any; of equal ones the earlier comes first.
    """
    order = np.argsort(-np.asarray(values, float), kind='stable')
    return order[:count].tolist()


def indices_of(wanted: Iterable[str], names: Sequence[str]) -> List[int]:
    """Indices of images by name.

    Args:
        wanted (Iterable[str]): Names of some.
        names (Sequence[str]): Those of the data set.

    Returns:
        list[int]: In the order of ``wanted``; all that have a name, as files
        of different folders may share one.

    Raises:
        ValueError: If none has a name; the message has names like it.
    """
    indices = []
    for name in wanted:
        found = [i for i, other in enumerate(names) if other == name]
        if not found:
            near = difflib.get_close_matches(name, names, n=5, cutoff=0)
            raise ValueError(
                f'the test set has no image {name!r}: give one of its names, '
                f'such as {", ".join(near)}')
        indices += found
    return indices
