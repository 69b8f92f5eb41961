"""Corollary 1 of the supplement, as a network that can be run.

A network f with gamma = 0 in some channels sees the constant relu(beta)
there. The proof builds f', which exchanges these channels and still computes
f: the next convolution of f' has no weights for them (W' = 0), and what f
gets from the constants is in its offset, b' = b + W * relu(beta). So with
exchange the smallest loss is at most that without.

It needs a convolution that no modalities share, for W' = 0 would take the
channel from those as well that make use of it, and a norm whose output goes
through an activation into convolutions, and nowhere else: ``bn2`` of a
ResNet's bottleneck and ``bn1`` of its basic block. Behind ``bn2`` of a basic
block the shortcut is added first; a U-Net's skip connection is a second way.

The paper passes over the border. A convolution that pads with zeros makes no
constant map of a constant, so that a bias alone repeats f only away from it.
It is exact without padding, as in front of the 1x1 convolution of a
bottleneck, and where the padding repeats the constant. Otherwise f' takes an
offset for each place, the same for all inputs; that is our addition.
"""
import copy
from typing import Callable, Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...layers import PrivateConv, PrivateNorm, fold, unfold


class ExchangeReadyConv(nn.Module):
    """The convolution of f' behind a norm of f with exchanged channels.

    Args:
        norm (PrivateNorm): The norm in front, with its exchange rule and
            with gamma = 0 wherever it exchanges.
        conv (PrivateConv): The convolution of f.
        size (tuple[int, int], optional): Height and width of its input, for
            the offset of each place. Defaults to None: the paper's bias,
            one number for each channel.
        activation (callable): What lies between norm and convolution, by
            elements. Defaults to relu.

    Raises:
        ValueError: If the premises of the corollary do not hold.
    """

    def __init__(self, norm: PrivateNorm, conv: PrivateConv,
                 size: Optional[Tuple[int, int]] = None,
                 activation: Callable[[Tensor], Tensor] = F.relu) -> None:
        super().__init__()
        replaced = _exchanged_zeros(norm)  # (M, C)
        if not isinstance(conv, PrivateConv):
            raise ValueError(
                f'the convolution is a {type(conv).__name__}, which the '
                'modalities share, and Corollary 1 is about unshared ones: '
                "set private=('convs', 'affine', 'stats')")
        constants = activation(norm.bias.detach()).view_as(replaced)
        constants = constants * replaced
        self.num_modalities = conv.num_modalities
        # Groups of all modalities: (M*G, D/G, C/G, k, k)
        weight = conv.weight.detach().unflatten(0, (conv.stock.groups, -1))
        columns = replaced.view(conv.stock.groups, 1, -1, 1, 1)
        self.conv = copy.deepcopy(conv)
        stock = self.conv.stock
        stock.weight.data = weight.masked_fill(columns, 0).flatten(0, 1)
        stock.bias = None
        if size is None:
            offset = (weight * constants.view_as(columns)).sum((2, 3, 4))
            offset = offset.view(1, -1, 1, 1)
            if conv.bias is not None:
                offset = offset + conv.bias.detach().view_as(offset)
        else:
            image = constants.view(1, -1, 1, 1).expand(-1, -1, *size)
            with torch.no_grad():
                offset = unfold(
                    conv(fold(image, self.num_modalities)),
                    self.num_modalities)
        self.offset = nn.Parameter(offset)  # (1, M*D, H', W' | 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """``(N*M, C, H, W)``, exchanged, to ``(N*M, D, H', W')`` of f."""
        y = unfold(self.conv(x), self.num_modalities)
        return fold(y + self.offset, self.num_modalities)


def _exchanged_zeros(norm: PrivateNorm) -> Tensor:
    """The channels that ``norm`` exchanges, booleans ``(M, C)``."""
    if norm.exchange is None:
        raise ValueError('the norm exchanges no channels: give it '
                         'exchange=dict(threshold=...)')
    replaced = norm.exchange.replaced(norm.gamma)
    largest = (norm.gamma.detach().abs() * replaced).max().item()
    if largest > 0:
        raise ValueError(
            f'the norm exchanges a channel with |gamma| = {largest:.3g}, and '
            'Corollary 1 is about gamma = 0: set such gammas to 0, or the '
            'threshold below them')
    return replaced
