"""Modalities that take the place of a second sensor, as controls."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from ..layers import check_modalities
from .load_modality import check_free


@TRANSFORMS.register_module()
class NoiseModality(BaseTransform):
    """Add a modality of white noise: the control for a second sensor.

    A gain by it is not a gain by information. The noise has one channel and
    is drawn anew each time, from the normal distribution of mean 0 and
    variance 1.

    Required Keys:

    - img

    Modified Keys:

    - seg_fields

    Added Keys:

    - <modality> (np.float32): ``(H, W)``.

    Args:
        modality (str): Its name. Defaults to 'noise'.

    Raises:
        ValueError: If the sample has something of that name.
    """

    def __init__(self, modality: str = 'noise') -> None:
        self.modality, = check_modalities((modality, ))

    def transform(self, results: dict) -> dict:
        """Add the noise to the segmentation fields."""
        check_free(self.modality, results, type(self).__name__)
        results[self.modality] = np.random.standard_normal(
            results['img'].shape[:2]).astype(np.float32)
        results['seg_fields'].append(self.modality)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(modality={self.modality!r})'


@TRANSFORMS.register_module()
class CopyRGB(BaseTransform):
    """Make a modality of a copy of the image: the control for capacity.

    What a network gains from it, it gains from a second stream alone. Placed
    right before ``PackModalities``, so that whatever has changed the image
    has changed the copy.

    Required Keys:

    - img

    Modified Keys:

    - seg_fields

    Added Keys:

    - <modality> (np.ndarray): ``(H, W, 3)`` in RGB.

    Args:
        modality (str): Its name.

    Raises:
        ValueError: If the sample has something of that name.
    """

    def __init__(self, modality: str) -> None:
        self.modality, = check_modalities((modality, ))

    def transform(self, results: dict) -> dict:
        """Add the copy to the segmentation fields."""
        check_free(self.modality, results, type(self).__name__)
        results[self.modality] = results['img'][..., ::-1]
        results['seg_fields'].append(self.modality)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(modality={self.modality!r})'
