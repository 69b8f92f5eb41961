"""Reading of images of any bit depth, and of arrays."""
import io
from pathlib import Path
from typing import Callable, Optional, Sequence, Union

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from .bands import choose_bands, file_bands

ORIENTATION = 0x0112  # the tag of EXIF
# What announces it, by the first bytes of JPEG, PNG and WebP.
EXIF = {b'\xff\xd8': b'Exif\0\0', b'\x89P': b'eXIf', b'RI': b'EXIF'}
TIFF = b'II', b'MM'


def read_bytes(path: str) -> bytes:
    """The content of a local file."""
    return Path(path).read_bytes()


def describe(source: Union[str, np.ndarray], modality: str) -> str:
    """Name of a file, or of an array given instead, for messages."""
    return (f'the {modality} array'
            if isinstance(source, np.ndarray) else source)


def read_array(source: Union[str, np.ndarray],
               modality: str,
               dtype: np.dtype,
               reader: str,
               field: str,
               bands: Optional[Sequence[int]] = None,
               channels: Optional[int] = None,
               get: Callable[[str], bytes] = read_bytes) -> np.ndarray:
    """Decode a file, or use an array unchanged, and check it.

    An image that says how it is to be turned (EXIF, TIFF) is turned,
    whatever its modality.

    Args:
        source (str | np.ndarray): An image of any bit depth, an ``.npy``
            file, or the array itself, colours in RGB.
        modality (str): Its name.
        dtype (np.dtype): Required type.
        reader (str): The transform that requires it, for messages.
        field (str): Its field that sets the type, for messages.
        bands (Sequence[int], optional): See :func:`choose_bands`. Defaults
            to None: all.
        channels (int, optional): How many it has to give. Defaults to None:
            one or three.
        get (Callable): Gives the content of a file, such as mmengine's
            ``fileio.get``. Defaults to :func:`read_bytes`.

    Returns:
        np.ndarray: ``(H, W)``, or ``(H, W, C)``, three in RGB.

    Raises:
        ValueError: If it cannot be decoded, has another type or number of
            channels, several pages, lacks a band, or holds NaN; the message
            names it.
    """
    name = describe(source, modality)
    array = source if name is not source else _decode(
        source, get, bands is not None or channels is not None)
    if array.dtype != dtype:
        raise ValueError(
            f'{name} is {array.dtype}, but {reader} expects {dtype}: write '
            f'the file with that type, or set {field} if the pipeline is '
            'wrong')
    if bands is not None:
        array = choose_bands(array, bands, name)
    if array.shape[2:] == (1, ):
        array = array[..., 0]
    count = 1 if array.ndim == 2 else array.shape[2] if array.ndim == 3 else 0
    if channels is not None and count != channels:
        raise ValueError(
            f'{name} has shape {array.shape}, but LoadModality.channels='
            f'{channels}: set it to what the files have, or choose by bands')
    if channels is None and count not in (1, 3):
        raise ValueError(f'{name} has shape {array.shape}: write one '
                         'channel, or three for colours, or choose some of '
                         'them by bands of LoadModality; with private stems '
                         'its channels may be any number')
    if array.dtype.kind == 'f' and not np.isfinite(array).all():
        raise ValueError(
            f'{name} holds {(~np.isfinite(array)).sum()} NaN or infinite '
            'values: write 0 where a measurement is missing')
    return array


def _decode(path: str, get: Callable[[str], bytes],
            has_bands: bool) -> np.ndarray:
    data = get(path)
    try:
        if path.endswith('.npy'):  # unchanged, in RGB
            return np.load(io.BytesIO(data), allow_pickle=False)
        # OpenCV fails on an empty buffer without a path
        array = cv2.imdecode(
            np.frombuffer(data, np.uint8),
            cv2.IMREAD_UNCHANGED) if data else None
        if array is None:
            raise ValueError('it is truncated or no image')
        array = _upright(array, data)
    except (OSError, SyntaxError, ValueError, EOFError, cv2.error) as error:
        reason = ' '.join(str(error).split())
        raise ValueError(f'{path} cannot be decoded ({reason}): write the '
                         'file again') from error
    if has_bands:
        return file_bands(array, data, path)
    # OpenCV reads BGR.
    return array[..., ::-1] if array.shape[2:] == (3, ) else array


def _upright(array: np.ndarray, data: bytes) -> np.ndarray:
    """Turn an image as its file says; OpenCV does so with TIFF alone."""
    if data.startswith(TIFF):
        _expect_one_page(data)
        return array
    # Pillow would decode a PNG to find out.
    mark = EXIF.get(data[:2])
    if mark is None or mark not in data:
        return array
    with Image.open(io.BytesIO(data)) as file:
        orientation = file.getexif().get(ORIENTATION, 1)
    if orientation in (5, 6, 7, 8):
        array = array.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    return np.ascontiguousarray(array)


def _expect_one_page(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data)) as file:
            pages = file.n_frames
    except UnidentifiedImageError:  # of 64 bits
        return
    if pages > 1:
        raise ValueError(f'it has {pages} pages, of which one would be read')
