"""The method: everything a network needs to exchange channels.

Knows torch and mmengine's root registry, so that mmsegmentation and mmagic
configs find the layers alike.
"""
from .align import AlignFusion, MKMMDLoss, alignment_losses
from .conv import PrivateConv2d, PrivateConvTranspose2d
from .ensemble import Ensemble
from .exchange import (
    ExchangeRule,
    channel_exchange,
    exchangeable_norms,
    modality_names,
    own_channels,
    region_mask,
    set_exchange,
)
from .fold import fold, unfold
from .fusion import (
    AverageFusion,
    ConcatFusion,
    Fusion,
    SelfAttentionFusion,
    own_first,
)
from .norm import PrivateBN, PrivateIN, PrivateSyncBN

__all__ = [
    'AlignFusion', 'AverageFusion', 'ConcatFusion', 'Ensemble', 'ExchangeRule',
    'Fusion', 'MKMMDLoss', 'PrivateBN', 'PrivateConv2d',
    'PrivateConvTranspose2d', 'PrivateIN', 'PrivateSyncBN',
    'SelfAttentionFusion', 'alignment_losses', 'channel_exchange',
    'exchangeable_norms', 'fold', 'modality_names', 'own_channels',
    'own_first', 'region_mask', 'set_exchange', 'unfold'
]
