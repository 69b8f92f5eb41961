"""A check that the transforms of a pipeline move all modalities alike.

The witness of the labels (:mod:`.witness`) guards every sample, but cannot
see an image that is moved alone. So the first sample of a process is, before
it is used, made into a test picture of two colours: image, labels and witness
show the same cells, and after each transform they still have to.
"""
import random
from contextlib import contextmanager
from copy import deepcopy
from typing import Iterator, List

import numpy as np
import torch
from mmcv.transforms import (
    BaseTransform,
    LoadAnnotations,
    LoadImageFromFile,
    TestTimeAug,
)
from mmseg.datasets.transforms import PackSegInputs

from .controls import CopyRGB, NoiseModality
from .load_modality import LoadModality
from .load_rgb import LoadRGB
from .transforms import PackModalities
from .witness import REMEDY, TURNED, WITNESS, filled

TRIES = 8  # as transforms draw whether they do anything
CELLS = 16  # along the shorter side
SMALLEST = 4  # pixels of a cell, so that it survives a reduction
SEEN = 96  # pixels along the shorter side that are looked at
LABEL = 100  # of half the cells; 0 is that of the others
MOST_LABELS = 4  # with new numbers, and what a transform has filled
COLOURS = np.array([[60, 30, 20], [180, 200, 230]])  # BGR
# Unrelated pictures stay below, through any blur or change of colours.
CORRELATION = 0.3
LOADERS = LoadImageFromFile, LoadRGB, LoadModality, LoadAnnotations
ADDING = LoadModality, NoiseModality, CopyRGB


def check_geometry(transforms: List[BaseTransform], sample: dict) -> None:
    """Refuse transforms that leave modalities behind.

    An image without other modalities may be moved as one likes. Random
    numbers that the pipeline draws later do not change.

    Args:
        transforms (list[BaseTransform]): A pipeline.
        sample (dict): What the data set hands to it.

    Raises:
        ValueError: If a transform moves the image or the label alone,
            interpolates labels, or fills modalities as if they were labels
            and there is no witness of it, or a modality is loaded behind
            other transforms; it names the transform.
    """
    first = next((i for i, transform in enumerate(transforms)
                  if not isinstance(transform, LOADERS)), len(transforms))
    rest = [t for t in transforms[first:]
            if not isinstance(t, (LoadAnnotations, PackSegInputs))]
    if _packs_image_alone(transforms):
        return
    for transform in rest:
        if isinstance(transform, LoadModality):
            raise ValueError(
                f'{transform} stands behind {_name(rest[0])}, which may have '
                'moved the image: load all modalities first')
    if not rest:
        return
    sample = deepcopy(sample)
    with _unchanged_numbers():
        for transform in transforms[:first]:
            sample = transform(sample)
        for _ in range(TRIES):
            _probe(deepcopy(rest), _picture(sample))


def _packs_image_alone(transforms: List[BaseTransform]) -> bool:
    """Whether a model sees no other modality."""
    steps = list(_with_branches(transforms))
    packs = [t for t in steps if isinstance(t, PackSegInputs)]
    if packs and isinstance(packs[0], PackModalities):
        return packs[0].modalities == ('rgb', )
    return bool(packs) and not any(isinstance(t, ADDING) for t in steps)


def _with_branches(transforms: List[BaseTransform]
                   ) -> Iterator[BaseTransform]:
    for transform in transforms:
        yield transform
        if isinstance(transform, TestTimeAug):
            for branch in transform.subroutines:
                yield from _with_branches(branch.transforms)


def _picture(sample: dict) -> dict:
    """A loaded sample that shows cells instead."""
    sample = deepcopy(sample)
    height, width = sample['img'].shape[:2]
    size = max(min(height, width) // CELLS, SMALLEST)
    bits = np.random.randint(
        0, 2, (-(-height // size), -(-width // size)), np.uint8)
    cells = bits.repeat(size, 0).repeat(size, 1)[:height, :width]
    sample['img'] = COLOURS[cells].astype(sample['img'].dtype)
    labels = cells * LABEL
    if 'gt_seg_map' in sample:
        sample['gt_seg_map'] = labels
    sample['has_witness'] = WITNESS in sample
    if not sample['has_witness']:
        sample['seg_fields'].append(WITNESS)
    sample[WITNESS] = labels ^ TURNED
    return sample


def _probe(transforms: List[BaseTransform], sample: dict) -> None:
    """Check the picture behind each transform."""
    for transform in transforms:
        if isinstance(transform, TestTimeAug):
            for branch in transform.subroutines:
                _probe([t for t in branch.transforms if not isinstance(
                    t, (LoadAnnotations, PackSegInputs))], deepcopy(sample))
            return
        try:
            sample = transform(sample)
        except Exception:  # one that needs more than a picture of cells
            return
        if sample is None or 'img' not in sample:
            return
        _check(_name(transform), sample)


def _check(name: str, sample: dict) -> None:
    image, witness = sample['img'], sample[WITNESS]
    if image.shape[:2] != witness.shape:
        raise ValueError(
            f'{name} makes img {image.shape[:2]}, but leaves the modalities '
            f'at {witness.shape}: {REMEDY}; padding is for data_preprocessor')
    step = max(min(witness.shape) // SEEN, 1)
    some = slice(None, None, step), slice(None, None, step)
    if 'gt_seg_map' in sample and (
            len(np.unique(sample['gt_seg_map'][some])) > MOST_LABELS):
        raise ValueError(f'{name} interpolates the labels, which makes one '
                         f'class of two others: {REMEDY}')
    gaps = filled(sample, name)
    if gaps is not None and not sample['has_witness']:
        raise ValueError(
            f'{name} fills modalities as if they were labels: load the '
            "labels by dict(type='LoadLabels') before it, which tells what "
            'was filled')
    if min(witness.shape) < CELLS:  # which are below a pixel then
        return
    seen = np.isin(witness[some], (TURNED, TURNED ^ LABEL))
    cells = (witness[some] == TURNED)[seen].astype(float)
    grey = image[some].reshape(*seen.shape, -1).mean(-1)[seen]
    if np.ptp(cells) and np.ptp(grey) and abs(
            np.corrcoef(cells, grey)[0, 1]) < CORRELATION:
        raise ValueError(
            f'{name} moves img, but leaves the modalities behind: {REMEDY}')


def _name(transform: BaseTransform) -> str:
    return type(transform).__name__


@contextmanager
def _unchanged_numbers() -> Iterator[None]:
    """Draw random numbers, and go on as if none had been drawn."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
