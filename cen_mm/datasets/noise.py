"""A modality of noise, as a control."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS


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
    """

    def __init__(self, modality: str = 'noise') -> None:
        self.modality = modality

    def transform(self, results: dict) -> dict:
        """Add the noise to the segmentation fields."""
        results[self.modality] = np.random.standard_normal(
            results['img'].shape[:2]).astype(np.float32)
        results['seg_fields'].append(self.modality)
        return results

    def __repr__(self) -> str:
        return f'{type(self).__name__}(modality={self.modality!r})'
