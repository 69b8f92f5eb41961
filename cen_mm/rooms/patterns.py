"""Procedural patterns.

A pattern is a function of the position on the surface, ``u`` and ``v`` in
metres from a corner, and of the extent of the surface, all of shape ``(N,)``.
It returns the share of the second colour.
"""
import numpy as np

_LATTICE = np.random.Generator(np.random.PCG64(0)).random(
    (64, 64), dtype=np.float32)


def noise(u, v):
    """Smooth noise with a period of 64 and one blob a unit."""
    u0, v0 = np.floor(u), np.floor(v)
    du, dv = u - u0, v - v0
    column, row = u0.astype(np.intp) & 63, v0.astype(np.intp) & 63
    right, above = (column + 1) & 63, (row + 1) & 63
    low, high = _LATTICE[row, column], _LATTICE[above, column]
    low = low + du * (_LATTICE[row, right] - low)
    high = high + du * (_LATTICE[above, right] - high)
    return low + dv * (high - low)


def _plain(u, v, size, scale, offset):
    return 0.5 * noise(u * 2 + offset, v * 2)


def _stripes(u, v, size, scale, offset):
    return (u / scale + offset) % 1 < 0.5


def _checks(u, v, size, scale, offset):
    return (np.floor(u / scale + offset) + np.floor(v / scale)) % 2


def _planks(u, v, size, scale, offset):
    row = v / scale + offset
    along = u / (6 * scale) + 0.37 * np.floor(row)
    joint = (row % 1 < 0.08) | (along % 1 < 0.015)
    return np.where(joint, 1, 0.5 * noise(np.floor(along), np.floor(row)))


def _wood(u, v, size, scale, offset):
    rings = v / scale * 2 + 2 * noise(u + offset, v * 3)
    return np.abs(rings % 2 - 1)


def _fabric(u, v, size, scale, offset):
    return 0.6 * noise(u / scale * 6, v / scale * 6 + offset) + 0.4 * noise(
        u * 3, v * 3 + offset)


def _dots(u, v, size, scale, offset):
    du, dv = (u / scale + offset) % 1 - 0.5, v / scale % 1 - 0.5
    return du * du + dv * dv < 0.09


def _border(u, v, size, scale, offset):
    """A frame around blots: a painting, or a rug."""
    inner = _inset(u, v, size, 0.25 * scale)
    blots = noise(u / scale + offset, v / scale) > 0.5
    return np.where(inner, 0.8 * blots + 0.2, 0)


def _panels(u, v, size, scale, offset):
    """A door: two fields, and a knob at one side."""
    height = v / size[1]
    field = np.where(height > 0.45, (height - 0.45) / 0.55, height / 0.45)
    rim = _inset(u, field * size[0], size[[0, 0]], 0.12 * size[0])
    knob = (np.abs(u / size[0] - 0.93) < 0.03) & (np.abs(height - 0.48) <
                                                  0.02)
    return 0.7 * rim + knob


def _panes(u, v, size, scale, offset):
    """A window: its frame and a cross."""
    inner = _inset(u, v, size, 0.05)
    cross = np.abs(u - size[0] / 2) < 0.025
    return (inner & ~cross) * (0.7 + 0.3 * v / size[1])


def _inset(u, v, size, margin):
    return ((u > margin) & (u < size[0] - margin) & (v > margin) &
            (v < size[1] - margin))


PATTERNS = dict(
    plain=_plain,
    stripes=_stripes,
    checks=_checks,
    planks=_planks,
    wood=_wood,
    fabric=_fabric,
    dots=_dots,
    border=_border,
    panels=_panels,
    panes=_panes)
