"""Channel exchange, Equation 6 of the paper.

A channel whose norm scale gamma is close to zero carries next to nothing of
its own modality (Theorem 1), so its place is given to the other modalities.
"""
from dataclasses import dataclass
from typing import Optional

import torch
from torch import Tensor

from .fold import refold, reshape_fresh, unfold


def own_channels(modality: int, num_modalities: int, channels: int) -> slice:
    """The part of the channels that modality ``modality`` may give away.

    The C channels are shared out among the modalities in M contiguous,
    disjoint parts that cover them all; for M=2 they are the two halves. The
    L1 penalty touches only this part of a modality's gamma.

    Args:
        modality (int): m, from 0 to M-1.
        num_modalities (int): M.
        channels (int): C.

    Returns:
        slice: The channels of the m-th part.

    Example:
        >>> own_channels(1, 2, 64)
        slice(32, 64, None)
    """
    return slice(modality * channels // num_modalities,
                 (modality + 1) * channels // num_modalities)


def region_mask(num_modalities: int,
                channels: int,
                region: str,
                device: Optional[torch.device] = None) -> Tensor:
    """Mask of the channels that a rule applies to.

    Args:
        num_modalities (int): M.
        channels (int): C.
        region (str): ``'all'`` channels, or each modality's ``'own'`` part,
            see :func:`own_channels`.
        device (torch.device, optional): Where the mask lives. Defaults to
            the CPU.

    Returns:
        Tensor: Boolean, ``(M, C)``.

    Raises:
        ValueError: If ``region`` is neither.
    """
    if region == 'all':
        return torch.ones(
            num_modalities, channels, dtype=torch.bool, device=device)
    if region != 'own':
        raise ValueError(f"region must be 'all' or 'own', got {region!r}")
    mask = torch.zeros(
        num_modalities, channels, dtype=torch.bool, device=device)
    for m in range(num_modalities):
        mask[m, own_channels(m, num_modalities, channels)] = True
    return mask


@dataclass(frozen=True)
class ExchangeRule:
    """The choice of the channels to exchange.

    Args:
        threshold (float): theta of Eq. 6: channels with ``|gamma|`` below it
            are replaced. 0 replaces nothing and only marks a layer, so that
            its gammas are penalised and logged without any exchange (the
            rows of Table 7 with L1 alone). Defaults to 2e-2.
        region (str): ``'all'`` replaces any such channel, as the official
            code does; ``'own'`` only those in the modality's own part, as
            the paper's text says. Defaults to 'all'.
        random_seed (int, optional): The control for the choice by gamma: in
            each modality as many channels of the region are replaced, but
            the first of a random order that this seed alone fixes. Defaults
            to None: those below the threshold.

    Raises:
        ValueError: If ``threshold`` is no number from 0 on or ``region`` is
            unknown.
    """
    threshold: float = 2e-2
    region: str = 'all'
    random_seed: Optional[int] = None

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, (int, float)) or (
                not self.threshold >= 0):
            raise ValueError('exchange threshold must be a number >= 0, got '
                             f'{self.threshold!r}')
        region_mask(1, 1, self.region)

    def replaced(self, gamma: Tensor) -> Tensor:
        """The channels to replace: ``(M, C)`` gammas to ``(M, C)`` bools.

        With one modality there is no donor and nothing is replaced.
        """
        below = gamma.detach().abs() < self.threshold
        if gamma.shape[0] == 1:
            return torch.zeros_like(below)
        region = region_mask(*gamma.shape, self.region, below.device)
        below = below & region
        if self.random_seed is None:
            return below
        generator = torch.Generator().manual_seed(self.random_seed)
        order = torch.rand(gamma.shape, generator=generator).to(below.device)
        # Channels outside the region come last.
        rank = (order + ~region).argsort(dim=1).argsort(dim=1)
        return rank < below.sum(dim=1, keepdim=True)


def channel_exchange(x: Tensor,
                     gamma: Tensor,
                     rule: ExchangeRule,
                     channel_dim: int = 1) -> Tensor:
    r"""Replace channels of small scale by the mean of the other modalities.

    Eq. 6, applied to the output of a private norm, before the activation:

    .. math::
        x'_{m,c} = x_{m,c} \text{ if } |\gamma_{m,c}| \ge \theta
        \text{ else } \frac{1}{M-1} \sum_{m' \ne m} x_{m',c}

    Gradients flow only through the features that are used: a replaced
    channel gets none, its donors get them.

    Args:
        x (Tensor): ``(N*M, C, ...)``, folded, such as maps ``(N*M, C, H,
            W)``; or tokens ``(N*M, L, C)``, or maps ``(N*M, H, W, C)``.
        gamma (Tensor): ``(M, C)``, the scales of the norm.
        rule (ExchangeRule): Which channels are replaced.
        channel_dim (int): Where C is: 1 or -1. Defaults to 1.

    Returns:
        Tensor: Like ``x``; with one modality ``x`` itself.
    """
    num_modalities, channels = gamma.shape
    if num_modalities == 1:
        return x
    replaced = rule.replaced(gamma)  # (M, C)
    if num_modalities == 2 and channel_dim == 1:
        # With a single donor the exchange is a gather over the M*C channels,
        # which costs half of what roll and where do.
        own = torch.arange(2 * channels, device=x.device)
        source = torch.where(replaced.flatten(), own.roll(channels), own)
        return refold(unfold(x, 2).index_select(1, source), 2)
    split = x.unflatten(0, (-1, num_modalities))  # (N, M, C, ...)
    others = sum(split.roll(k, dims=1) for k in range(1, num_modalities))
    others = others / (num_modalities - 1)
    replaced = per_channel(replaced, split.dim(), channel_dim)
    return reshape_fresh(torch.where(replaced, others, split), x.shape)


def per_channel(values: Tensor, dim: int, channel_dim: int) -> Tensor:
    """Shape per-channel values for broadcasting against split features.

    Args:
        values (Tensor): ``(M, C)`` or ``(1, C)``.
        dim (int): Axes of the features ``(N, M, C, ...)``.
        channel_dim (int): 1 for ``(N, M, C, ...)``, -1 for
            ``(N, M, ..., C)``.

    Returns:
        Tensor: ``(M, C, 1, ...)`` or ``(M, 1, ..., C)``.
    """
    ones = [1] * (dim - 3)
    sizes = [*ones, -1] if channel_dim == -1 else [-1, *ones]
    return values.view(len(values), *sizes)
