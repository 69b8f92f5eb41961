"""Sizes of the modalities of a sample, in training and in a runtime."""
from typing import Any, Dict, Optional, Sequence, Tuple

import cv2
import numpy as np

# Of LoadModality, to the size of the image.
INTERPOLATIONS = dict(
    nearest=cv2.INTER_NEAREST_EXACT,
    bilinear=cv2.INTER_LINEAR,
    area=cv2.INTER_AREA)
# Of mmseg's Resize, for the image.
KERNELS = dict(
    nearest=cv2.INTER_NEAREST,
    bilinear=cv2.INTER_LINEAR,
    bicubic=cv2.INTER_CUBIC,
    area=cv2.INTER_AREA,
    lanczos=cv2.INTER_LANCZOS4)


def fit(array: np.ndarray, size: Sequence[int], centre_crop: bool,
        resize: Optional[str], modality: str, file: str,
        image: str) -> np.ndarray:
    """Bring a map to the size of the image, as ``LoadModality`` says.

    Args:
        array (np.ndarray): ``(H, W)`` or ``(H, W, C)``.
        size (Sequence[int]): Height and width of the image.
        centre_crop (bool): See :class:`~cen_mm.datasets.LoadModality`.
        resize (str, optional): See there.
        modality (str): Its name, for messages.
        file (str): That of the map, for messages.
        image (str): That of the image, for messages.

    Raises:
        ValueError: If the size differs and may not, or the proportions do.
    """
    height, width = size
    top, left = np.subtract(array.shape[:2], (height, width)) // 2
    if centre_crop and top >= 0 and left >= 0:
        array = array[top:top + height, left:left + width]
    h, w = array.shape[:2]
    if (h, w) == (height, width):
        return array
    sizes = f'{file} is {h} x {w}, but {image} is {height} x {width}'
    if resize is None:
        raise ValueError(
            f'{sizes}: the modalities of a sample must be aligned pixel by '
            "pixel; where only the resolution differs, set resize='nearest' "
            f'of LoadModality(modality={modality!r})')
    # Within one pixel of the map; else the sensors see another part.
    if abs(h * width - w * height) > min(height, width):
        raise ValueError(
            f'{sizes}: resize is for another resolution of the same view, but '
            'the proportions differ; crop the files first')
    return cv2.resize(np.ascontiguousarray(array), (width, height),
                      interpolation=INTERPOLATIONS[resize])


def rescale(array: np.ndarray, resize: Dict[str, Any],
            is_image: bool) -> np.ndarray:
    """Resize as mmseg's ``Resize`` does: all but the image by nearest.

    Args:
        array (np.ndarray): ``(H, W)`` or ``(H, W, C)``.
        resize (dict): Its ``scale`` (width and height) or ``scale_factor``
            (of each), ``keep_ratio`` and ``interpolation``.
        is_image (bool): Whether it is the image.
    """
    kernel = resize['interpolation'] if is_image else 'nearest'
    return cv2.resize(
        np.ascontiguousarray(array), _new_size(array.shape[:2], **resize),
        interpolation=KERNELS[kernel])


def _new_size(shape: Sequence[int], scale: Optional[Sequence[int]],
              scale_factor: Optional[Sequence[float]], keep_ratio: bool,
              interpolation: str) -> Tuple[int, ...]:
    """Width and height, rounded as mmcv does."""
    sides = shape[1], shape[0]
    if scale is None:
        scale = _times(sides, scale_factor)
    if keep_ratio:
        factor = min(max(scale) / max(sides), min(scale) / min(sides))
        return _times(sides, (factor, factor))
    return tuple(scale)


def _times(sides: Sequence[int], factors: Sequence[float]
           ) -> Tuple[int, ...]:
    return tuple(int(side * factor + 0.5)
                 for side, factor in zip(sides, factors))


def enlarge(logits: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """Logits ``(K, h, w)`` to ``(K, H, W)`` of a size, as mmseg does."""
    if logits.shape[1:] == tuple(size):
        return logits
    return np.stack([cv2.resize(each, size[::-1]) for each in logits])


def as_8_bits(image: np.ndarray) -> np.ndarray:
    """An image to look at; one of floats has no range but its own."""
    if image.dtype == np.uint8:
        return image
    most = (np.iinfo(image.dtype).max if image.dtype.kind == 'u'
            else max(image.max(), 1))
    return (image.clip(0) * (255. / most)).astype(np.uint8)
