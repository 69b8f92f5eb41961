"""The method: everything a network needs to exchange channels.

Knows torch and mmengine's root registry, so that mmsegmentation and mmagic
configs find the layers alike. The exchange itself is ``exchange.py``.
"""
from .align import AlignFusion, MKMMDLoss, alignment_losses
from .conv import PrivateConv, PrivateConv2d
from .ensemble import Ensemble
from .exchange import (
    ExchangeRule,
    channel_exchange,
    own_channels,
    region_mask,
)
from .fold import fold, fold_padded, unfold
from .fusion import (
    AverageFusion,
    ConcatFusion,
    Fusion,
    SelfAttentionFusion,
    own_first,
)
from .modalities import (
    CHANNELS,
    check_channels,
    check_loaded,
    check_modalities,
    check_present,
    packed_channels,
    say_absent,
)
from .norm import PrivateBN, PrivateIN, PrivateNorm, PrivateSyncBN
from .present import OfModalities, PresentModalities, set_present
from .private_network import (
    check_num_modalities,
    check_once,
    exchangeable_norms,
    make_private,
    modality_names,
    set_exchange,
)
from .stem import PrivateStem

__all__ = [
    'AlignFusion', 'AverageFusion', 'CHANNELS', 'ConcatFusion', 'Ensemble',
    'ExchangeRule', 'Fusion', 'MKMMDLoss', 'OfModalities', 'PresentModalities',
    'PrivateBN', 'PrivateConv', 'PrivateConv2d', 'PrivateIN', 'PrivateNorm',
    'PrivateStem', 'PrivateSyncBN', 'SelfAttentionFusion', 'alignment_losses',
    'channel_exchange', 'check_channels', 'check_loaded', 'check_modalities',
    'check_num_modalities', 'check_once', 'check_present',
    'exchangeable_norms', 'fold', 'fold_padded', 'make_private',
    'modality_names', 'own_channels', 'own_first', 'packed_channels',
    'region_mask', 'say_absent', 'set_exchange', 'set_present', 'unfold'
]
