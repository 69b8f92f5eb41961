"""What a scene consists of."""
from dataclasses import dataclass
from typing import List, NamedTuple, Tuple

import numpy as np

from .geometry import Solid
from .materials import Material


class Finish(NamedTuple):
    """What a surface shows: an index into the classes, and a material."""

    label: int
    material: Material


class Decal(NamedTuple):
    """A rectangle painted on a face: it has a finish, but no geometry.

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
    """A room and its camera, in metres, z up, the origin amid the floor.

    Attributes:
        room (Solid): A box that is seen from inside.
        solids (list[Solid]): All that stands in it.
        decals (list[Decal]): All that is painted on; the last is on top.
        eye (np.ndarray): Position of the camera, shape ``(3,)``.
        axes (np.ndarray): Its axes right, down and forward in the columns,
            shape ``(3, 3)``.
        focal (float): Focal length in widths of the image.
        light (np.ndarray): Position of the lamp, shape ``(3,)``.
        exposure (float): Share of the light that a good photograph needs.
        dropouts (np.ndarray): Rectangles ``(x0, y0, x1, y1)``, in shares of
            the image, where the depth sensor sees nothing, ``(R, 4)``.
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
