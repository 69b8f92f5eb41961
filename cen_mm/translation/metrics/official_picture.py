"""The picture on which the official code measures FID and KID."""
from functools import lru_cache
from typing import Tuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor


@lru_cache(maxsize=1)
def sheet() -> Tuple[FigureCanvasAgg, Axes]:
    """A figure of 5 x 5 inches at 100 dpi, filled by one axis."""
    canvas = FigureCanvasAgg(Figure((5, 5), dpi=100, facecolor='white'))
    axes = canvas.figure.add_axes((0, 0, 1, 1))
    axes.axis('off')
    return canvas, axes


def stretch(picture: Tensor) -> np.ndarray:
    """Scale the darkest value to 0 and the brightest to 255.

    The range is that of all channels together.

    Args:
        picture (Tensor): (3, H, W) in 0..255.

    Returns:
        np.ndarray: uint8 (H, W, 3), truncated. A constant picture, where the
        official code divides by zero, is black.
    """
    # In the official order of operations, as the truncation of values near
    # an integer depends on their last bit.
    x = (picture.cpu().float() / 255 - 0.5) / 0.5
    low, high = x.min(), x.max()
    if low == high:
        return np.zeros((*x.shape[1:], 3), np.uint8)
    x = (x - low) * 255 / (high - low)
    return x.numpy().transpose(1, 2, 0).astype(np.uint8)


def official_picture(picture: Tensor) -> Tensor:
    """Stretch a picture and let matplotlib draw it.

    Interpolation is 'nearest', the default of matplotlib up to 3.1; these
    versions are as old as the other packages in the official README (it
    lists none of matplotlib). Later versions would blend pixels of a picture
    of 256.

    Args:
        picture (Tensor): (3, H, W), RGB in 0..255.

    Returns:
        Tensor: uint8 (3, 500, 500), RGB; white beside a picture that is not
        square.
    """
    canvas, axes = sheet()
    image = axes.imshow(
        stretch(picture), aspect='equal', interpolation='nearest')
    canvas.draw()
    image.remove()
    pixels = np.asarray(canvas.buffer_rgba())[..., :3]
    return torch.from_numpy(pixels.transpose(2, 0, 1).copy())
