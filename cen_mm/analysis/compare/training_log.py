"""Metrics and exchanged channels, from what a training wrote to its folder."""
import json
from pathlib import Path
from typing import Dict, Optional, Union

from ..gammas import read_gammas

# What mmengine logs beside the metrics of a validation.
NO_METRICS = {'data_time', 'time', 'step'}


def last_validation(work_dir: Union[str, Path]) -> Dict[str, float]:
    """The metrics of the last validation, from mmengine's own log.

    Args:
        work_dir (str | Path): Of a training, which may have been resumed.

    Returns:
        dict[str, float]: Such as ``mIoU`` and ``rgb/mIoU``.

    Raises:
        ValueError: If nothing has been validated there.
    """
    # One folder, named by its time, for each start of the training.
    files = sorted(Path(work_dir).glob('*/vis_data/scalars.json'))
    for file in reversed(files):
        for line in reversed(file.read_text().splitlines()):
            metrics = _metrics(line)
            if metrics:
                return metrics
    raise ValueError(f'{work_dir} holds no validation in */vis_data/'
                     'scalars.json: the training was cut off before, or its '
                     'config has no val_evaluator or LocalVisBackend')


def _metrics(line: str) -> Dict[str, float]:
    """Those of a line of scalars.json, none if it is of something else."""
    try:
        scalars = json.loads(line)
    except ValueError:  # cut off while it was written
        return {}
    # Lines of training have the iteration, those of SparsityHook shares.
    if any(k == 'iter' or k.startswith('exchange/') for k in scalars):
        return {}
    return {k: v for k, v in scalars.items() if k not in NO_METRICS}


def exchanged_share(work_dir: Union[str, Path]) -> Optional[float]:
    """The share of exchanged channels in the last record of the gammas.

    Args:
        work_dir (str | Path): Of a training.

    Returns:
        float | None: The mean over layers and modalities, in 0..1. None
        without records, as of a model that does not exchange.

    Raises:
        ValueError: If a record cannot be read.
    """
    if not (Path(work_dir) / 'gammas').is_dir():
        return None
    return float(read_gammas(work_dir).shares()[-1].mean())
