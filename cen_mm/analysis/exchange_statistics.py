"""What the scales of a layer say about its exchange."""
from dataclasses import dataclass
from typing import List, Optional, Sequence

import torch
from torch import Tensor

from ..layers import ExchangeRule, region_mask

QUANTILES = 0.1, 0.5, 0.9


@dataclass(frozen=True)
class ChannelStatistics:
    """One modality's channels behind one norm.

    Shares lie in 0 to 1, and are nan of no channels. A scale is *small* if
    ``|gamma|`` is below a threshold.

    Attributes:
        layer (str): Name of the norm.
        modality (str): Name.
        channels (int): C.
        threshold (float): theta of the rule; 0 replaces nothing.
        region (str): Which channels the rule may replace, 'all' or 'own'.
        random_seed (int, optional): Of a rule that draws its channels.
        small_below (float): Scales below it are small here.
        replaced (float): Share of the channels that the rule replaces.
        below_own (float): Share of small scales in the modality's own part
            of the channels, which the L1 penalty of the paper is about.
        below_outside (float): Share of small scales in the other parts.
        swapped (int): Channels that are replaced in every modality. With
            two, their features merely change sides.
        dead_donors (int): Channels that are replaced while the scales of
            all donors are small: a dead channel for another one.
        gamma_q10, gamma_q50, gamma_q90 (float): Quantiles of ``|gamma|``.
    """
    layer: str
    modality: str
    channels: int
    threshold: float
    region: str
    random_seed: Optional[int]
    small_below: float
    replaced: float
    below_own: float
    below_outside: float
    swapped: int
    dead_donors: int
    gamma_q10: float
    gamma_q50: float
    gamma_q90: float


def layer_statistics(layer: str,
                     modalities: Sequence[str],
                     gamma: Tensor,
                     rule: ExchangeRule,
                     small_below: Optional[float] = None
                     ) -> List[ChannelStatistics]:
    """Statistics of one norm.

    Args:
        layer (str): Its name.
        modalities (Sequence[str]): M names.
        gamma (Tensor): ``(M, C)``.
        rule (ExchangeRule): Its rule.
        small_below (float, optional): Scales below it count as small. It
            changes nothing of what is replaced. Defaults to None: the
            threshold of the rule.

    Returns:
        list[ChannelStatistics]: One a modality.
    """
    gamma = gamma.detach().cpu()
    size = gamma.abs()
    small_below = rule.threshold if small_below is None else small_below
    small = size < small_below
    replaced = rule.replaced(gamma)
    own = region_mask(*gamma.shape, 'own')
    swapped = int(replaced.all(dim=0).sum())
    others_small = small.sum(dim=0) - small.long() == len(gamma) - 1
    # torch.quantile refuses half precision.
    quantiles = size.float().quantile(torch.tensor(QUANTILES), dim=1).T
    return [
        ChannelStatistics(
            layer=layer,
            modality=modality,
            channels=gamma.shape[1],
            threshold=rule.threshold,
            region=rule.region,
            random_seed=rule.random_seed,
            small_below=small_below,
            replaced=_share(replaced[m]),
            below_own=_share(small[m][own[m]]),
            below_outside=_share(small[m][~own[m]]),
            swapped=swapped,
            dead_donors=int((replaced & others_small)[m].sum()),
            **dict(
                zip(('gamma_q10', 'gamma_q50', 'gamma_q90'),
                    quantiles[m].tolist())))
        for m, modality in enumerate(modalities)
    ]


def _share(chosen: Tensor) -> float:
    return chosen.double().mean().item()  # nan of no channels
