"""Rendered rooms: RGB-D scenes that no single modality explains.

Windows, pictures, doors and rugs are painted on; cabinets and platforms wear
the paint of what is behind or below them. Numpy and OpenCV suffice.
"""
from .classes import CLASSES, PALETTE
from .render import DOMAINS, RENDERER, check_domains, render_room

__all__ = [
    'CLASSES', 'DOMAINS', 'PALETTE', 'RENDERER', 'check_domains', 'render_room'
]
