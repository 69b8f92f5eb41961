"""The norms of a net that exchange, or why there are none."""
from typing import List, Tuple

from torch import nn

from ..layers import exchangeable_norms


def exchanging_norms(net: nn.Module) -> List[Tuple[str, nn.Module]]:
    """The private norms with an exchange rule, in the order of the net.

    Args:
        net (nn.Module): A model of ours, or any other.

    Returns:
        list[tuple[str, nn.Module]]: Qualified names and norms. A rule of
        threshold 0, which replaces nothing, is one too.

    Raises:
        ValueError: If there are none, or only one modality, or scales that
            are not finite.
    """
    private = [(name, norm) for name, norm in exchangeable_norms(net)
               if norm.num_modalities > 1]
    if not private:
        raise ValueError(
            f'this {type(net).__name__} has no scales that are private to '
            'one of several modalities, so there is no exchange to report: '
            'give a checkpoint trained with a config of configs/cen or '
            'configs/translation/cen')
    exchanging = [(name, norm) for name, norm in private
                  if norm.exchange is not None]
    if not exchanging:
        raise ValueError(
            f'none of the {len(private)} private norms of this '
            f'{type(net).__name__} has an exchange rule: it was trained '
            'without exchange; give a checkpoint whose config sets '
            'exchange=dict(threshold=...)')
    for name, norm in exchanging:
        if not norm.gamma.isfinite().all():
            raise ValueError(f'{name} has scales that are not finite: the '
                             'training diverged; give an earlier checkpoint')
    return exchanging
