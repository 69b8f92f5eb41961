"""Networks, registered in mmseg."""
from .cen_resnet import CENResNet
from .cen_segmentor import CENSegmentor
from .merging_resnet import MergingResNet
from .preprocessor import MultimodalPreProcessor
from .refinenet_head import RefineNetHead
from .stream_head import StreamHead
from .stream_tta import StreamTTAModel

__all__ = [
    'CENResNet', 'CENSegmentor', 'MergingResNet', 'MultimodalPreProcessor',
    'RefineNetHead', 'StreamHead', 'StreamTTAModel'
]
