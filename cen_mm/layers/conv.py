"""Convolutions that are private to each modality."""
from mmengine.registry import MODELS
from torch import Tensor, nn

from .private_layer import PrivateLayer


class PrivateConv(PrivateLayer):
    """One convolution a modality, run as a single grouped convolution.

    The "unshared convs" of Tables 7 and 8. :func:`make_private` makes it of
    any convolution, such as timm's ``Conv2dSame``.

    Args:
        stock (nn.Conv2d | nn.ConvTranspose2d): The convolution of one
            modality, C to D channels. Becomes one of ``M*C`` to ``M*D``
            channels with M times as many groups.
        num_modalities (int): M.
    """

    def __init__(self, stock: nn.Module, num_modalities: int) -> None:
        super().__init__(stock, num_modalities)
        self.widen('weight', 'bias', 'in_channels', 'out_channels', 'groups')

    @property
    def weight(self) -> Tensor:
        """``(M*D, C/groups, k, k)``; transposed: ``(M*C, D/groups, k, k)``."""
        return self.stock.weight

    @property
    def bias(self) -> Tensor:
        """``(M*D, )`` or None."""
        return self.stock.bias

    def forward(self, x: Tensor, *args) -> Tensor:
        """``(N*P, C, H, W)`` to ``(N*P, D, H', W')``."""
        return self.run_wide(x, *args)


@MODELS.register_module()
class PrivateConv2d(PrivateConv):
    """:class:`PrivateConv` for networks that are built by hand.

    ``conv_cfg=dict(type='PrivateConv2d', num_modalities=2)``.

    Args:
        args: As of :class:`nn.Conv2d`, of one modality.
        num_modalities (int): M.
        kwargs: As of :class:`nn.Conv2d`, of one modality.
    """

    def __init__(self, *args, num_modalities: int, **kwargs) -> None:
        super().__init__(nn.Conv2d(*args, **kwargs), num_modalities)
