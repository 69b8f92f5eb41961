"""Metrics and exchanged channels, from what a training wrote to its folder."""
import json
from pathlib import Path
from typing import Dict, Optional

from ..gammas.records import read_gammas

# What mmengine logs beside the metrics of a validation.
NO_METRICS = {'data_time', 'time', 'step'}


def last_validation(work_dir: Path) -> Dict[str, float]:
    """The metrics of the last validation, such as ``mIoU``, ``rgb/mIoU``, by
    mmengine's own log; the training may have been resumed.

    Raises:
        ValueError: If nothing has been validated there.
    """
    # One folder, named by its time, for each start of the training.
    for file in sorted(work_dir.glob('*/vis_data/scalars.json'))[::-1]:
        for line in reversed(file.read_text().splitlines()):
            try:
                scalars = json.loads(line)
            except ValueError:  # cut off while it was written
                continue
            # Training logs the iteration, SparsityHook shares.
            if any(k == 'iter' or k.startswith('exchange/') for k in scalars):
                continue
            if scalars.keys() - NO_METRICS:
                return {k: v for k, v in scalars.items()
                        if k not in NO_METRICS}
    raise ValueError(f'{work_dir} holds no validation in */vis_data/'
                     'scalars.json: the training was cut off before, or its '
                     'config has no val_evaluator or LocalVisBackend')


def exchanged_share(work_dir: Path) -> Optional[float]:
    """The share of exchanged channels in the last record of the gammas.

    The mean over layers and modalities, in 0..1; None without records, as of
    a model that does not exchange.

    Raises:
        ValueError: If a record cannot be read.
    """
    if not (work_dir / 'gammas').is_dir():
        return None
    return float(read_gammas(work_dir).shares()[-1].mean())
