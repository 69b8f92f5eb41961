"""Loads what other sensors have seen.

A loaded modality joins ``seg_fields``, so stock transforms move it with the
label, by nearest neighbour.
"""
import io
from typing import Optional, Union

import mmcv
import numpy as np
from mmcv.transforms import BaseTransform
from mmengine import fileio
from mmseg.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadModality(BaseTransform):
    """Load one further modality beside the image.

    Images of any bit depth are read as they are, and ``.npy`` arrays too.
    Grey maps stay ``(H, W)``; colours become RGB. An array in the place of
    the path is taken as it is, colours in RGB.

    Required Keys:

    - img
    - img_path
    - <modality>_path (str | np.ndarray)

    Modified Keys:

    - seg_fields

    Added Keys:

    - <modality> (np.ndarray): ``(H, W)`` or ``(H, W, 3)``.

    Args:
        modality (str): Its name, such as 'depth' or 'thermal'.
        dtype (str): The type that the files must have: 'uint8', 'uint16'
            or 'float32'. Defaults to 'uint16', of depth in fixed units.
        centre_crop (bool): Whether a map larger than the image is cut around
            its centre to the image's size, as the official code does with
            the uncut depth of NYUDv2. Defaults to False.
        backend_args (dict, optional): See mmengine's file I/O.

    Raises:
        ValueError: If the data set has no such modality, or a file cannot
            be decoded, has another type or size than it should, or holds
            NaN; the message names it.
    """

    def __init__(self,
                 modality: str,
                 dtype: str = 'uint16',
                 centre_crop: bool = False,
                 backend_args: Optional[dict] = None) -> None:
        self.modality = modality
        self.dtype = np.dtype(dtype)
        self.centre_crop = centre_crop
        self.backend_args = backend_args

    def transform(self, results: dict) -> dict:
        """Load the modality and register it with the segmentation fields."""
        key = f'{self.modality}_path'
        if key not in results:
            raise ValueError(
                f'the data set has no modality {self.modality!r}: add '
                f'{key}=FOLDER to its data_prefix, or take the modality out '
                'of the pipeline and of the model')
        source = results[key]
        array = self.read(source)
        height, width = results['img'].shape[:2]
        top = (array.shape[0] - height) // 2
        left = (array.shape[1] - width) // 2
        if self.centre_crop and top >= 0 and left >= 0:
            array = array[top:top + height, left:left + width]
        if array.shape[:2] != (height, width):
            raise ValueError(
                f'{self._name(source)} is {array.shape[0]} x '
                f'{array.shape[1]}, but {results["img_path"]} is {height} x '
                f'{width}: the modalities of a sample must be aligned pixel '
                'by pixel')
        results[self.modality] = array
        results['seg_fields'].append(self.modality)
        return results

    def read(self, source: Union[str, np.ndarray]) -> np.ndarray:
        """Decode a file, or take an array as it is, and check the values.

        Args:
            source (str | np.ndarray): What ``<modality>_path`` holds.

        Returns:
            np.ndarray: ``(H, W)``, or ``(H, W, 3)`` in RGB.
        """
        name = self._name(source)
        array = source if name is not source else self._decode(source)
        if array.dtype != self.dtype:
            raise ValueError(
                f'{name} is {array.dtype}, but LoadModality(modality='
                f'{self.modality!r}) expects {self.dtype}: write the file '
                'with that type, or set dtype if the pipeline is wrong')
        if array.shape[2:] == (1, ):
            array = array[..., 0]
        if array.ndim != 2 and array.shape[2:] != (3, ):
            raise ValueError(f'{name} has shape {array.shape}: write one '
                             'channel, or three for colours')
        if self.dtype.kind == 'f' and not np.isfinite(array).all():
            raise ValueError(
                f'{name} holds {(~np.isfinite(array)).sum()} NaN or infinite '
                'values: write 0 where a measurement is missing')
        return array

    def _name(self, source: Union[str, np.ndarray]) -> str:
        return (f'the {self.modality} array'
                if isinstance(source, np.ndarray) else source)

    def _decode(self, path: str) -> np.ndarray:
        data = fileio.get(path, backend_args=self.backend_args)
        try:
            if path.endswith('.npy'):  # as its writer made it, RGB or not
                return np.load(io.BytesIO(data), allow_pickle=False)
            # OpenCV fails on an empty buffer without a path
            array = mmcv.imfrombytes(
                data, 'unchanged', backend='cv2') if data else None
        except (ValueError, EOFError) as error:
            raise ValueError(f'{path} cannot be decoded ({error}): write the '
                             'file again') from error
        if array is None:
            raise ValueError(f'{path} cannot be decoded: it is truncated or '
                             'no image, write the file again')
        # OpenCV reads BGR.
        return array[..., ::-1] if array.shape[2:] == (3, ) else array

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(modality={self.modality!r}, '
                f'dtype={self.dtype.name!r}, centre_crop={self.centre_crop})')
