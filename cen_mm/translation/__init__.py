"""Image translation, registered in mmagic.

Imported by translation configs alone, through ``custom_imports``; nothing of
segmentation asks for mmagic.
"""
from ..requirements import require_translation

require_translation()  # before anything below asks for it

from .datasets import (  # noqa: E402
    MultiDomainDataset,
    RoomsTranslationDataset,
    TaskonomyDataset,
)
from .discriminator import MultimodalPatchDiscriminator  # noqa: E402
from .generator import CENUNetGenerator  # noqa: E402
from .metrics import (  # noqa: E402
    EfficientNetLite0,
    FIDInception,
    StreamDistributionMetric,
    StreamImageMetric,
)
from .pictures import StreamVisualizer, translations  # noqa: E402
from .pix2pix import CENPix2Pix  # noqa: E402
from .transforms import LoadDomains, StackDomains  # noqa: E402

__all__ = [
    'CENPix2Pix', 'CENUNetGenerator', 'EfficientNetLite0', 'FIDInception',
    'LoadDomains', 'MultiDomainDataset', 'MultimodalPatchDiscriminator',
    'RoomsTranslationDataset', 'StackDomains', 'StreamDistributionMetric',
    'StreamImageMetric', 'StreamVisualizer', 'TaskonomyDataset', 'translations'
]
