"""What convolutions and norms of a folded network do to each modality."""
import copy
from typing import List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from ..layers import PrivateConv, PrivateNorm, PrivateStem
from ..layers.private_network import CONVS


class Affine(nn.Module):
    """Scales and shifts channels, each by a value of its own, ``(C, )``."""

    def __init__(self, scale: Tensor, offset: Tensor) -> None:
        super().__init__()
        self.register_buffer('scale', scale.view(-1, 1, 1).clone())
        self.register_buffer('offset', offset.view(-1, 1, 1).clone())

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same shape."""
        return torch.addcmul(self.offset, x, self.scale)


def stock_of(layer: nn.Module) -> nn.Module:
    """The stock layer that a private one wraps, the first one of a stem, or
    the layer itself."""
    if isinstance(layer, PrivateStem):
        return layer.stock[0]
    private = isinstance(layer, (PrivateConv, PrivateNorm))
    return layer.stock if private else layer


def is_conv(layer: Optional[nn.Module]) -> bool:
    """Whether a layer is a convolution that can be taken apart."""
    conv = stock_of(layer)
    if not isinstance(conv, CONVS) or conv.padding_mode != 'zeros':
        return False
    one = conv.groups // _times(layer)
    return one == 1 or is_depthwise(layer)


def is_depthwise(layer: nn.Module) -> bool:
    """Whether each channel of a modality is convolved by itself."""
    conv = stock_of(layer)
    return (isinstance(conv, nn.Conv2d)
            and conv.groups == conv.in_channels == conv.out_channels
            and conv.groups > _times(layer))


def _times(layer: nn.Module) -> int:
    return layer.num_modalities if isinstance(layer, PrivateConv) else 1


def kernels(layer: nn.Module, m: int) -> Tuple[List[Tensor], Tensor]:
    """Weights of every modality, output channels first, and biases.

    Returns:
        tuple: M weights ``(D, C/groups, k, k)``, and ``(M, D)``.
    """
    if isinstance(layer, PrivateStem):
        parts = [kernels(conv, 1) for conv in layer.stock]
        return ([weight for (weight, ), _ in parts],
                torch.cat([bias for _, bias in parts]))
    conv = stock_of(layer)
    weight = conv.weight.detach().unflatten(0, (_times(layer), -1))
    if isinstance(conv, nn.ConvTranspose2d):
        weight = weight.transpose(1, 2)
    weight = weight.expand(m, *weight.shape[1:])
    bias = weight.new_zeros(weight.shape[:2]) if conv.bias is None else (
        conv.bias.detach().view(_times(layer), -1).expand(m, -1))
    return list(weight), bias


def conv_like(layer: nn.Module, weight: Tensor, bias: Optional[Tensor]
              ) -> nn.Module:
    """A convolution that differs from another in its channels alone.

    Args:
        layer (nn.Module): The convolution, or a private one.
        weight (Tensor): ``(D, C/groups, k, k)``.
        bias (Tensor, optional): ``(D, )``.
    """
    old = stock_of(layer)
    # Not deepcopy(), which would copy the old weights.
    conv = copy.copy(old)
    conv._parameters = {}
    conv.groups = len(weight) if is_depthwise(layer) else 1
    conv.out_channels, conv.in_channels = len(weight), conv.groups
    if conv.groups == 1:
        conv.in_channels = weight.shape[1]
    if isinstance(conv, nn.ConvTranspose2d):
        weight = weight.transpose(0, 1)
    for name, value in (('weight', weight), ('bias', bias)):
        conv.register_parameter(
            name, None if value is None else nn.Parameter(
                value.clone(memory_format=torch.contiguous_format), False))
    return conv


def statistics_of(norm: Optional[nn.Module]) -> Optional[str]:
    """Which statistics a norm uses in its present mode.

    Returns:
        str | None: 'running', 'image', or None for a norm that is no affine
        map of a channel, or whose statistics are those of a batch.
    """
    stock = stock_of(norm)
    if not isinstance(stock, (_BatchNorm, _InstanceNorm)) or (
            stock is norm and hasattr(norm, 'act')):  # fused, as timm does
        return None
    if stock.running_mean is not None and not stock.training:
        return 'running'
    return 'image' if isinstance(stock, _InstanceNorm) else None


def affine_of(norm: nn.Module, m: int) -> Tuple[Tensor, Tensor]:
    """Scales and offsets of a norm, ``(M, C)`` each: of its input for running
    statistics, of what is normalised already for those of the image."""
    stock = stock_of(norm)
    channels = stock.num_features
    if isinstance(norm, PrivateNorm) and norm.wide:
        channels //= m

    def rows(value: Optional[Tensor], default: float) -> Tensor:
        if value is None:
            value = stock.weight.new_full((channels, ), default) if (
                stock.weight is not None) else torch.full((channels, ),
                                                          default)
        return value.detach().view(-1, channels).expand(m, -1)

    scale, offset = rows(norm.weight, 1.), rows(norm.bias, 0.)
    if statistics_of(norm) == 'running':
        scale = scale * (rows(stock.running_var, 1.) + stock.eps).rsqrt()
        offset = offset - rows(stock.running_mean, 0.) * scale
    return scale, offset


def not_in_place(layer: nn.Module) -> nn.Module:
    """A copy of an activation that leaves its input as it is."""
    layer = copy.copy(layer)
    layer.inplace = False
    return layer


def instance_norm(stock: nn.Module, scale: Tensor, offset: Tensor
                  ) -> nn.Module:
    """An instance norm that uses the statistics of the image."""
    norm = nn.InstanceNorm2d(
        len(scale), stock.eps, affine=True, device=scale.device)
    norm.load_state_dict(dict(weight=scale, bias=offset))
    return norm.requires_grad_(False).eval()
