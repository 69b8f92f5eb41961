"""The fusion baselines of Table 2: concatenation, average, self-attention.

Each of them makes one map of the maps of all modalities. What the paper
leaves open is decided here and called "our choice".
"""
from typing import Optional, Sequence

import torch
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from torch import Tensor, nn

from .fold import unfold
from .present import OfModalities


def own_first(x: Tensor, num_modalities: int) -> Tensor:
    """Stack the maps of all modalities for each of them, its own first.

    Modality m gets its own channels, then those of m+1, m+2 and so on,
    around the circle, so that one fusion with shared weights gives every
    stream a map of its own (our choice; the paper does not say how a fused
    map is fed back into several streams).

    Args:
        x (Tensor): ``(N*M, C, H, W)``, folded.
        num_modalities (int): M.

    Returns:
        Tensor: ``(N*M, M*C, H, W)``.
    """
    split = x.unflatten(0, (-1, num_modalities))  # (N, M, C, H, W)
    turns = [split.roll(-k, dims=1) for k in range(num_modalities)]
    return torch.cat(turns, dim=2).flatten(0, 1)


def stand_in(x: Tensor, num_modalities: int,
             present: Optional[Sequence[int]]) -> Tensor:
    """Put the mean of the maps present in the place of every absent one.

    Args:
        x (Tensor): ``(N*P, C, H, W)``, folded.
        num_modalities (int): M.
        present (Sequence[int], optional): The P modalities. None are all.

    Returns:
        Tensor: ``(N*M, C, H, W)``.
    """
    if present is None:
        return x
    maps = dict(zip(present, x.unflatten(0, (-1, len(present))).unbind(1)))
    mean = sum(maps.values()) / len(maps)
    return torch.stack(
        [maps.get(m, mean) for m in range(num_modalities)], 1).flatten(0, 1)


START = ('random', 'identity')


def check_start(start: str) -> None:
    """Reject an unknown start of the weights of a fusion.

    With 'random', PyTorch's default, a fusion scrambles the features of a
    pretrained encoder. With 'identity' it first hands on what it is given:
    each stream its own features or, if it merges, their mean. The paper does
    not say how its baselines start.

    Raises:
        ValueError: If ``start`` is neither.
    """
    if start not in START:
        raise ValueError(f'fusion.start must be one of {START}, got {start!r}')


@torch.no_grad()
def hand_on(conv: nn.Conv2d, shares: Sequence[float]) -> None:
    """Let a convolution start as a weighted sum of stacked maps.

    Args:
        conv (nn.Conv2d): ``P*C`` channels to C, or, with M groups, ``M*P*C``
            to ``M*C``; any odd kernel size.
        shares (Sequence[float]): The weight of each of the P maps.
    """
    channels = conv.in_channels // conv.groups // len(shares)
    blocks = torch.cat([s * torch.eye(channels) for s in shares], dim=1)
    nn.init.zeros_(conv.weight)
    middle = [size // 2 for size in conv.kernel_size]
    conv.weight[:, :, middle[0], middle[1]] = blocks.repeat(conv.groups, 1)
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)


class Fusion(OfModalities, BaseModule):
    """Base class of the fusions.

    A subclass writes ``merge``: ``(B, M*C, H, W)`` to ``(B, C, H, W)``. The
    mean of the modalities that are present takes the place of an absent one
    (our choice).

    Args:
        channels (int): C.
        num_modalities (int): M.
        merges (bool): Whether the M streams become one. Defaults to False:
            M streams to M streams.
    """

    def __init__(self,
                 channels: int,
                 num_modalities: int,
                 merges: bool = False) -> None:
        super().__init__()
        self.num_modalities = num_modalities
        self.merges = merges
        # Of each modality in what merge() begins with.
        m = num_modalities
        self.shares = [1 / m] * m if merges else [1., *[0.] * (m - 1)]

    def forward(self, x: Tensor) -> Tensor:
        """``(N*P, C, H, W)``, folded, to the same shape; if it merges, to
        ``(N, C, H, W)``. P are the modalities present."""
        m = self.num_modalities
        x = stand_in(x, m, self.present)
        if self.merges:
            return self.merge(unfold(x, m))
        x = own_first(x, m)
        if self.present is not None:
            x = x.unflatten(0, (-1, m))[:, list(self.present)].flatten(0, 1)
        return self.merge(x)

    def merge(self, x: Tensor) -> Tensor:
        """``(B, M*C, H, W)`` to ``(B, C, H, W)``."""
        raise NotImplementedError


@MODELS.register_module()
class ConcatFusion(Fusion):
    """One 1x1 convolution of the stacked channels, MC to C (supplement 2).

    Without bias, norm or activation, which the parameter counts of Table 2
    agree with: 2C^2 for two modalities.

    Args:
        channels (int): C.
        num_modalities (int): M.
        start (str): See :func:`check_start`. Defaults to 'random'.
        kwargs: As of :class:`Fusion`.
    """

    def __init__(self,
                 channels: int,
                 num_modalities: int,
                 start: str = 'random',
                 **kwargs) -> None:
        super().__init__(channels, num_modalities, **kwargs)
        check_start(start)
        self.conv = nn.Conv2d(
            channels * num_modalities, channels, 1, bias=False)
        if start == 'identity':
            hand_on(self.conv, self.shares)

    def merge(self, x: Tensor) -> Tensor:
        """``(B, M*C, H, W)`` to ``(B, C, H, W)``."""
        return self.conv(x)


@MODELS.register_module()
class AverageFusion(Fusion):
    """The mean of the modalities; it has no parameters.

    Args:
        kwargs: As of :class:`Fusion`.
    """

    def merge(self, x: Tensor) -> Tensor:
        """``(B, M*C, H, W)`` to ``(B, C, H, W)``."""
        return x.unflatten(1, (self.num_modalities, -1)).mean(dim=1)


@MODELS.register_module()
class SelfAttentionFusion(Fusion):
    """Self-supervised model adaptation (SSMA): a learnt gate, then fusion.

    Valada et al., "Self-Supervised Model Adaptation for Multimodal Semantic
    Segmentation" (IJCV 2020): a 3x3 convolution squeezes the MC stacked
    channels, a second one restores them to a sigmoid gate, a third 3x3
    convolution makes C channels of the gated ones. The squeezed width is
    C/eta and the last kernel 3x3, because these sizes give the parameter
    counts of Table 2 (our choice: the paper names eta alone).

    Args:
        channels (int): C.
        num_modalities (int): M.
        eta (int): How much the gate squeezes. Defaults to 16, the paper's.
        start (str): See :func:`check_start`. Defaults to 'random'.
        kwargs: As of :class:`Fusion`.
    """

    def __init__(self,
                 channels: int,
                 num_modalities: int,
                 eta: int = 16,
                 start: str = 'random',
                 **kwargs) -> None:
        super().__init__(channels, num_modalities, **kwargs)
        check_start(start)
        stacked, squeezed = channels * num_modalities, max(channels // eta, 1)
        self.gate = nn.Sequential(
            nn.Conv2d(stacked, squeezed, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(squeezed, stacked, 3, padding=1), nn.Sigmoid())
        self.conv = nn.Conv2d(stacked, channels, 3, padding=1)
        if start == 'identity':
            # Every gate starts at 1/2.
            nn.init.zeros_(self.gate[2].weight)
            nn.init.zeros_(self.gate[2].bias)
            hand_on(self.conv, [2 * share for share in self.shares])

    def merge(self, x: Tensor) -> Tensor:
        """``(B, M*C, H, W)`` to ``(B, C, H, W)``."""
        return self.conv(x * self.gate(x))
