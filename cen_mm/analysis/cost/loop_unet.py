"""The way of the official code for translation: a U-Net over a list.

A yardstick like :mod:`loop_resnet`.
"""
from functools import partial
from typing import List, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .loop_resnet import LoopNorm, loop_exchange

InstanceNorm = partial(
    nn.InstanceNorm2d, affine=True, track_running_stats=True)


class LoopLayer(nn.Module):
    """One layer of the encoder, which exchanges, or of the decoder.

    Args:
        conv (nn.Module): Halves or doubles the size.
        slope (float, optional): Of the activation before ``conv``. None for
            no activation.
        norm (LoopNorm, optional): Behind ``conv``. None for no norm.
        threshold (float, optional): Of the exchange behind ``norm``. None
            for no exchange. Defaults to None.
        dropout (bool): Defaults to False.
    """

    def __init__(self, conv: nn.Module, slope: Optional[float],
                 norm: Optional[LoopNorm], threshold: Optional[float] = None,
                 dropout: bool = False) -> None:
        super().__init__()
        self.slope, self.conv, self.norm = slope, conv, norm
        self.threshold = threshold
        self.dropout = nn.Dropout(0.5) if dropout else None

    def forward(self, xs: List[Tensor]) -> List[Tensor]:
        """M tensors ``(N, C, H, W)`` to M tensors; changes its input."""
        if self.slope is not None:
            xs = [F.leaky_relu(x, self.slope, inplace=True) for x in xs]
        xs = [self.conv(x) for x in xs]
        if self.norm is not None:
            xs = self.norm(xs)
            if self.threshold is not None and len(xs) > 1:
                xs = loop_exchange(xs, self.norm, self.threshold)
        if self.dropout is not None:
            xs = [self.dropout(x) for x in xs]
        return xs


class LoopUNet(nn.Module):
    """The official generator over a list of modalities.

    With one modality it is the U-Net-256 of pix2pix, with neither exchange
    nor ensemble.

    Args:
        num_down (int): Layers of the encoder, and of the decoder.
        num_modalities (int): M.
        threshold (float): Of the exchange. Defaults to 1e-2.
        base_channels (int): Of the first layer. Defaults to 64.
    """

    def __init__(self, num_down: int, num_modalities: int,
                 threshold: float = 1e-2, base_channels: int = 64) -> None:
        super().__init__()
        m, last = num_modalities, num_down - 1
        widths = [base_channels * min(2**i, 8) for i in range(num_down)]
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        for i, (before, width) in enumerate(zip([3, *widths], widths)):
            self.encoder.append(LoopLayer(
                nn.Conv2d(before, width, 4, 2, 1), 0.2 if i > 0 else None,
                LoopNorm(width, m, InstanceNorm) if 0 < i < last else None,
                threshold))
        for i in reversed(range(num_down)):
            width = widths[i - 1] if i > 0 else 3
            incoming = widths[i] * (2 if i < last else 1)
            self.decoder.append(LoopLayer(
                nn.ConvTranspose2d(incoming, width, 4, 2, 1), 0.,
                LoopNorm(width, m, InstanceNorm) if i > 0 else None,
                dropout=i > 4))
        if m > 1:
            self.alpha = nn.Parameter(torch.ones(m))

    def forward(self, xs: List[Tensor]) -> List[Tensor]:
        """M inputs ``(N, 3, H, W)`` to M streams and, if M > 1, their
        ensemble."""
        skips = []
        for layer in self.encoder:
            xs = layer(xs)
            skips.append(xs)
        skips.pop()
        for layer in self.decoder:
            xs = layer(xs)
            if skips:
                xs = [torch.cat(pair, 1) for pair in zip(xs, skips.pop())]
        xs = [x.tanh() for x in xs]
        if len(xs) == 1:
            return xs
        weights = self.alpha.softmax(0)
        return [*xs, sum(w * x.detach() for w, x in zip(weights, xs))]
