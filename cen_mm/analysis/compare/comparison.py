"""What several runs make of the same images."""
import difflib
from itertools import combinations
from typing import Dict, Iterable, List, Mapping, NamedTuple, Sequence

import numpy as np

from .frames import frames
from .runs import Run
from .sheet import Group, Panel


class Comparison(NamedTuple):
    """One image in the eyes of all runs.

    Attributes:
        inputs (dict[str, np.ndarray]): Pictures of what any run reads.
        made (dict[str, dict[str, np.ndarray]]): Predictions by run and
            stream.
        truth (np.ndarray): Like a prediction.
        difference (np.ndarray): ``(H, W)``, the mean over all pairs of runs,
            0 where there is no truth.
        disagreement (float): The mean difference where there is a truth.
        errors (dict[str, float]): The mean difference of each run from the
            truth. NaN, as the disagreement, if the image has none.
    """
    inputs: Dict[str, np.ndarray]
    made: Dict[str, Dict[str, np.ndarray]]
    truth: np.ndarray
    difference: np.ndarray
    disagreement: float
    errors: Dict[str, float]


def compare(runs: Mapping[str, Run], index: int) -> Comparison:
    """Run all models on one image.

    Args:
        runs (Mapping[str, Run]): Two or more by name, tested on the same
            images.
        index (int): Of the image.

    Returns:
        Comparison: See there.
    """
    inputs, made = {}, {}
    for name, run in runs.items():
        sample = run.load(index)
        # In the order of the last, whose streams stand beside them.
        inputs = {**sample.inputs, **inputs}
        made[name] = run.predict(sample)
    truth, known = sample.truth, run.known(sample.truth)
    ours = {name: streams['ensemble'] for name, streams in made.items()}
    difference = known * np.mean(
        [run.difference(*pair) for pair in combinations(ours.values(), 2)],
        axis=0)
    return Comparison(
        inputs, made, truth, difference, _mean(difference, known), {
            name: _mean(run.difference(prediction, truth), known)
            for name, prediction in ours.items()
        })


def _mean(values: np.ndarray, where: np.ndarray) -> float:
    return float(values[where].mean()) if where.any() else float('nan')


def lights(runs: Mapping[str, Run], indices: Iterable[int]) -> List[float]:
    """How light images are.

    Args:
        runs (Mapping[str, Run]): By name. The first that knows the RGB
            image is asked.
        indices (Iterable[int]): Of images.

    Returns:
        list[float]: Mean values of RGB, from 0, black, to 1, white.

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


def strongest(values: Sequence[float], count: int) -> List[int]:
    """Where the largest values stand.

    Args:
        values (Sequence[float]): NaN is smaller than any.
        count (int): At most so many.

    Returns:
        list[int]: The largest one's first, of equal ones the earlier.
    """
    order = np.argsort(-np.asarray(values, float), kind='stable')
    return order[:count].tolist()


def indices_of(wanted: Iterable[str], names: Sequence[str]) -> List[int]:
    """Where images stand.

    Args:
        wanted (Iterable[str]): Names of some.
        names (Sequence[str]): Those of the data set.

    Returns:
        list[int]: In the order of ``wanted``; all that are called so, as
        files of different folders may be.

    Raises:
        ValueError: If none is called so; the message has names like it.
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


def group_of(runs: Mapping[str, Run], name: str,
             compared: Comparison) -> Group:
    """Two lines of a sheet, as in Figures 7 and 8.

    Above the predictions and the truth, below the inputs and the streams of
    the last run. Where the runs differ most, all predictions have frames.

    Args:
        runs (Mapping[str, Run]): By name.
        name (str): Of the image.
        compared (Comparison): Of it.

    Returns:
        Group: For :func:`~cen_mm.analysis.sheet.draw_sheet`.
    """
    boxes = frames(compared.difference)
    last, run = list(runs.items())[-1]

    def panel(title, made):
        return Panel(title, run.picture(made), boxes)

    above = [
        panel(title, streams['ensemble'])
        for title, streams in compared.made.items()
    ]
    above.append(panel('ground truth', compared.truth))
    inputs = [Panel(m, picture) for m, picture in compared.inputs.items()]
    streams = [
        panel(f'{last}: from {m}', made)
        for m, made in compared.made[last].items() if m != 'ensemble'
    ]
    return Group(name, [above, inputs + streams])
