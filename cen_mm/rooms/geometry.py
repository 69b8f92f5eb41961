"""Convex solids and their intersections with rays.

Vectors are columns: points and directions have shape ``(3, N)``, so that
every operation runs along contiguous memory. The unit is the metre; z is up.
"""
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import Any, Sequence, Tuple

import numpy as np

NEGLIGIBLE = 1e-4
# Keeps rays along a tube from dividing by zero.
TINY = np.float32(1e-12)


@dataclass
class Solid:
    """A box, a sphere or an upright cylinder, turned about the vertical.

    Attributes:
        kind (str): 'box', 'sphere' or 'cylinder'.
        centre (tuple): Its centre ``(x, y, z)``.
        half (tuple): Half of its extent along its own three axes.
        yaw (float): Its rotation about z in radians, counterclockwise.
        finish (Any): The finishes of its faces, ordered -x, +x, -y, +y, -z,
            +z. A sphere, and the side of a cylinder, have the first one.
    """

    kind: str
    centre: Tuple[float, float, float]
    half: Tuple[float, float, float]
    yaw: float
    finish: Any


def rotate(vectors: Sequence[np.ndarray], cos, sin) -> tuple:
    """Turn vectors about z.

    Args:
        vectors (sequence[np.ndarray]): Their x, y and z, each ``(N,)``.
        cos (float or np.ndarray): Cosine of the counterclockwise angle, one
            for all or shape ``(N,)``.
        sin (float or np.ndarray): Its sine.

    Returns:
        tuple[np.ndarray, np.ndarray, np.ndarray]: The new x, y and z.
    """
    x, y, z = vectors
    return cos * x - sin * y, sin * x + cos * y, z


@np.errstate(divide='ignore', invalid='ignore')
def interval(solid: Solid, origin: np.ndarray,
             directions: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Interval of each ray inside a solid.

    A ray is in a convex solid for one interval of its parameter, and in an
    intersection of solids for the intersection of their intervals: a
    cylinder is a tube between two planes.

    Args:
        solid (Solid): The solid.
        origin (np.ndarray): Start of all rays, shape ``(3,)``.
        directions (np.ndarray): Shape ``(3, N)``, of any length.

    Returns:
        tuple[np.ndarray, np.ndarray]: Parameters ``near`` and ``far``, each
        of shape ``(N,)``, in units of the direction's length. A ray that
        misses has ``near > far``.
    """
    cos, sin = float(np.cos(solid.yaw)), float(np.sin(solid.yaw))
    start = rotate((origin - solid.centre).tolist(), cos, -sin)
    ways = rotate(directions, cos, -sin)
    if solid.kind == 'sphere':
        return _ball(start, ways, solid.half[0])
    if solid.kind == 'box':
        slabs = list(map(_slab, start, ways, solid.half))
    else:
        slabs = [_ball(start[:2], ways[:2], solid.half[0]),
                 _slab(start[2], ways[2], solid.half[2])]
    return (reduce(np.maximum, [near for near, _ in slabs]),
            reduce(np.minimum, [far for _, far in slabs]))


def _slab(start, ways, half):
    """Interval between two planes."""
    low, high = (-half - start) / ways, (half - start) / ways
    return np.minimum(low, high), np.maximum(low, high)


def _ball(start, ways, radius):
    """Interval in a sphere, or in a tube if there are two coordinates."""
    square = np.maximum(sum(way * way for way in ways), TINY)
    middle = sum(map(mul, start, ways)) / -square
    outside = sum(s * s for s in start) - radius * radius
    reach = np.sqrt(middle * middle - outside / square)
    reach[np.isnan(reach)] = -np.inf
    return middle - reach, middle + reach


def first_hit(solids: Sequence[Solid], origin: np.ndarray,
              directions: np.ndarray,
              limit: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Find the first solid on every ray.

    Args:
        solids (sequence[Solid]): The solids.
        origin (np.ndarray): Start of all rays, shape ``(3,)``, outside of
            the solids.
        directions (np.ndarray): Shape ``(3, N)``, of any length.
        limit (np.ndarray): Parameter where each ray ends, shape ``(N,)``.

    Returns:
        tuple[np.ndarray, np.ndarray]: The parameter of the hit and the
        1-based index of the solid, both ``(N,)``; where nothing is hit,
        ``limit`` and 0.
    """
    distance, index = limit.copy(), np.zeros(len(limit), np.intp)
    for number, solid, rays in _candidates(solids, origin, directions):
        near, far = interval(solid, origin, directions.take(rays, 1))
        hit = (near < far) & (near > NEGLIGIBLE) & (near < distance[rays])
        rays = rays[hit]
        distance[rays] = near[hit]
        index[rays] = number + 1
    return distance, index


def _candidates(solids, origin, directions):
    """Yield number, solid and the rays in the cone around its sphere."""
    half = np.array([solid.half for solid in solids]).reshape(-1, 3)
    reach = np.where([solid.kind == 'sphere' for solid in solids],
                     half[:, 0], np.linalg.norm(half, axis=1)) + NEGLIGIBLE
    middle = np.reshape([solid.centre for solid in solids], (-1, 3)) - origin
    outside = (middle * middle).sum(1) - reach * reach
    # An origin in the sphere sees it everywhere.
    least = np.where(outside > 0, np.sqrt(np.abs(outside)), -np.inf)
    unit = directions / np.sqrt((directions * directions).sum(0))
    along = middle.astype(unit.dtype) @ unit
    for number, solid in enumerate(solids):
        rays = np.flatnonzero(along[number] > least[number])
        if rays.size:
            yield number, solid, rays
