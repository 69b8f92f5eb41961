"""What the report says of each layer, and its tables."""
import math
from typing import List, Optional, Sequence

import torch
from prettytable import PrettyTable
from torch import Tensor

from ...layers import ExchangeRule, region_mask
from ..tables import short_name
from .forcing import ForcedNet


def percent(share: float) -> str:
    """A share in percent; a dash where there is nothing to share."""
    return '-' if math.isnan(share) else f'{100 * share:.1f}'


LAYER_COLUMNS = dict(
    layer=('layer', 'the norm after which channels are exchanged', short_name),
    modality=('modality', 'the stream', str),
    channels=('C', 'channels of one modality', str),
    replaced=('replaced %', 'channels that the rule replaces by those of the '
              'other modalities (the donors)', percent),
    small_own=('small, own %', 'small scales, see the summary, among the '
               "modality's own part of the channels, 1/M of them, which the "
               'L1 penalty of the paper is about', percent),
    small_others=('small, others %', 'small scales in the other parts',
                  percent),
    swapped=('swapped', 'channels replaced in every modality; of two '
             'modalities they merely change sides', str),
    dead_donors=('dead donors', 'replaced channels all of whose donors have '
                 'small scales too: one dead channel for another', str),
    donor_use=('donor use %', 'share of the variance behind the norm, over '
               'pixels and images, that has come from donors', percent),
    gamma_q10=('|gamma| 10 %', 'a tenth of the scales is below it',
               '{:.2g}'.format),
    gamma_q50=('|gamma| 50 %', 'the median', '{:.2g}'.format),
    gamma_q90=('|gamma| 90 %', 'a tenth of the scales is above it',
               '{:.2g}'.format))  # heading, meaning and format by field


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
        ``channels`` (int), fields of the rule, ``small_threshold``, which
        channels are replaced, see :func:`ranges`, shares in 0 to 1, nan of
        no channels, (``replaced``, ``small_own``,
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
            random_share=rule.random_share, small_threshold=small_threshold,
            replaced=_share(replaced[m]),
            replaced_channels=ranges(replaced[m].nonzero().flatten().tolist()),
            small_own=_share(small[m][own[m]]),
            small_others=_share(small[m][~own[m]]),
            swapped=int(replaced.all(dim=0).sum()),
            dead_donors=int((replaced & donors_small)[m].sum()),
            **dict(zip(('gamma_q10', 'gamma_q50', 'gamma_q90'),
                       quantiles[m].tolist())), donor_use=math.nan)
        for m, modality in enumerate(modalities)
    ]


def _share(chosen: Tensor) -> float:
    return chosen.double().mean().item()  # nan of no channels


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers in short.

    Example:
        >>> ranges([0, 1, 2, 5, 7, 8])
        '0-2 5 7-8'
    """
    runs: List[List[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ' '.join(f'{first}-{last}' if first < last else str(first)
                    for first, last in runs)


def channel_table(rows: List[dict]) -> PrettyTable:
    """Which channels are replaced, one row a layer and modality."""
    table = PrettyTable(['layer', 'modality', 'replaced channels, from 0'])
    table.add_rows([[short_name(row['layer']), row['modality'],
                     row['replaced_channels']] for row in rows])
    return table


def layer_table(rows: List[dict]) -> PrettyTable:
    """One row a layer and modality.

    Args:
        rows (list[dict]): Of :func:`layer_statistics`, and ``donor_use``,
            nan where it has not been measured.
    """
    return _table([heading for heading, _, _ in LAYER_COLUMNS.values()],
                  [[shown(row[key]) for key, (_, _, shown)
                    in LAYER_COLUMNS.items()] for row in rows])


def forcing_table(nets: List[ForcedNet], metric: str,
                  streams: List[str]) -> PrettyTable:
    """One row a forced net: a metric, and its difference to a reference.

    Args:
        nets (list[ForcedNet]): With metrics.
        metric (str): Of the ensemble, such as 'mIoU'.
        streams (list[str]): Columns.
    """
    headings = ['exchange', 'compared with']
    for stream in streams:
        headings += [stream, f'Δ {stream}']
    rows = []
    for net in nets:
        rows.append([net.title, net.reference.title if net.reference else ''])
        for stream in streams:
            value = net.value(metric, stream)
            # MAE and SSIM are small, mIoU is in percent.
            places = 2 if abs(value) >= 2 else 4
            rows[-1] += [f'{value:.{places}f}',
                         f'{net.difference(metric, stream):+.{places}f}'
                         if net.reference else '']
    return _table(headings, rows)


def _table(headings: List[str], rows: List[List[str]]) -> PrettyTable:
    """Names, the first two columns, to the left and numbers to the right."""
    table = PrettyTable(headings)
    table.align = 'r'
    for name in headings[:2]:
        table.align[name] = 'l'
    table.add_rows(rows)
    return table
