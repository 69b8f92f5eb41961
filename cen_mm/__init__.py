"""Channel exchanging networks (CEN, NeurIPS 2020) for OpenMMLab.

Importing the package registers its components: layers in mmengine's root
registry, everything of segmentation in mmseg's. Configs do it with
``custom_imports = dict(imports=['cen_mm'])``.
"""
from . import compat

compat.apply()  # before mmseg is imported

from .datasets import (  # noqa: E402
    CityscapesRGBDDataset,
    LoadLabels,
    LoadModality,
    LoadRGB,
    MultimodalSegDataset,
    NoiseModality,
    NYUDv2Dataset,
    PackModalities,
    RandomScale,
    RoomsDataset,
    SUNRGBDDataset,
)
from .deployment import deploy  # noqa: E402
from .engine import (  # noqa: E402
    ChannelsHook,
    ClassesHook,
    EpochSeedHook,
    FiniteWeightsHook,
    SparsityHook,
    StageHook,
)
from .evaluation import NamedSegVisualizer, StreamIoUMetric  # noqa: E402
from .layers import (  # noqa: E402
    AlignFusion,
    AverageFusion,
    ConcatFusion,
    Ensemble,
    MKMMDLoss,
    PrivateBN,
    PrivateConv2d,
    PrivateIN,
    PrivateSyncBN,
    SelfAttentionFusion,
    channel_exchange,
    fold,
    make_private,
    unfold,
)
from .models import (  # noqa: E402
    CENResNet,
    CENSegmentor,
    MergingResNet,
    MultimodalPreProcessor,
    RefineNetHead,
    StreamHead,
    StreamTTAModel,
)
from .pretrained import register_pretrained  # noqa: E402

register_pretrained()

__version__ = '0.2.0'

__all__ = [
    'AlignFusion', 'AverageFusion', 'CENResNet', 'CENSegmentor',
    'ChannelsHook', 'CityscapesRGBDDataset', 'ClassesHook', 'ConcatFusion',
    'Ensemble', 'EpochSeedHook', 'FiniteWeightsHook', 'LoadLabels',
    'LoadModality', 'LoadRGB', 'MKMMDLoss', 'MergingResNet',
    'MultimodalPreProcessor', 'MultimodalSegDataset', 'NYUDv2Dataset',
    'NamedSegVisualizer', 'NoiseModality', 'PackModalities', 'PrivateBN',
    'PrivateConv2d', 'PrivateIN', 'PrivateSyncBN', 'RandomScale',
    'RefineNetHead', 'RoomsDataset', 'SUNRGBDDataset', 'SelfAttentionFusion',
    'SparsityHook', 'StageHook', 'StreamHead', 'StreamIoUMetric',
    'StreamTTAModel', 'channel_exchange', 'deploy', 'fold', 'make_private',
    'unfold'
]
