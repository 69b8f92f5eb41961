"""Reading of images of any bit depth, and of arrays."""
import io
from typing import Optional, Sequence, Union

import mmcv
import numpy as np
from mmengine import fileio

from .bands import choose_bands, file_bands


def describe(source: Union[str, np.ndarray], modality: str) -> str:
    """Name of a file, or of an array given instead, for messages."""
    return (f'the {modality} array'
            if isinstance(source, np.ndarray) else source)


def read_array(source: Union[str, np.ndarray],
               modality: str,
               dtype: np.dtype,
               reader: str,
               field: str,
               backend_args: Optional[dict] = None,
               bands: Optional[Sequence[int]] = None) -> np.ndarray:
    """Decode a file, or use an array unchanged, and check it.

    Args:
        source (str | np.ndarray): An image of any bit depth, an ``.npy``
            file, or the array itself, colours in RGB.
        modality (str): Its name.
        dtype (np.dtype): Required type.
        reader (str): The transform that requires it, for messages.
        field (str): Its field that sets the type, for messages.
        backend_args (dict, optional): See mmengine's file I/O.
        bands (Sequence[int], optional): See :func:`choose_bands`. Defaults
            to None: all, of a file that has one or three.

    Returns:
        np.ndarray: ``(H, W)``, or ``(H, W, 3)`` in RGB.

    Raises:
        ValueError: If it cannot be decoded, has another type, two or more
            than three channels of which none are chosen, lacks a band, or
            holds NaN; the message names it.
    """
    name = describe(source, modality)
    array = source if name is not source else _decode(
        source, backend_args, bands is not None)
    if array.dtype != dtype:
        raise ValueError(
            f'{name} is {array.dtype}, but {reader} expects {dtype}: write '
            f'the file with that type, or set {field} if the pipeline is '
            'wrong')
    if bands is not None:
        array = choose_bands(array, bands, name)
    if array.shape[2:] == (1, ):
        array = array[..., 0]
    if array.ndim != 2 and array.shape[2:] != (3, ):
        raise ValueError(f'{name} has shape {array.shape}: write one '
                         'channel, or three for colours, or choose some of '
                         'them by bands of LoadModality')
    if array.dtype.kind == 'f' and not np.isfinite(array).all():
        raise ValueError(
            f'{name} holds {(~np.isfinite(array)).sum()} NaN or infinite '
            'values: write 0 where a measurement is missing')
    return array


def _decode(path: str, backend_args: Optional[dict],
            has_bands: bool) -> np.ndarray:
    data = fileio.get(path, backend_args=backend_args)
    try:
        if path.endswith('.npy'):  # unchanged, in RGB
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
    if has_bands:
        return file_bands(array, data, path)
    # OpenCV reads BGR.
    return array[..., ::-1] if array.shape[2:] == (3, ) else array
