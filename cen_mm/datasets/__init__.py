"""Data sets and transforms, registered in mmseg."""
from .cityscapes import CityscapesRGBDDataset
from .controls import CopyRGB, NoiseModality
from .degrade import Degrade
from .load_labels import LoadLabels
from .load_modality import LoadModality
from .load_rgb import LoadRGB
from .multimodal import MultimodalSegDataset
from .nyudv2 import NYUDv2Dataset, SUNRGBDDataset
from .rooms import RoomsDataset
from .transforms import PackModalities, RandomScale

__all__ = [
    'CityscapesRGBDDataset', 'CopyRGB', 'Degrade', 'LoadLabels',
    'LoadModality', 'LoadRGB', 'MultimodalSegDataset', 'NYUDv2Dataset',
    'NoiseModality', 'PackModalities', 'RandomScale', 'RoomsDataset',
    'SUNRGBDDataset'
]
