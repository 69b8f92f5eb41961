"""The visible surface: point, normal, class and colour of every pixel."""
from dataclasses import dataclass
from typing import Sequence, Tuple

import numpy as np

from .geometry import Solid, rotate
from .scene import Scene


@dataclass
class Surface:
    """The visible surface; N is the number of pixels.

    Attributes:
        point (np.ndarray): Position in metres, ``(3, N)``.
        normal (np.ndarray): Unit normal towards the camera, ``(3, N)``.
        solid (np.ndarray): Index of the solid, 0 for the room, ``(N,)``.
        face (np.ndarray): Index of its face, ``(N,)``.
        uv (np.ndarray): Metres from the corner of the face, ``(2, N)``.
        size (np.ndarray): Extent of the face in metres, ``(2, N)``.
    """

    point: np.ndarray
    normal: np.ndarray
    solid: np.ndarray
    face: np.ndarray
    uv: np.ndarray
    size: np.ndarray


def find_surface(solids: Sequence[Solid], point: np.ndarray,
                 index: np.ndarray) -> Surface:
    """Compute normal, face and coordinates of points on solids.

    Args:
        solids (sequence[Solid]): All solids, the room first.
        point (np.ndarray): Shape ``(3, N)``.
        index (np.ndarray): Index of the solid of each point, ``(N,)``.

    Returns:
        Surface: One entry per point.
    """

    def each(values):
        table = np.array(values, point.dtype)
        return np.take(np.ascontiguousarray(table.T), index, -1)

    cos = each([np.cos(solid.yaw) for solid in solids])
    sin = each([np.sin(solid.yaw) for solid in solids])
    half = each([solid.half for solid in solids])
    centre = each([solid.centre for solid in solids])
    local = np.stack(rotate(point - centre, cos, -sin))

    # On a box, the outermost coordinate determines the face.
    x, y, z = np.abs(local) / half
    axis = np.where(z >= np.maximum(x, y), 2, y > x)
    ball, tube = (np.array([solid.kind == kind for solid in solids])[index]
                  for kind in ('sphere', 'cylinder'))
    side = np.flatnonzero(ball | (tube & (z * z < x * x + y * y)))
    axis[side] = 0
    on_x, on_z = axis == 0, axis == 2
    outside = np.where(on_x, local[0], np.where(on_z, local[2], local[1]))
    face = 2 * axis + (outside > 0)
    face[side] = 0

    # The room, number 0, is seen from inside.
    sign = np.where((outside > 0) == (index > 0), 1, -1).astype(point.dtype)
    normal = np.stack([sign * on_x, sign * (axis == 1), sign * on_z])
    outward = local[:, side]
    outward[2] *= ball[side]
    normal[:, side] = outward / np.sqrt((outward * outward).sum(0))

    corner = local + half
    uv = np.where([on_x, on_z], corner[1], corner[[0, 2]])
    size = 2 * np.where([on_x, on_z], half[1], half[[0, 2]])
    radius = half[0, side]
    angle = np.arctan2(local[1, side], local[0, side]) + np.pi
    uv[0, side], uv[1, side] = angle * radius, corner[2, side]
    size[0, side], size[1, side] = 2 * np.pi * radius, 2 * half[2, side]
    return Surface(point, np.stack(rotate(normal, cos, sin)), index, face,
                   uv, size)


def paint(scene: Scene, surface: Surface
          ) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Look up class, colour and emitted light of the surface.

    Args:
        scene (Scene): With solids and decals.
        surface (Surface): Its visible surface.

    Returns:
        tuple[np.ndarray, np.ndarray, np.ndarray]: Class index ``(N,)``,
        linear albedo ``(3, N)`` and emitted light ``(N,)``.
    """
    solids = [scene.room, *scene.solids]
    finishes = [finish for solid in solids for finish in solid.finish]
    finishes += [decal.finish for decal in scene.decals]
    base = (surface.solid * 6 + surface.face).astype(np.int16)
    shown, uv, size = base.copy(), surface.uv.copy(), surface.size.copy()
    for number, decal in enumerate(scene.decals, 6 * len(solids)):
        u0, v0, u1, v1 = decal.rect
        pixels = np.flatnonzero(base == decal.solid * 6 + decal.face)
        u, v = surface.uv.take(pixels, 1)
        pixels = pixels[(u > u0) & (u < u1) & (v > v0) & (v < v1)]
        shown[pixels] = number
        uv[:, pixels] = surface.uv[:, pixels] - [[u0], [v0]]
        size[:, pixels] = [[u1 - u0], [v1 - v0]]

    label = np.array([finish.label for finish in finishes], np.uint8)[shown]
    materials = list(dict.fromkeys(finish.material for finish in finishes))
    indices = np.array([materials.index(f.material) for f in finishes],
                       np.uint8)[shown]
    albedo = np.empty((3, len(shown)), np.float32)
    for number, material in enumerate(materials):
        pixels = np.flatnonzero(indices == number)
        albedo[:, pixels] = material.colour(*uv.take(pixels, 1),
                                            size.take(pixels, 1))
    glow = np.array([m.glow for m in materials], np.float32)[indices]
    return label, albedo, glow
