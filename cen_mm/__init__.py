"""Channel exchanging networks (CEN, NeurIPS 2020) for OpenMMLab.

Importing the package registers its components: layers in mmengine's root
registry, everything of segmentation in mmseg's. Configs do it with
``custom_imports = dict(imports=['cen_mm'])``.

Without mmseg there is nothing to register in, and only :mod:`cen_mm.runtime`
can be imported, which runs exported networks. All else says what to install,
and so does this package in a program of OpenMMLab.
"""
import sys

from . import compat, requirements

__version__ = '0.2.0'

if requirements.is_absent('mmseg') and 'mmengine' not in sys.modules:
    requirements.allow_runtime_only()
else:
    requirements.require_openmmlab()
    compat.apply()  # before mmseg is imported
    from .datasets import (
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
    from .deployment import deploy
    from .engine import (
        ChannelsHook,
        ClassesHook,
        EpochSeedHook,
        FiniteWeightsHook,
        SparsityHook,
        StageHook,
    )
    from .evaluation import NamedSegVisualizer, StreamIoUMetric
    from .layers import (
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
    from .models import (
        CENResNet,
        CENSegmentor,
        MergingResNet,
        MultimodalPreProcessor,
        RefineNetHead,
        StreamHead,
        StreamTTAModel,
    )
    from .pretrained import register_pretrained

    register_pretrained()

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
