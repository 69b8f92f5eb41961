"""What the scales of a layer say about its exchange."""
from typing import List, Optional, Sequence

import torch
from torch import Tensor

from ...layers import ExchangeRule, region_mask


def layer_statistics(layer: str, modalities: Sequence[str], gamma: Tensor,
                     rule: ExchangeRule,
                     small_threshold: Optional[float] = None) -> List[dict]:
    """Statistics of one norm.

    Args:
        layer (str): Its name.
        modalities (Sequence[str]): M names.
        gamma (Tensor): ``(M, C)``.
        rule (ExchangeRule): Its rule.
        small_threshold (float, optional): Scales below it are *small*,
            whatever is replaced. Defaults to None: the rule's threshold.

    Returns:
        list[dict]: One a modality, a row of ``layers.csv``: names,
        ``channels`` (int), fields of the rule, ``small_threshold``, shares
        in 0 to 1, nan of no channels, (``replaced``, ``small_own``,
        ``small_others``), numbers of channels (``swapped``,
        ``dead_donors``) and quantiles of ``|gamma|`` (``gamma_q10`` etc.);
        :data:`LAYER_COLUMNS` says what they mean.
    """
    gamma = gamma.detach().cpu()
    size = gamma.abs()
    if small_threshold is None:
        small_threshold = rule.threshold
    small = size < small_threshold
    replaced = rule.replaced(gamma)
    own = region_mask(*gamma.shape, 'own')
    donors_small = small.sum(dim=0) - small.long() == len(gamma) - 1
    # torch.quantile refuses half precision.
    quantiles = size.float().quantile(torch.tensor([0.1, 0.5, 0.9]), dim=1).T
    return [
        dict(
            layer=layer, modality=modality, channels=gamma.shape[1],
            threshold=rule.threshold, region=rule.region,
            random_seed=rule.random_seed, small_threshold=small_threshold,
            replaced=_share(replaced[m]),
            small_own=_share(small[m][own[m]]),
            small_others=_share(small[m][~own[m]]),
            swapped=int(replaced.all(dim=0).sum()),
            dead_donors=int((replaced & donors_small)[m].sum()),
            **dict(zip(('gamma_q10', 'gamma_q50', 'gamma_q90'),
                       quantiles[m].tolist())))
        for m, modality in enumerate(modalities)
    ]


def _share(chosen: Tensor) -> float:
    return chosen.double().mean().item()  # nan of no channels
