"""Procedural materials: a pattern that blends two colours.

A pattern is a function of the position on the surface, ``u`` and ``v`` in
metres from a corner, and of the extent of the surface, all of shape ``(N,)``.
It returns the share of the second colour.
"""
import colorsys
from dataclasses import dataclass
from typing import Sequence, Tuple

import numpy as np

_LATTICE = np.random.Generator(np.random.PCG64(0)).random(
    (64, 64), dtype=np.float32)


@dataclass(eq=False)
class Material:
    """A coloured pattern.

    Attributes:
        pattern (str): Name of one of :data:`PATTERNS`.
        colours (np.ndarray): Linear RGB of both colours, shape ``(2, 3)``.
        scale (float): Size of a repeat in metres.
        offset (float): Shift of the pattern in repeats.
        glow (float): Emitted light, relative to a white surface in full
            light. Defaults to 0.
    """

    pattern: str
    colours: np.ndarray
    scale: float
    offset: float
    glow: float = 0

    def colour(self, u: np.ndarray, v: np.ndarray,
               size: np.ndarray) -> np.ndarray:
        """Linear RGB, shape ``(3, N)``, at places of a surface.

        Args:
            u (np.ndarray): Metres from the left border, shape ``(N,)``.
            v (np.ndarray): Metres from the lower border, shape ``(N,)``.
            size (np.ndarray): Extent of the surface, shape ``(2, N)``.
        """
        share = PATTERNS[self.pattern](u, v, size, self.scale, self.offset)
        first, second = np.asarray(self.colours, np.float32)[..., None]
        grain = 0.9 + 0.2 * _noise(u * 9, v * 9 + self.offset)
        return (first + (second - first) * share) * grain


def make_material(rng: np.random.Generator,
                  patterns: Sequence[str],
                  hue: Tuple[float, float] = (0, 1),
                  saturation: Tuple[float, float] = (0.05, 0.6),
                  value: Tuple[float, float] = (0.35, 0.95),
                  contrast: float = 0.25) -> Material:
    """Draw a material.

    Args:
        rng (np.random.Generator): Source of the choices.
        patterns (sequence[str]): Patterns to choose from.
        hue (tuple[float, float]): Range of the first colour's hue, 0 to 1.
            Defaults to (0, 1), any.
        saturation (tuple[float, float]): Range of the saturation of both
            colours. Defaults to (0.05, 0.6).
        value (tuple[float, float]): Range of the first colour's brightness
            on the screen. Defaults to (0.35, 0.95).
        contrast (float): Largest difference of brightness of its two
            colours. Defaults to 0.25.

    Returns:
        Material: Without emitted light.
    """
    tone, strength = rng.uniform(*hue), rng.uniform(*saturation)
    first = rng.uniform(*value)
    second = np.clip(first + rng.uniform(-contrast, contrast), 0.15, 1)
    other = (tone + rng.normal(0, 0.25 * contrast)) % 1
    colours = [colorsys.hsv_to_rgb(tone, strength, first),
               colorsys.hsv_to_rgb(other, strength, second)]
    return Material(
        pattern=str(rng.choice(patterns)),
        colours=np.square(colours),
        scale=rng.uniform(0.12, 0.4),
        offset=rng.uniform(0, 50))


def _noise(u, v):
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
    return 0.5 * _noise(u * 2 + offset, v * 2)


def _stripes(u, v, size, scale, offset):
    return (u / scale + offset) % 1 < 0.5


def _checks(u, v, size, scale, offset):
    return (np.floor(u / scale + offset) + np.floor(v / scale)) % 2


def _planks(u, v, size, scale, offset):
    row = v / scale + offset
    along = u / (6 * scale) + 0.37 * np.floor(row)
    joint = (row % 1 < 0.08) | (along % 1 < 0.015)
    return np.where(joint, 1, 0.5 * _noise(np.floor(along), np.floor(row)))


def _wood(u, v, size, scale, offset):
    rings = v / scale * 2 + 2 * _noise(u + offset, v * 3)
    return np.abs(rings % 2 - 1)


def _fabric(u, v, size, scale, offset):
    return 0.6 * _noise(u / scale * 6, v / scale * 6 + offset) + 0.4 * _noise(
        u * 3, v * 3 + offset)


def _dots(u, v, size, scale, offset):
    du, dv = (u / scale + offset) % 1 - 0.5, v / scale % 1 - 0.5
    return du * du + dv * dv < 0.09


def _border(u, v, size, scale, offset):
    """A frame around blots: a painting, or a rug."""
    inner = _inset(u, v, size, 0.25 * scale)
    blots = _noise(u / scale + offset, v / scale) > 0.5
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
