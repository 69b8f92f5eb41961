"""Modalities that take the place of a second sensor, as controls."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class NoiseModality(BaseTransform):
    """Add a modality of white noise: the control for a second sensor.

    A gain by it is not a gain by information. The noise, ``(H, W)``
    np.float32, is drawn anew each time, from the normal distribution of mean
    0 and variance 1. It joins ``seg_fields``.

    Args:
        modality (str): Its name. Defaults to 'noise'.
    """

    def __init__(self, modality: str = 'noise') -> None:
        self.modality = modality

    def transform(self, results: dict) -> dict:
        """Add the modality to the segmentation fields."""
        results[self.modality] = self._make(results['img'])
        results['seg_fields'].append(self.modality)
        return results

    def _make(self, image: np.ndarray) -> np.ndarray:
        return np.random.standard_normal(image.shape[:2]).astype(np.float32)

    def __repr__(self) -> str:
        return f'{type(self).__name__}(modality={self.modality!r})'


@TRANSFORMS.register_module()
class CopyRGB(NoiseModality):
    """Make a modality of a copy of the image: the control for capacity.

    What a network gains from it, ``(H, W, 3)`` in RGB, it gains from a second
    stream alone. Placed right before ``PackModalities``, so that whatever has
    changed the image has changed the copy.

    Args:
        modality (str): Its name.
    """

    def __init__(self, modality: str) -> None:
        super().__init__(modality)

    def _make(self, image: np.ndarray) -> np.ndarray:
        return image[..., ::-1]
