"""The predictions of several runs for the same images, and which are shown:
never by which run is right."""
import difflib
from itertools import combinations
from typing import Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np
from tqdm import tqdm

from .run import Run


class Comparison(NamedTuple):
    """One image and the predictions of all runs.

    Attributes:
        inputs (dict[str, np.ndarray]): Pictures of what any run reads.
        predictions (dict[str, dict[str, np.ndarray]]): By run and stream.
        truth (np.ndarray): Like a prediction.
        difference (np.ndarray): ``(H, W)``, the mean over all pairs of runs,
            0 where there is no truth.
        disagreement (float): The mean difference where there is a truth.
        errors (dict[str, float]): The mean difference of each run from the
            truth. NaN, as the disagreement, if the image has none.
        key (Sequence[tuple]): Of the inputs, see :class:`Sample`.
    """
    inputs: Dict[str, np.ndarray]
    predictions: Dict[str, Dict[str, np.ndarray]]
    truth: np.ndarray
    difference: np.ndarray
    disagreement: float
    errors: Dict[str, float]
    key: Sequence[tuple] = ()


def compare(runs: Mapping[str, Run], index: int) -> Comparison:
    """Run two or more models, by name, on one of their test images."""
    inputs, predictions, key = {}, {}, ()
    for name, run in runs.items():
        sample = run.load(index)
        # In the order of the last run, whose streams are shown beside them.
        inputs = {**sample.inputs, **inputs}
        key = key or sample.key
        predictions[name] = run.predict(sample)
    truth, known = sample.truth, run.known(sample.truth)

    def mean(values: np.ndarray) -> float:
        return float(values[known].mean()) if known.any() else float('nan')

    ensembles = {name: p['ensemble'] for name, p in predictions.items()}
    pairs = combinations(ensembles.values(), 2)
    difference = known * np.mean(
        [run.difference(*pair) for pair in pairs], axis=0)
    errors = {name: mean(run.difference(ensemble, truth))
              for name, ensemble in ensembles.items()}
    return Comparison(inputs, predictions, truth, difference,
                      mean(difference), errors, key)


def pick(runs: Mapping[str, Run], how: str, count: int,
         names: Sequence[str] = ()) -> Tuple[List[int], np.ndarray]:
    """Pick images of the test set.

    Args:
        runs (Mapping[str, Run]): By name.
        how (str): 'disagreement': those whose predictions differ most from
            each other; 'dark' or 'bright': those with the least or the most
            light.
        count (int): Largest number of images.
        names (Sequence[str]): Names of images to take instead.

    Returns:
        tuple: Indices in the order to show, and ``(images of the test set, 0
        | 1 | 1 + runs)`` what they were picked by, and each run's error where
        all images were predicted.

    Raises:
        ValueError: If no image has a name, or no run has RGB to see light.
    """
    known = next(iter(runs.values())).names
    if names:
        return indices_of(names, known), np.empty((len(known), 0))
    images = tqdm(range(len(known)), desc='picking', disable=None)
    if how == 'disagreement':
        seen = (compare(runs, index) for index in images)
        # Only the figures of an image are kept.
        figures = np.array(
            [[c.disagreement, *c.errors.values()] for c in seen])
    else:
        figures = np.array(brightness(runs, images))[:, None]
    # NaN comes last, and of equal ones the earlier first.
    order = np.argsort(
        figures[:, 0] if how == 'dark' else -figures[:, 0], kind='stable')
    return order[:count].tolist(), figures


def brightness(runs: Mapping[str, Run],
               indices: Iterable[int]) -> List[float]:
    """The mean values, 0 to 1, of RGB images of the first run that has them.

    Raises:
        ValueError: If no run reads or makes RGB.
    """
    for run in runs.values():
        if run.rgb(run.load(0)) is not None:
            return [float(run.rgb(run.load(index)).mean() / 255)
                    for index in indices]
    raise ValueError('no run reads or makes rgb, so there is no light to '
                     'pick by: give --pick disagreement, or --names')


def indices_of(wanted: Iterable[str], names: Sequence[str]) -> List[int]:
    """Where ``wanted`` are in ``names``; several may be called the same.

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
