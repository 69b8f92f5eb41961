"""Loading of the image."""
from functools import partial
from typing import Optional

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine import fileio
from mmseg.registry import TRANSFORMS

from ..runtime.read_array import describe, read_array


@TRANSFORMS.register_module()
class LoadRGB(BaseTransform):
    """Load the image of a sample, by the reader of all other modalities.

    In the place of ``LoadImageFromFile``, which turns 16 bits into 8 and
    drops a fourth channel without a word. Grey images are repeated to three
    channels.

    Required Keys:

    - img_path (str | np.ndarray): A file, or an array in RGB.

    Modified Keys:

    - img_path (str)

    Added Keys:

    - img (np.ndarray): ``(H, W, 3)`` in BGR, for mmseg's transforms.
    - img_shape
    - ori_shape

    Args:
        dtype (str): Required type of the files. Defaults to 'uint8', which
            mmseg's photometric transforms take for granted.
        to_float32 (bool): Whether to convert the image. Defaults to False.
        backend_args (dict, optional): See mmengine's file I/O.

    Raises:
        ValueError: If a file cannot be decoded, has another type than it
            should, or two or more than three channels; the message names
            it.
    """

    def __init__(self,
                 dtype: str = 'uint8',
                 to_float32: bool = False,
                 backend_args: Optional[dict] = None) -> None:
        self.dtype = np.dtype(dtype)
        self.to_float32 = to_float32
        self.backend_args = backend_args

    def transform(self, results: dict) -> dict:
        """Load the image."""
        source = results['img_path']
        array = read_array(
            source, 'rgb', self.dtype, 'LoadRGB', 'dtype',
            get=partial(fileio.get, backend_args=self.backend_args))
        if array.ndim == 2:
            array = np.repeat(array[..., None], 3, axis=2)
        image = np.ascontiguousarray(array[..., ::-1])
        size = image.shape[:2]
        return dict(
            results,
            img=image.astype(np.float32) if self.to_float32 else image,
            img_path=describe(source, 'rgb'),
            img_shape=size,
            ori_shape=size)

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(dtype={self.dtype.name!r}, '
                f'to_float32={self.to_float32})')
