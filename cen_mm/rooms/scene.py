"""The classes, and the elements of a scene."""
from dataclasses import dataclass
from typing import List, NamedTuple, Tuple

import numpy as np

from .geometry import Solid
from .materials import Material

CLASSES = ('wall', 'floor', 'ceiling', 'window', 'picture', 'door', 'rug',
           'platform', 'cabinet', 'table', 'chair', 'sofa', 'object')

# Distinct for the colour-blind too: large surfaces are pale, and neighbours
# in a room differ in brightness.
PALETTE = [[187, 204, 238], [221, 221, 187], [238, 238, 238], [0, 187, 221],
           [170, 51, 119], [102, 37, 6], [230, 85, 13], [255, 170, 187],
           [34, 85, 170], [238, 204, 51], [34, 136, 51], [136, 204, 102],
           [40, 40, 40]]


class Finish(NamedTuple):
    """Class index and material of a surface."""

    label: int
    material: Material


class Decal(NamedTuple):
    """A rectangle on a face, with a finish but without geometry.

    ``solid`` is 0 for the room or the 1-based index of a solid, ``face`` is
    in the order of :class:`Solid`, ``rect`` is ``(u0, v0, u1, v1)`` in metres
    from the corner of the face.
    """

    solid: int
    face: int
    rect: Tuple[float, float, float, float]
    finish: Finish


@dataclass
class Scene:
    """A room and its camera, in metres, z up, origin at the floor's centre.

    Attributes:
        room (Solid): A box that is seen from inside.
        solids (list[Solid]): All solids in it.
        decals (list[Decal]): All decals; the last is on top.
        eye (np.ndarray): Position of the camera, shape ``(3,)``.
        axes (np.ndarray): Its axes right, down and forward in the columns,
            shape ``(3, 3)``.
        focal (float): Focal length in widths of the image.
        light (np.ndarray): Position of the lamp, shape ``(3,)``.
        exposure (float): Exposure relative to that of a good photograph.
        dropouts (np.ndarray): Rectangles ``(x0, y0, x1, y1)``, in shares of
            the image, without measured depth, ``(R, 4)``.
    """

    room: Solid
    solids: List[Solid]
    decals: List[Decal]
    eye: np.ndarray
    axes: np.ndarray
    focal: float
    light: np.ndarray
    exposure: float
    dropouts: np.ndarray
