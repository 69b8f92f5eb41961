"""Loading of further modalities.

A loaded modality joins ``seg_fields``, so stock transforms move it with the
label, by nearest neighbour.
"""
from typing import Optional, Union

import numpy as np
from mmcv.transforms import BaseTransform
from mmseg.registry import TRANSFORMS

from ..layers import check_modalities
from .read_array import describe, read_array


@TRANSFORMS.register_module()
class LoadModality(BaseTransform):
    """Load one further modality beside the image.

    Images of any bit depth are read as they are, and ``.npy`` arrays too.
    Grey maps stay ``(H, W)``; colours become RGB. An array instead of the
    path is used unchanged; its colours are RGB.

    Required Keys:

    - img
    - img_path
    - <modality>_path (str | np.ndarray)

    Modified Keys:

    - seg_fields (optional)

    Added Keys:

    - <modality> (np.ndarray): ``(H, W)`` or ``(H, W, 3)``.

    Args:
        modality (str): Its name, such as 'depth' or 'thermal'.
        dtype (str): Required type of the files: 'uint8', 'uint16' or
            'float32'. Defaults to 'uint16', for depth in fixed units.
        centre_crop (bool): Whether to crop a map larger than the image
            around its centre to the image's size, as the official code does
            with the uncropped depth of NYUDv2. Defaults to False.
        backend_args (dict, optional): See mmengine's file I/O.

    Raises:
        ValueError: If the name is taken, the data set has no such modality,
            or a file cannot be decoded, has another type or size than it
            should, or holds NaN; the message names it.
    """

    def __init__(self,
                 modality: str,
                 dtype: str = 'uint16',
                 centre_crop: bool = False,
                 backend_args: Optional[dict] = None) -> None:
        self.modality, = check_modalities((modality, ))
        self.dtype = np.dtype(dtype)
        self.centre_crop = centre_crop
        self.backend_args = backend_args

    def transform(self, results: dict) -> dict:
        """Load the modality and register it with the segmentation fields."""
        if self.modality == 'rgb' or self.modality in results:
            raise ValueError(
                f'LoadModality(modality={self.modality!r}): that name is '
                "taken ('rgb' is the image); load it under another one")
        key = f'{self.modality}_path'
        if key not in results:
            raise ValueError(
                f'the data set has no modality {self.modality!r}: add '
                f'{key}=FOLDER to its data_prefix, or take the modality out '
                'of the pipeline and of the model')
        source = results[key]
        array = self.read(source)
        height, width = results['img'].shape[:2]
        top, left = np.subtract(array.shape[:2], (height, width)) // 2
        if self.centre_crop and top >= 0 and left >= 0:
            array = array[top:top + height, left:left + width]
        if array.shape[:2] != (height, width):
            raise ValueError(
                f'{describe(source, self.modality)} is {array.shape[0]} x '
                f'{array.shape[1]}, but {results["img_path"]} is {height} x '
                f'{width}: the modalities of a sample must be aligned pixel '
                'by pixel')
        results[self.modality] = array
        # mmseg's inferencer gives paths alone.
        results.setdefault('seg_fields', []).append(self.modality)
        return results

    def read(self, source: Union[str, np.ndarray]) -> np.ndarray:
        """Decode a file, or take an array as it is, and check the values.

        Args:
            source (str | np.ndarray): What ``<modality>_path`` holds.

        Returns:
            np.ndarray: ``(H, W)``, or ``(H, W, 3)`` in RGB.
        """
        return read_array(source, self.modality, self.dtype,
                          f'LoadModality(modality={self.modality!r})',
                          'dtype', self.backend_args)

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(modality={self.modality!r}, '
                f'dtype={self.dtype.name!r}, centre_crop={self.centre_crop})')
