"""ResNets whose modalities exchange channels."""
from typing import Optional

from mmseg.models.backbones import ResNet
from mmseg.models.backbones.resnet import BasicBlock
from mmseg.registry import MODELS

from ..layers import ExchangeRule, set_exchange


@MODELS.register_module()
class CENResNet(ResNet):
    """mmseg's ResNet that exchanges channels after every 3x3 convolution.

    The exchange (Eq. 6) sits between norm and activation: behind ``norm2`` of
    a bottleneck (ResNet-50, 101, 152) and behind both norms of a basic block
    (18, 34, which the paper does not use). The stem, the 1x1 convolutions
    and the shortcuts do not exchange. ``norm_cfg`` and ``conv_cfg`` alone
    say what the modalities share; by default the convolutions are shared and
    the norms private, the paper's choice.

    Checkpoints of plain ResNets load through ``init_cfg=dict(type=
    'Pretrained', checkpoint='torchvision://resnet101')``.

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        in_channels (int): Channels of one modality. Defaults to 3.
        norm_cfg (dict, optional): Defaults to ``dict(type='PrivateBN',
            num_modalities=2)``.
        exchange (dict, optional): Fields of
            :class:`~cen_mm.layers.ExchangeRule`, ``threshold`` and
            ``region``; None for a ResNet without exchange. Defaults to
            ``dict(threshold=2e-2, region='all')``.
        zero_init_residual (bool): Whether the last norm of a block starts at
            zero; in a basic block all its channels would then be exchanged
            from the first step. Defaults to False.
        kwargs: As of :class:`mmseg.models.ResNet`.

    Raises:
        ValueError: If ``exchange`` is given and the norms are not private.

    Example:
        >>> import torch
        >>> from cen_mm.models import CENResNet
        >>> net = CENResNet(50)
        >>> [tuple(x.shape) for x in net(torch.rand(2, 3, 64, 64))]
        [(2, 256, 16, 16), (2, 512, 8, 8), (2, 1024, 4, 4), (2, 2048, 2, 2)]
    """

    def __init__(self,
                 depth: int,
                 in_channels: int = 3,
                 norm_cfg: Optional[dict] = None,
                 exchange: Optional[dict] = dict(threshold=2e-2, region='all'),
                 zero_init_residual: bool = False,
                 **kwargs) -> None:
        norm_cfg = norm_cfg or dict(type='PrivateBN', num_modalities=2)
        super().__init__(
            depth,
            in_channels,
            norm_cfg=norm_cfg,
            zero_init_residual=zero_init_residual,
            **kwargs)
        self.in_channels = in_channels
        if exchange is not None:
            norms = 'bn[12]' if self.block is BasicBlock else 'bn2'
            set_exchange(self, rf'layer\d\.\d+\.{norms}',
                         ExchangeRule(**exchange))


@MODELS.register_module()
class CENResNetV1c(CENResNet):
    """:class:`CENResNet` with three 3x3 convolutions for a stem.

    The variant of mmseg's dilated networks (PSPNet, DeepLab). As the 7x7
    convolution that they stand for, the stem does not exchange.

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        kwargs: As of :class:`CENResNet`.
    """

    def __init__(self, depth: int, **kwargs) -> None:
        super().__init__(depth, deep_stem=True, avg_down=False, **kwargs)
