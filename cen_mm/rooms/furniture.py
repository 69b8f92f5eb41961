"""Pieces of furniture.

Each function draws one at random and returns the half extents of its
footprint, its height, and its parts. A part is ``(kind, centre, half)`` in
the frame of the piece: its origin is on the floor below the middle, its front
is -y.
"""
from typing import Tuple

import numpy as np

Piece = Tuple[Tuple[float, float], float, list]


def cabinet(rng: np.random.Generator) -> Piece:
    """One box, from a chest of drawers to a wardrobe."""
    return _block(rng.uniform(0.35, 0.8), rng.uniform(0.2, 0.35),
                  rng.uniform(0.7, 2.2))


def platform(rng: np.random.Generator) -> Piece:
    """One wide and low box."""
    return _block(rng.uniform(0.6, 1.1), rng.uniform(0.5, 0.9),
                  rng.uniform(0.15, 0.4))


def table(rng: np.random.Generator) -> Piece:
    """A top on four legs, or a round one on a column."""
    height = rng.uniform(0.6, 0.8)
    top = height - 0.05
    if rng.random() < 0.3:
        radius = rng.uniform(0.4, 0.6)
        return (radius, radius), height, [
            ('cylinder', (0, 0, top), (radius, radius, 0.05)),
            ('cylinder', (0, 0, top / 2), (0.08, 0.08, top / 2)),
            ('cylinder', (0, 0, 0.02), (radius / 2, radius / 2, 0.02)),
        ]
    x, y = rng.uniform(0.45, 0.75), rng.uniform(0.35, 0.5)
    return (x, y), height, [('box', (0, 0, top), (x, y, 0.05)),
                            *_legs(x, y, top, 0.045)]


def chair(rng: np.random.Generator) -> Piece:
    """A seat on four legs, and a back."""
    x, seat, height = (rng.uniform(0.21, 0.26), rng.uniform(0.42, 0.48),
                       rng.uniform(0.85, 1.05))
    back = (height - seat) / 2
    return (x, x), height, [('box', (0, 0, seat), (x, x, 0.035)),
                            ('box', (0, x - 0.03, seat + back),
                             (x, 0.03, back)), *_legs(x, x, seat, 0.03)]


def sofa(rng: np.random.Generator) -> Piece:
    """A seat between two arms, before a back."""
    x, y, seat = (rng.uniform(0.6, 1), rng.uniform(0.38, 0.45),
                  rng.uniform(0.36, 0.44))
    height, arm = rng.uniform(0.75, 0.9), rng.uniform(0.55, 0.65)
    return (x, y), height, [
        ('box', (0, 0, seat / 2), (x, y, seat / 2)),
        ('box', (0, y - 0.1, height / 2), (x, 0.1, height / 2)),
        ('box', (0.09 - x, 0, arm / 2), (0.09, y, arm / 2)),
        ('box', (x - 0.09, 0, arm / 2), (0.09, y, arm / 2)),
    ]


def thing(rng: np.random.Generator) -> Piece:
    """A ball, a drum or a crate."""
    radius = rng.uniform(0.16, 0.32)
    kind = str(rng.choice(['sphere', 'cylinder', 'box']))
    height = radius if kind == 'sphere' else rng.uniform(0.15, 0.35)
    return (radius, radius), 2 * height, [(kind, (0, 0, height),
                                           (radius, radius, height))]


def _block(x, y, height):
    return (x, y), height, [('box', (0, 0, height / 2), (x, y, height / 2))]


def _legs(x, y, height, half):
    return [('box', (i * (x - half), j * (y - half), height / 2),
             (half, half, height / 2)) for i in (-1, 1) for j in (-1, 1)]
