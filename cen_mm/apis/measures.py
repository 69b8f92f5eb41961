"""What the numbers in files mean to a network.

Weights that come with cen_mm say it of each modality but the image, in their
``meta['measures']``: ``dict(depth=dict(unit=0.0002, medians=[4500, 34500]))``.
``unit`` is what a step of the files is, in metres, or None where it is no
length; ``medians`` are the smallest and the largest median of a training
image, in steps.
"""
from typing import Dict, Iterable, List, Mapping, Optional

import numpy as np
from torch import nn

from ..layers import packed_channels

MILLIMETRE = 1e-3  # what most sensors write


def measured(data: dict) -> Dict[str, Optional[float]]:
    """The typical value of each modality of a sample.

    Args:
        data (dict): ``inputs`` and ``data_samples`` of the test pipeline.

    Returns:
        dict[str, float | None]: By modality, without 'rgb', the median of
        what is not 0, in steps of its file; None if all is.
    """
    meta = data['data_samples'].metainfo
    names = meta.get('modalities', ('rgb', ))
    medians = {}
    for name, values in zip(
            names, data['inputs'].split(packed_channels(meta, names))):
        if name != 'rgb':
            known = values[values != 0].numpy()
            medians[name] = float(np.median(known)) if known.size else None
    return medians


def measures_of(samples: Iterable[dict],
                units: Mapping[str, float]) -> Dict[str, dict]:
    """Measures of a training set.

    Args:
        samples (Iterable[dict]): Of the test pipeline.
        units (Mapping[str, float]): By modality, metres a step.

    Returns:
        dict[str, dict]: ``unit`` and ``medians`` by modality.

    Raises:
        ValueError: If a unit is that of no modality.
    """
    medians: Dict[str, List[float]] = {}
    for data in samples:
        for name, median in measured(data).items():
            medians.setdefault(name, [])
            if median is not None:
                medians[name].append(median)
    for name in set(units) - set(medians):
        raise ValueError(f'a unit is given for {name}, but the modalities '
                         f'with units are {", ".join(medians) or "none"}')
    return {name: dict(unit=units.get(name),
                       medians=[min(values), max(values)])
            for name, values in medians.items() if values}


def set_units(model: nn.Module, measures: Mapping[str, dict],
              units: Mapping[str, float]) -> Dict[str, dict]:
    """Let a model take files in other units than it was trained with.

    Args:
        model (nn.Module): With a
            :class:`~cen_mm.models.MultimodalPreProcessor`, whose mean and std
            are changed in place.
        measures (Mapping[str, dict]): Of its weights.
        units (Mapping[str, float]): By modality, what a step of the files
            is, in metres.

    Returns:
        dict[str, dict]: ``measures``, in steps of the files.

    Raises:
        ValueError: If the weights do not say the unit of a modality, or one
            is not above 0.
    """
    measures = {name: dict(about) for name, about in measures.items()}
    for name, unit in units.items():
        trained = measures.get(name, {}).get('unit')
        if trained is None:
            raise ValueError(
                f'the unit of {name} cannot be changed, as the weights do not '
                'say in which one they were trained: set '
                f'model.data_preprocessor.mean.{name} and std.{name} by '
                '--cfg-options')
        if not 0 < unit < float('inf'):
            raise ValueError(f'the unit of {name} is {unit}, but must be '
                             'above 0 metres a step')
        model.data_preprocessor.scale_units(name, trained / unit)
        measures[name].update(
            unit=unit,
            medians=[m * trained / unit for m in measures[name]['medians']])
    return measures


def doubt(name: str, median: Optional[float], about: dict) -> Optional[str]:
    """Why a modality cannot be in the unit that is expected.

    Args:
        name (str): Of the modality.
        median (float, optional): Of :func:`measured`.
        about (dict): Its measures.

    Returns:
        str | None: A sentence, or None if it is as in the training.
    """
    low, high = about['medians']
    if median is None:
        return f'{name} is 0 everywhere, which measures nothing: leave it out'
    if low <= median <= high:
        return None
    unit = about['unit']
    if unit is None:
        return (f'{name} is typically {median:g}, but {low:g} to {high:g} in '
                'the images of the training: is it in another unit?')
    said = (f'{name} is typically {median * unit:.3g} m at {unit:g} m a step, '
            f'but {low * unit:.3g} to {high * unit:.3g} m in the images of '
            'the training: if the files have another unit, give it by '
            f'units=dict({name}=METRES) or, of tools/infer.py, --depth-unit')
    other = median * MILLIMETRE
    if low * unit <= other <= high * unit:
        said += f'; in millimetres, {MILLIMETRE}, it is {other:.3g} m'
    return said
