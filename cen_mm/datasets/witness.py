"""A witness of what the transforms of a pipeline move and fill.

A copy of the label map rides in ``seg_fields`` as the modalities do, with
the highest bit of each label turned. Behind the transforms it tells, for each
pixel, whether label and modalities still belong together:

    witness ^ label == 128    both were moved alike
    witness ^ label == 0      a transform has filled both with one value

Anything else is a transform that moves the label, and leaves the modalities
behind. Costs one map of 8 bits more to move.
"""
from typing import Optional

import numpy as np

WITNESS = 'label_witness'  # its key
TURNED = 128
IGNORE_INDEX = 255
REMEDY = ('use transforms that treat every key of seg_fields, as Resize, '
          'RandomCrop, RandomFlip and RandomRotate of mmseg do')


def add_witness(results: dict, labels: np.ndarray) -> None:
    """Let a witness of the labels travel with a sample.

    Args:
        results (dict): The sample.
        labels (np.ndarray): ``(H, W)`` uint8.
    """
    results[WITNESS] = labels ^ TURNED
    results['seg_fields'].append(WITNESS)


def filled(results: dict, who: str) -> Optional[np.ndarray]:
    """Where a transform has filled the modalities as if they were labels.

    Args:
        results (dict): A sample behind some transforms.
        who (str): What has moved it, for messages.

    Returns:
        np.ndarray | None: ``(H, W)`` bool; None if nothing is filled, or
        there is no witness.

    Raises:
        ValueError: If the label was moved, and the modalities were not.
    """
    labels, witness = results.get('gt_seg_map'), results.get(WITNESS)
    if labels is None or witness is None:
        return None
    if labels.shape != witness.shape:
        raise ValueError(
            f'{who} gives a label map of {labels.shape}, but modalities of '
            f'{witness.shape}: {REMEDY}')
    difference = labels ^ witness
    is_filled = difference != TURNED
    if not is_filled.any():
        return None
    is_filled = difference == 0
    lost = ~is_filled & (difference != TURNED) & (labels != IGNORE_INDEX)
    if lost.any() and not _is_renamed(labels, witness):
        raise ValueError(
            f'{who} moves gt_seg_map, but leaves the modalities behind '
            f'({100 * lost.mean():.0f} % of the pixels contradict their '
            f'label): {REMEDY}')
    return is_filled


def _is_renamed(labels: np.ndarray, witness: np.ndarray) -> bool:
    """Whether a transform has only given classes other numbers."""
    counted = labels != IGNORE_INDEX
    pairs = np.unique(
        witness[counted].astype(int) * 256 + labels[counted])
    return len(pairs) == len(np.unique(pairs // 256))
