"""Networks, registered in mmseg."""
from .cen_resnet import CENResNet, CENResNetV1c
from .cen_segmentor import CENSegmentor
from .fusion_resnet import FusionResNet, MergingResNet
from .refinenet_head import RefineNetHead
from .stream_head import StreamHead
from .stream_tta import StreamTTAModel

__all__ = [
    'CENResNet', 'CENResNetV1c', 'CENSegmentor', 'FusionResNet',
    'MergingResNet', 'RefineNetHead', 'StreamHead', 'StreamTTAModel'
]
