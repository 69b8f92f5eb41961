"""Who wears what: the camouflage of the rooms."""
from typing import Dict

import numpy as np

from .materials import Material, make_material

# What each class would choose; the arguments of make_material.
TASTE = {
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


def make_wardrobe(rng: np.random.Generator) -> Dict[str, Material]:
    """Draw the material of every class of a room.

    Colour alone must not tell the classes apart, so that few things have a
    material of their own: the others take it from what they stand before or
    on, or from each other.

    Args:
        rng (np.random.Generator): Source of the choices.

    Returns:
        dict[str, Material]: Materials by name of the class.
    """
    wear = {name: make_material(rng, **taste)
            for name, taste in TASTE.items()}
    wall, floor, wood = wear['wall'], wear['floor'], wear['cabinet']

    def one_of(*materials):
        return materials[rng.integers(len(materials))]

    wear['window'].glow = rng.uniform(0, 0.8)
    wear['window'].colours[0] = 0.85
    wear['cabinet'] = one_of(wall, wall, wood, wear['door'])
    wear['platform'] = one_of(floor, floor, wear['rug'], wear['sofa'])
    wear['rug'] = one_of(wear['rug'], wear['rug'], wear['sofa'])
    wear['picture'] = one_of(wear['picture'], wear['picture'], wood)
    for name in ('table', 'chair', 'sofa', 'object'):
        own = wear[name]
        wear[name] = one_of(own, own, own, wood, wall, floor)
    return wear
