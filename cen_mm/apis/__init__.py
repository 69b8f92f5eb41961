"""Training, test and inference. Not imported by ``import cen_mm``."""
from ..runtime.folders import pair_files
from .inferencer import MultimodalInferencer, build_inferencer, label_maps

__all__ = [
    'MultimodalInferencer', 'build_inferencer', 'label_maps', 'pair_files'
]
