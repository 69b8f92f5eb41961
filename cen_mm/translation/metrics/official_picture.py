"""The picture that the official code measures FID and KID on."""
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
    """A figure of 5 x 5 inches at 100 dpi that one axis fills."""
    canvas = FigureCanvasAgg(Figure((5, 5), dpi=100, facecolor='white'))
    axes = canvas.figure.add_axes((0, 0, 1, 1))
    axes.axis('off')
    return canvas, axes


def stretch(picture: Tensor) -> np.ndarray:
    """Darkest value to 0 and brightest to 255, over all channels at once.

    Args:
        picture (Tensor): (3, H, W) in 0..255.

    Returns:
        np.ndarray: uint8 (H, W, 3), truncated. A picture of one value, which
        the official code divides by zero, is black.
    """
    # In the official order of operations: values that fall on a level are
    # truncated by their last bit.
    x = (picture.cpu().float() / 255 - 0.5) / 0.5
    low, high = x.min(), x.max()
    if low == high:
        return np.zeros((*x.shape[1:], 3), np.uint8)
    x = (x - low) * 255 / (high - low)
    return x.numpy().transpose(1, 2, 0).astype(np.uint8)


def official_picture(picture: Tensor) -> Tensor:
    """Stretched, drawn by matplotlib, read back.

    Neighbours are repeated, never blended: the default of matplotlib up to
    3.1, the versions of the time of the other packages that the official
    README lists (it names none for matplotlib). Later versions would blend a
    picture of 256 pixels.

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
