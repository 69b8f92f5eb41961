"""Channel exchange, Equation 6 of the paper.

A channel whose norm scale gamma is close to zero carries next to nothing of
its own modality (Theorem 1), so its place is given to the other modalities.
"""
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import List, Optional, Sequence, Union
from zlib import crc32

import numpy as np
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
        random_share (float | Sequence[float] | dict, optional): The control
            for the choice by gamma: whatever the gammas, this share of each
            modality's *own* part is replaced, by random channels that stay
            the same from the start. Other than a float it is one for each
            modality, or a dict of either by the layer's name, such as
            ``{'layer1.0.bn2': (0.2, 0.4)}``. Without a penalty it differs
            from CEN in the choice alone. Defaults to None.
        random_seed (int): With the layer's name it fixes the random channels.
            Defaults to 0.
        layer (str): The layer's name, set by :func:`set_exchange`.

    Raises:
        ValueError: If ``threshold`` is no number from 0 on, ``region`` is
            unknown, or a share is not within 0 and 1.
    """
    threshold: float = 2e-2
    region: str = 'all'
    random_share: Union[None, float, Sequence[float], dict] = None
    random_seed: int = 0
    layer: str = ''

    def __post_init__(self) -> None:
        if not isinstance(self.threshold, (int, float)) or (
                not self.threshold >= 0):
            raise ValueError('exchange threshold must be a number >= 0, got '
                             f'{self.threshold!r}')
        region_mask(1, 1, self.region)
        if isinstance(self.random_share, Sequence):
            object.__setattr__(self, 'random_share', tuple(self.random_share))
        if self.random_share is not None and not all(
                0 <= share <= 1 for share in self._all_shares()):
            raise ValueError('exchange.random_share must be shares within 0 '
                             f'and 1, got {self.random_share}')

    def _all_shares(self) -> List[float]:
        shares = self.random_share
        by_layer = shares.values() if isinstance(shares, dict) else [shares]
        return np.hstack(list(by_layer)).tolist()

    def of_layer(self, name: str) -> 'ExchangeRule':
        """The rule of one layer.

        Raises:
            ValueError: If ``random_share`` is about other layers.
        """
        share = self.random_share
        if share is None:
            return self
        if isinstance(share, dict):
            keys = [key for key in share if f'.{name}'.endswith(f'.{key}')]
            if len(keys) != 1:
                raise ValueError(
                    f'exchange.random_share has {len(keys)} entries for the '
                    f'layer {name}, but needs one: add its name')
            share = share[keys[0]]
        return replace(self, random_share=share, layer=name)

    def replaced(self, gamma: Tensor) -> Tensor:
        """The channels to replace: ``(M, C)`` gammas to ``(M, C)`` bools.

        With one modality there is no donor and nothing is replaced.
        """
        below = gamma.detach().abs() < self.threshold
        if gamma.shape[0] == 1:
            return torch.zeros_like(below)
        if self.random_share is not None and self.threshold > 0:
            return random_channels(self, *gamma.shape, below.device)
        return below & region_mask(*gamma.shape, self.region, below.device)


@lru_cache(maxsize=None)
def random_channels(rule: ExchangeRule, num_modalities: int, channels: int,
                    device: torch.device) -> Tensor:
    """The channels of the control, ``(M, C)`` bools, see
    :class:`ExchangeRule`. Drawn once for each layer and device."""
    shares = rule.random_share
    if not isinstance(shares, tuple):
        shares = (shares, ) * num_modalities
    if len(shares) != num_modalities:
        raise ValueError(f'exchange.random_share has {len(shares)} shares for '
                         f'{num_modalities} modalities')
    seed = crc32(f'{rule.random_seed} {rule.layer}'.encode())
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.zeros(num_modalities, channels, dtype=torch.bool)
    for m, share in enumerate(shares):
        own = torch.arange(channels)[own_channels(m, num_modalities, channels)]
        order = torch.randperm(len(own), generator=generator)
        chosen[m, own[order[:round(share * len(own))]]] = True
    return chosen.to(device)


def channel_exchange(x: Tensor,
                     gamma: Tensor,
                     rule: ExchangeRule,
                     channel_dim: int = 1,
                     present: Optional[Sequence[int]] = None) -> Tensor:
    r"""Replace channels of small scale by the mean of the other modalities.

    Eq. 6, applied to the output of a private norm, before the activation:

    .. math::
        x'_{m,c} = x_{m,c} \text{ if } |\gamma_{m,c}| \ge \theta
        \text{ else } \frac{1}{M-1} \sum_{m' \ne m} x_{m',c}

    Gradients flow only through the features that are used: a replaced
    channel gets none, its donors get them. If modalities are absent, the mean
    is over the donors that are present; where there is none, a channel keeps
    the modality's own feature.

    Args:
        x (Tensor): ``(N*P, C, ...)``, folded, such as maps ``(N*P, C, H,
            W)``; or tokens ``(N*P, L, C)``, or maps ``(N*P, H, W, C)``.
        gamma (Tensor): ``(M, C)``, the scales of the norm.
        rule (ExchangeRule): Which channels are replaced.
        channel_dim (int): Where C is: 1 or -1. Defaults to 1.
        present (Sequence[int], optional): The P modalities of ``x``.
            Defaults to None: all M.

    Returns:
        Tensor: Like ``x``; with one modality ``x`` itself.
    """
    replaced = rule.replaced(gamma)  # (M, C)
    if present is not None:
        replaced = replaced[list(present)]  # (P, C)
    if len(replaced) == 1:
        return x
    if len(replaced) == 2 and channel_dim == 1:
        return exchange_by_gather(x, replaced)
    return exchange_by_where(x, replaced, channel_dim)


def exchange_by_gather(x: Tensor, replaced: Tensor) -> Tensor:
    """The exchange between two modalities as a gather over M*C channels.

    On a CPU it costs half of what :func:`exchange_by_where` does.

    Args:
        x (Tensor): ``(N*2, C, ...)``.
        replaced (Tensor): ``(2, C)`` bools.
    """
    channels = replaced.shape[1]
    own = torch.arange(2 * channels, device=x.device)
    source = torch.where(replaced.flatten(), own.roll(channels, 0), own)
    return refold(unfold(x, 2).index_select(1, source), 2)


def exchange_by_where(x: Tensor, replaced: Tensor, channel_dim: int = 1
                      ) -> Tensor:
    """The exchange among any number of modalities, elementwise.

    Its backward needs no atomic additions on a GPU.

    Args:
        x (Tensor): As of :func:`channel_exchange`.
        replaced (Tensor): ``(M, C)`` bools.
        channel_dim (int): Where C is: 1 or -1. Defaults to 1.
    """
    m = len(replaced)
    split = x.unflatten(0, (-1, m))  # (N, M, C, ...)
    others = sum(split.roll(k, dims=1) for k in range(1, m)) / (m - 1)
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
