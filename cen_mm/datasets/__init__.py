"""Data sets and transforms, registered in mmseg."""
from .cityscapes import CityscapesRGBDDataset
from .load_modality import LoadModality
from .multimodal import MultimodalSegDataset
from .noise import NoiseModality
from .nyudv2 import NYUDv2Dataset
from .rooms import RoomsDataset
from .sunrgbd import SUNRGBDDataset
from .transforms import LoadLabels, PackModalities, RandomScale

__all__ = [
    'CityscapesRGBDDataset', 'PackModalities', 'LoadLabels', 'LoadModality',
    'MultimodalSegDataset', 'NYUDv2Dataset', 'NoiseModality', 'RandomScale',
    'RoomsDataset', 'SUNRGBDDataset'
]
