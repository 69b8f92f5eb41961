"""ResNets whose modalities exchange channels."""
from typing import Optional, Sequence

from mmseg.models.backbones import ResNet
from mmseg.models.backbones.resnet import BasicBlock
from mmseg.registry import MODELS

from ..layers import ExchangeRule, make_private, set_exchange


@MODELS.register_module()
class CENResNet(ResNet):
    """mmseg's ResNet that exchanges channels after every 3x3 convolution.

    For networks that are built by hand; in a config, ``CENSegmentor`` makes
    the same of a plain ``ResNet``. The exchange (Eq. 6) sits between norm
    and activation: behind ``norm2`` of a bottleneck (ResNet-50, 101, 152)
    and behind both norms of a basic block (18, 34, which the paper does not
    use). The stem, the 1x1 convolutions and the shortcuts do not exchange.

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        num_modalities (int): M. Defaults to 2.
        private (Sequence[str]): See :func:`~cen_mm.layers.make_private`.
            Defaults to ``('affine', 'stats')``.
        exchange (dict, optional): Fields of
            :class:`~cen_mm.layers.ExchangeRule`, ``threshold`` and
            ``region``; None for a ResNet without exchange. Defaults to
            ``dict(threshold=2e-2, region='all')``.
        zero_init_residual (bool): Whether the last norm of a block starts at
            zero; in a basic block all its channels would then be exchanged
            from the first step. Defaults to False.
        kwargs: As of :class:`mmseg.models.ResNet`.

    Raises:
        ValueError: If ``exchange`` is given and scales are not private.

    Example:
        >>> import torch
        >>> from cen_mm.models import CENResNet
        >>> net = CENResNet(50)
        >>> [tuple(x.shape) for x in net(torch.rand(2, 3, 64, 64))]
        [(2, 256, 16, 16), (2, 512, 8, 8), (2, 1024, 4, 4), (2, 2048, 2, 2)]
    """

    def __init__(self,
                 depth: int,
                 num_modalities: int = 2,
                 private: Sequence[str] = ('affine', 'stats'),
                 exchange: Optional[dict] = dict(threshold=2e-2, region='all'),
                 zero_init_residual: bool = False,
                 **kwargs) -> None:
        super().__init__(
            depth, zero_init_residual=zero_init_residual, **kwargs)
        make_private(self, num_modalities, private)
        self.num_modalities = num_modalities
        if exchange is not None:
            norms = 'bn[12]' if self.block is BasicBlock else 'bn2'
            set_exchange(self, rf'layer\d\.\d+\.{norms}',
                         ExchangeRule(**exchange))
