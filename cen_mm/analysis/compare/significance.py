"""Whether two runs differ by more than test images and seeds explain."""
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Tuple, Union

import numpy as np

Files = Union[str, Sequence[Path]]


class Difference(NamedTuple):
    """mIoU of two runs, and of their difference the interval, in percent.

    Attributes:
        a, b (float): Means over the seeds.
        low, high (float): The 95 % interval of ``a - b``.
        seeds (tuple[int]): How many of a and of b.
    """
    a: float
    b: float
    low: float
    high: float
    seeds: Tuple[int, int]


def compare_runs(run_a: Files, run_b: Files,
                 resamples: int = 1000) -> Dict[str, Difference]:
    """Paired bootstrap over the test images, and over the seeds.

    Each resample draws as many images with replacement, the same ones for
    both runs, and takes mIoU from the sum of their confusion matrices. Where
    a run has several seeds, it also draws as many of them, with replacement,
    and mIoU is their mean: the interval is about other images and about other
    seeds. With one seed it is about images alone; with S seeds it holds
    (S - 1) / S of the variance that seeds cause, so with few it is too narrow.

    Args:
        run_a, run_b (str | Sequence[Path]): The ``.npz`` files of
            ``StreamIoUMetric(save_confusions=...)``, one for each seed: a
            list, a single one, or a folder below which they all lie.
        resamples (int): Defaults to 1000.

    Returns:
        dict[str, Difference]: By stream that both have, the ensemble first.

    Raises:
        FileNotFoundError: If a run has no file.
        ValueError: If files are about other images or classes.
    """
    files = [_find_files(run) for run in (run_a, run_b)]
    (names_a, a), (names_b, b) = map(read_run, files)
    if names_a != names_b:
        raise ValueError(
            f'{files[0][0]} and {files[1][0]} were not tested on the same '
            'images with the same classes: test them by the same data set')
    rng = np.random.default_rng(0)
    images = len(next(iter(a.values()))[0])
    weights = rng.multinomial(
        images, np.full(images, 1 / images), size=resamples)
    once = np.ones((1, images))
    found = {}
    for stream in [s for s in ('ensemble', *a) if s in a and s in b]:
        values, drawn = [], []
        for seeds in (a[stream], b[stream]):
            values.append(mean_iou(seeds, once).mean())
            chosen = rng.integers(len(seeds), size=(len(seeds), resamples))
            drawn.append(np.take_along_axis(
                mean_iou(seeds, weights), chosen, axis=0).mean(axis=0))
        found[stream] = Difference(*values, *np.percentile(
            drawn[0] - drawn[1], (2.5, 97.5)).tolist(),
            tuple(map(len, files)))
    return found


def _find_files(run: Files) -> Sequence[Path]:
    files = run
    if isinstance(run, str):
        path = Path(run)
        files = [path] if path.is_file() else sorted(
            path.rglob('confusions.npz'))
    absent = [file for file in files if not file.is_file()]
    if absent or not files:
        raise FileNotFoundError(
            f'{absent[0].parent if absent else run} holds no confusions.npz: '
            'test with val_evaluator.save_confusions=.../confusions.npz among '
            'the --cfg-options')
    return files


def read_run(files: Sequence[Path]) -> Tuple[tuple, Dict[str, list]]:
    """Names of images and classes, and by stream ``(N, K, K)`` a seed."""
    about, streams = None, {}
    for file in files:
        with np.load(file, allow_pickle=False) as arrays:
            own = tuple(
                tuple(arrays[k].tolist()) for k in ('names', 'classes'))
            if about not in (None, own):
                raise ValueError(f'{file} and {files[0]} are about other '
                                 'images or classes')
            about = own
            for name in sorted(set(arrays.files) - {'names', 'classes'}):
                streams.setdefault(name, []).append(arrays[name])
    return about, {k: v for k, v in streams.items() if len(v) == len(files)}


def mean_iou(seeds: List[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """mIoU of resampled images, in percent, as mmseg's ``IoUMetric`` has it.

    Args:
        seeds (list[np.ndarray]): ``(N, K, K)`` counts, rows are labels.
        weights (np.ndarray): ``(R, N)``, how often each image is drawn.

    Returns:
        np.ndarray: ``(S, R)``, a row a seed.
    """
    values = []
    for counts in seeds:
        classes = counts.shape[1]
        labels, predictions = counts.sum(2), counts.sum(1)  # (N, K)
        hits = counts[:, range(classes), range(classes)]
        shared, union = (
            weights @ x.astype(np.float64)
            for x in (hits, labels + predictions - hits))
        with np.errstate(invalid='ignore'):  # a class that nobody drew
            values.append(100 * np.nanmean(shared / union, axis=1))
    return np.stack(values)
