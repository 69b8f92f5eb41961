"""What weights that come with cen_mm predict on a generated sample."""
from typing import Dict, List

import numpy as np

from ...apis.inferencer import MultimodalInferencer
from ...datasets import LoadModality

SIZE = 480, 640  # larger than in trainings, so that it is reduced
DIGITS = 4


def fingerprint(name: str) -> Dict[str, List[float]]:
    """Predict a generated sample by pretrained weights.

    From files' values to logits in the size of the image, so that it tells
    whether pipeline, units, network or weights have changed.

    Args:
        name (str): Of :func:`cen_mm.pretrained.pretrained_names`.

    Returns:
        dict[str, list[float]]: By stream, the mean logit of each class over
        the image, rounded.
    """
    inferencer = MultimodalInferencer(name, device='cpu')
    result = inferencer(sample_for(inferencer))
    logits = {key[len('seg_logits'):].strip('_') or 'ensemble':
              result.get(key).data for key in sorted(result.keys())
              if key.startswith('seg_logits')}
    return {stream: [round(float(v), DIGITS) for v in values.mean((1, 2))]
            for stream, values in logits.items()}


def sample_for(inferencer: MultimodalInferencer) -> Dict[str, np.ndarray]:
    """Waves of colour, long and short, and ramps within the measures."""
    height, width = SIZE
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / 30), np.sin(y / 3), np.sin((x + y) / 50)]
    sample = dict(rgb=np.uint8(np.stack(waves, -1) * 120 + 128))
    for step in inferencer.pipeline.steps:
        if isinstance(step, LoadModality):
            low, high = inferencer.measures[step.modality]['medians']
            sample[step.modality] = (
                low + (high - low) * (x + y) / (height + width)
            ).astype(step.dtype)
    return sample
