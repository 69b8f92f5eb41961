"""Materials of the classes of a room, many of them shared."""
from typing import Dict

import numpy as np

from .materials import Material, make_material

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
