"""Image translation, registered in mmagic.

Imported by translation configs alone, through ``custom_imports``; nothing of
segmentation asks for mmagic.
"""
from .datasets import (
    MultiDomainDataset,
    RoomsTranslationDataset,
    TaskonomyDataset,
)
from .discriminator import MultimodalPatchDiscriminator
from .generator import CENUNetGenerator
from .pictures import translations
from .pix2pix import CENPix2Pix
from .transforms import LoadDomains, StackDomains
from .visualizer import StreamVisualizer

__all__ = [
    'CENPix2Pix', 'CENUNetGenerator', 'LoadDomains', 'MultiDomainDataset',
    'MultimodalPatchDiscriminator', 'RoomsTranslationDataset', 'StackDomains',
    'StreamVisualizer', 'TaskonomyDataset', 'translations'
]
