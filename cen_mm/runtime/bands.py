"""Files of any number of bands."""
import io
from typing import Sequence

import numpy as np
from PIL import Image, UnidentifiedImageError


def choose_bands(array: np.ndarray, bands: Sequence[int],
                 name: str) -> np.ndarray:
    """Take some bands of an array.

    Args:
        array (np.ndarray): ``(H, W)`` or ``(H, W, B)``.
        bands (Sequence[int]): Some of them, counted from 0, in any order and
            also twice.
        name (str): Of the file, for messages.

    Returns:
        np.ndarray: ``(H, W)`` or ``(H, W, C)``.

    Raises:
        ValueError: If the array lacks one of them.
    """
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or max(bands) >= array.shape[2]:
        raise ValueError(
            f'{name} has shape {array.shape}, but LoadModality.bands='
            f'{tuple(bands)} asks for band {max(bands)}: an array is (height, '
            'width, bands), and bands are counted from 0')
    array = array[..., list(bands)]
    return array[..., 0] if len(bands) == 1 else array


def file_bands(array: np.ndarray, data: bytes, path: str) -> np.ndarray:
    """The bands of an image file, as they stand in it.

    Args:
        array (np.ndarray): As OpenCV decodes it: BGR or BGRA, a grey map
            with alpha as four channels, or without alpha.
        data (bytes): The file.
        path (str): Its name, for messages.

    Returns:
        np.ndarray: ``(H, W)`` or ``(H, W, B)``.

    Raises:
        ValueError: If OpenCV does not give all bands of it.
    """
    try:
        with Image.open(io.BytesIO(data)) as file:
            kind, mode = file.format, file.mode
    except UnidentifiedImageError:
        kind = mode = 'unknown'
    if mode == 'LA' and array.shape[2:] == (4, ):
        return array[..., [0, 3]]
    # Of TIFF it drops alpha, or multiplies colours by it.
    if kind != 'PNG' and (mode == 'LA' or array.shape[2:] not in (
            (), (1, ), (3, ))):
        raise ValueError(f'{path} has bands that OpenCV does not give as they '
                         'are: write an .npy array (height, width, bands)')
    if array.ndim == 3 and array.shape[2] >= 3:
        order = [2, 1, 0, *range(3, array.shape[2])]
        return array[..., order]
    return array
