"""Statistics of scales, against loops over single channels."""
import math

import numpy as np
import pytest
import torch
from torch import nn

from cen_mm.analysis.exchange_statistics import layer_statistics
from cen_mm.analysis.exchanging_norms import exchanging_norms
from cen_mm.layers import ExchangeRule, PrivateBN

NAMES = 'abcd'


def loops(gamma, threshold, replaced):
    """Counts by the definitions, channel by channel."""
    modalities, channels = gamma.shape
    rows = []
    for m in range(modalities):
        own = range(m * channels // modalities,
                    (m + 1) * channels // modalities)
        small = [[], []]
        swapped = dead = 0
        for c in range(channels):
            small[c not in own].append(abs(gamma[m, c]) < threshold)
            if all(replaced[k][c] for k in range(modalities)):
                swapped += 1
            donors = [gamma[k, c] for k in range(modalities) if k != m]
            if replaced[m][c] and all(abs(g) < threshold for g in donors):
                dead += 1
        rows.append((np.mean(replaced[m]), np.mean(small[0]),
                     np.mean(small[1]) if small[1] else math.nan, swapped,
                     dead))
    return rows


def small_and_large(modalities, channels):
    gamma = np.random.default_rng(modalities).uniform(
        0.5, 1, (modalities, channels))
    gamma[np.random.default_rng(7).random(gamma.shape) < 0.6] = 0.01
    gamma[:, ::2] *= -1
    return gamma.astype(np.float32)


@pytest.mark.parametrize('modalities', [1, 2, 3, 4])
@pytest.mark.parametrize('region', ['all', 'own'])
def test_counts_are_those_of_loops(modalities, region):
    gamma = small_and_large(modalities, 19)
    replaced = [[
        modalities > 1 and abs(gamma[m, c]) < 0.02 and
        (region == 'all'
         or m * 19 // modalities <= c < (m + 1) * 19 // modalities)
        for c in range(19)
    ] for m in range(modalities)]
    rows = layer_statistics('net.bn', NAMES[:modalities],
                            torch.from_numpy(gamma),
                            ExchangeRule(region=region))
    for m, (row, expected) in enumerate(
            zip(rows, loops(gamma, 0.02, replaced))):
        np.testing.assert_allclose(
            (row.replaced, row.below_own, row.below_outside, row.swapped,
             row.dead_donors), expected)
        assert (row.layer, row.modality, row.channels, row.region) == (
            'net.bn', NAMES[m], 19, region)
        np.testing.assert_allclose(
            (row.gamma_q10, row.gamma_q50, row.gamma_q90),
            np.quantile(np.abs(gamma[m]), (0.1, 0.5, 0.9)), rtol=1e-6)
    assert any(row.dead_donors for row in rows) == (modalities > 1)
    if modalities > 1:
        assert (rows[0].swapped > 0) == (region == 'all')


def test_a_random_rule_replaces_others_than_the_small_ones():
    gamma = small_and_large(3, 40)
    rule = ExchangeRule(random_seed=5)
    replaced = rule.replaced(torch.from_numpy(gamma)).tolist()
    assert replaced != (np.abs(gamma) < 0.02).tolist()
    rows = layer_statistics('bn', NAMES[:3], torch.from_numpy(gamma), rule)
    for row, expected in zip(rows, loops(gamma, 0.02, replaced)):
        np.testing.assert_allclose(
            (row.replaced, row.below_own, row.below_outside, row.swapped,
             row.dead_donors), expected)
        assert row.random_seed == 5


def test_what_counts_as_small_need_not_be_what_is_replaced():
    gamma = small_and_large(2, 30)
    rows = layer_statistics('bn', NAMES[:2], torch.from_numpy(gamma),
                            ExchangeRule(threshold=0.), 0.02)
    nothing = [[False] * 30] * 2
    for row, expected in zip(rows, loops(gamma, 0.02, nothing)):
        assert row.replaced == row.swapped == row.dead_donors == 0
        assert row.below_own == pytest.approx(expected[1])
        assert (row.threshold, row.small_below) == (0., 0.02)
    assert rows[0].below_own > 0


def test_nets_without_an_exchange_say_why():
    private = PrivateBN(4, num_modalities=2)
    for net, why in ((nn.BatchNorm2d(4), 'no scales that are private'),
                     (PrivateBN(4, num_modalities=1, exchange={}),
                      'no scales that are private'),
                     (nn.Sequential(private), 'has an exchange rule')):
        with pytest.raises(ValueError, match=why):
            exchanging_norms(net)
    net = nn.Sequential(private, PrivateBN(4, num_modalities=2, exchange={}))
    assert [name for name, _ in exchanging_norms(net)] == ['1']
    net[1].weight.data[3] = math.nan
    with pytest.raises(ValueError, match='1 has scales that are not finite'):
        exchanging_norms(net)
