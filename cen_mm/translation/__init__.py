"""Image translation, registered in mmagic.

Imported by translation configs alone, through ``custom_imports``; nothing of
segmentation asks for mmagic.
"""
from .discriminator import MultimodalPatchDiscriminator
from .generator import CENUNetGenerator
from .pix2pix import CENPix2Pix

__all__ = ['CENPix2Pix', 'CENUNetGenerator', 'MultimodalPatchDiscriminator']
