"""Inference on files and arrays. Not imported by ``import cen_mm``."""
from .folders import pair_files
from .inferencer import MultimodalInferencer, label_maps

__all__ = ['MultimodalInferencer', 'label_maps', 'pair_files']
