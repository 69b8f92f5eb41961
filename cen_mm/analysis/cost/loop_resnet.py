"""The way of the official code: a loop over lists of modalities.

A yardstick. The benchmark times it and the tests compare with it, so it
shares nothing with the folded networks: every layer is applied modality by
modality, norms are separate modules, and the exchange assigns by index.
"""
from typing import Callable, List, Sequence

import torch
from torch import Tensor, nn

STAGES = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def loop_exchange(xs: List[Tensor], norms: Sequence[nn.Module],
                  threshold: float) -> List[Tensor]:
    """Eq. 6, modality by modality: M tensors ``(N, C, H, W)`` to as many."""
    outs = []
    for m, x in enumerate(xs):
        keep = norms[m].weight.abs() >= threshold
        others = [other for k, other in enumerate(xs) if k != m]
        out = torch.zeros_like(x)
        out[:, keep] = x[:, keep]
        out[:, ~keep] = sum(other[:, ~keep] for other in others) / len(others)
        outs.append(out)
    return outs


class LoopNorm(nn.ModuleList):
    """One norm a modality: M tensors to M tensors."""

    def __init__(self, channels: int, num_modalities: int,
                 norm: Callable[[int], nn.Module] = nn.BatchNorm2d) -> None:
        super().__init__(norm(channels) for _ in range(num_modalities))

    def forward(self, xs: List[Tensor]) -> List[Tensor]:
        return [norm(x) for norm, x in zip(self, xs)]


class LoopBottleneck(nn.Module):
    """A bottleneck that exchanges behind its 3x3 convolution."""

    def __init__(self, channels: int, width: int, stride: int,
                 num_modalities: int, threshold: float) -> None:
        super().__init__()
        out = width * 4
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = LoopNorm(width, num_modalities)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = LoopNorm(width, num_modalities)
        self.conv3 = nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = LoopNorm(out, num_modalities)
        self.threshold = threshold
        self.downsample = None
        if stride != 1 or channels != out:
            self.downsample = nn.ModuleList([
                nn.Conv2d(channels, out, 1, stride, bias=False),
                LoopNorm(out, num_modalities)
            ])

    def forward(self, xs: List[Tensor]) -> List[Tensor]:
        """M tensors ``(N, C, H, W)`` to M tensors."""
        ys = [y.relu_() for y in self.bn1([self.conv1(x) for x in xs])]
        ys = self.bn2([self.conv2(y) for y in ys])
        if len(ys) > 1:
            ys = loop_exchange(ys, self.bn2, self.threshold)
        ys = self.bn3([self.conv3(y.relu_()) for y in ys])
        if self.downsample is not None:
            conv, norm = self.downsample
            xs = norm([conv(x) for x in xs])
        return [(y + x).relu_() for y, x in zip(ys, xs)]


class LoopResNet(nn.Module):
    """A ResNet-50, 101 or 152 over a list of modalities.

    Names follow torchvision's, with ``bn1.0`` and ``bn1.1`` for ``bn1``.

    Args:
        depth (int): 50, 101 or 152.
        num_modalities (int): M. Defaults to 2.
        threshold (float): theta of Eq. 6. Defaults to 2e-2.
        base_channels (int): Width of the first stage. Defaults to 64.
    """

    def __init__(self, depth: int, num_modalities: int = 2,
                 threshold: float = 2e-2, base_channels: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, base_channels, 7, 2, 3, bias=False)
        self.bn1 = LoopNorm(base_channels, num_modalities)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        channels = base_channels
        for stage, blocks in enumerate(STAGES[depth]):
            width = base_channels * 2**stage
            layer = nn.Sequential()
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layer.append(LoopBottleneck(
                    channels, width, stride, num_modalities, threshold))
                channels = width * 4
            self.add_module(f'layer{stage + 1}', layer)

    def forward(self, xs: List[Tensor]) -> List[List[Tensor]]:
        """M inputs ``(N, 3, H, W)`` to the M feature maps of each stage."""
        xs = self.bn1([self.conv1(x) for x in xs])
        xs = [self.maxpool(x.relu_()) for x in xs]
        outs = []
        for stage in range(1, 5):
            xs = getattr(self, f'layer{stage}')(xs)
            outs.append(xs)
        return outs
