"""Rendered rooms: RGB-D scenes that need more than one modality.

Windows, pictures, doors and rugs have colour but no geometry; many cabinets
and platforms have the colour of the surface behind or below them. Needs
numpy and OpenCV only.
"""
from .render import DOMAINS, RENDERER, check_domains, render_room
from .scene import CLASSES, PALETTE

__all__ = [
    'CLASSES', 'DOMAINS', 'PALETTE', 'RENDERER', 'check_domains', 'render_room'
]
