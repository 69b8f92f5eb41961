"""The predictions of several runs for the same image, and their distance."""
from itertools import combinations
from typing import Dict, Mapping, NamedTuple

import numpy as np

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
    """
    inputs: Dict[str, np.ndarray]
    predictions: Dict[str, Dict[str, np.ndarray]]
    truth: np.ndarray
    difference: np.ndarray
    disagreement: float
    errors: Dict[str, float]


def compare(runs: Mapping[str, Run], index: int) -> Comparison:
    """Run two or more models, by name, on one of their test images."""
    inputs, predictions = {}, {}
    for name, run in runs.items():
        sample = run.load(index)
        # In the order of the last run, whose streams are shown beside them.
        inputs = {**sample.inputs, **inputs}
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
                      mean(difference), errors)
