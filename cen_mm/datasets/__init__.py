"""Data sets and transforms, registered in mmseg."""
from .multimodal import MultimodalSegDataset
from .nyudv2 import NYUDv2Dataset
from .rooms_dataset import RoomsDataset
from .transforms import ConcatModalities, LoadLabels, LoadModality, RandomScale

__all__ = [
    'ConcatModalities', 'LoadLabels', 'LoadModality', 'MultimodalSegDataset',
    'NYUDv2Dataset', 'RandomScale', 'RoomsDataset'
]
