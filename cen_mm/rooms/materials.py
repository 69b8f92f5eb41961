"""Materials of the classes of a room, many of them shared."""
import colorsys
from dataclasses import dataclass
from typing import Dict, Sequence, Tuple

import numpy as np

from .patterns import PATTERNS, noise

# Arguments of make_material for each class.
RANGES = {
    'wall': dict(patterns=['plain', 'stripes', 'dots', 'fabric'],
                 saturation=(0.05, 0.4), value=(0.6, 0.95)),
    'floor': dict(patterns=['planks', 'checks', 'wood'], hue=(0.03, 0.15),
                  value=(0.35, 0.7)),
    'ceiling': dict(patterns=['plain'], saturation=(0, 0.1),
                    value=(0.8, 1)),
    'window': dict(patterns=['panes'], hue=(0.5, 0.65)),
    'door': dict(patterns=['panels'], hue=(0, 0.12), saturation=(0.3, 0.7),
                 value=(0.3, 0.6), contrast=0.4),
    'rug': dict(patterns=['border', 'stripes'], saturation=(0.4, 0.8),
                contrast=0.5),
    'picture': dict(patterns=['border'], saturation=(0.2, 0.8),
                    value=(0.15, 0.5), contrast=0.7),
    'table': dict(patterns=['wood'], hue=(0.03, 0.12)),
    'chair': dict(patterns=['plain', 'wood'], value=(0.2, 0.5)),
    'sofa': dict(patterns=['fabric', 'stripes'], saturation=(0.2, 0.6)),
    'object': dict(patterns=['plain', 'dots'], saturation=(0.6, 1)),
    'cabinet': dict(patterns=['wood', 'plain'], value=(0.2, 0.7)),
}


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
        grain = 0.9 + 0.2 * noise(u * 9, v * 9 + self.offset)
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


def draw_class_materials(rng: np.random.Generator) -> Dict[str, Material]:
    """Draw the material of every class of a room.

    Colour alone must not suffice to distinguish the classes, so that many
    objects have the material of the surface behind or below them, or of each
    other.

    Args:
        rng (np.random.Generator): Source of the choices.

    Returns:
        dict[str, Material]: Materials by name of the class.
    """
    drawn = {name: make_material(rng, **ranges)
             for name, ranges in RANGES.items()}
    wall, floor, wood = drawn['wall'], drawn['floor'], drawn['cabinet']

    def one_of(*materials):
        return materials[rng.integers(len(materials))]

    drawn['window'].glow = rng.uniform(0, 0.8)
    drawn['window'].colours[0] = 0.85
    drawn['cabinet'] = one_of(wall, wall, wood, drawn['door'])
    drawn['platform'] = one_of(floor, floor, drawn['rug'], drawn['sofa'])
    drawn['rug'] = one_of(drawn['rug'], drawn['rug'], drawn['sofa'])
    drawn['picture'] = one_of(drawn['picture'], drawn['picture'], wood)
    for name in ('table', 'chair', 'sofa', 'object'):
        own = drawn[name]
        drawn[name] = one_of(own, own, own, wood, wall, floor)
    return drawn
