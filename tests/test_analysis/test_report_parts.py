"""What the report measures, against loops and hand."""
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from cen_mm.analysis.report.donor_use import watch_donors
from cen_mm.analysis.report.forcing import exchange_off
from cen_mm.analysis.report.plots import histograms, share_plot
from cen_mm.analysis.report.report import Report
from cen_mm.analysis.report.tables import layer_statistics, ranges
from cen_mm.analysis.trained_net import exchanging_norms
from cen_mm.layers import ExchangeRule, PrivateBN, PrivateNorm


def loops(gamma, threshold, replaced):
    """Statistics by their definitions, channel by channel."""
    modalities, channels = gamma.shape
    for m in range(modalities):
        own = range(m * channels // modalities,
                    (m + 1) * channels // modalities)
        small = [[], []]
        swapped = dead = 0
        for c in range(channels):
            small[c not in own].append(abs(gamma[m, c]) < threshold)
            swapped += all(replaced[k][c] for k in range(modalities))
            dead += replaced[m][c] and all(
                abs(gamma[k, c]) < threshold
                for k in range(modalities) if k != m)
        yield dict(
            replaced=np.mean(replaced[m]),
            replaced_channels=ranges(np.flatnonzero(replaced[m])),
            small_own=np.mean(small[0]),
            small_others=np.mean(small[1]) if small[1] else math.nan,
            swapped=swapped, dead_donors=dead,
            **{f'gamma_q{q}': np.quantile(np.abs(gamma[m]), q / 100)
               for q in (10, 50, 90)})


@pytest.mark.parametrize('modalities, rule, small', [
    *((m, ExchangeRule(region=region), None)
      for m in (1, 2, 3, 4) for region in ('all', 'own')),
    # Replaces others than small ones.
    (3, ExchangeRule(random_share=0.6, random_seed=5), None),
    (2, ExchangeRule(threshold=0.), 0.02),  # replaces none
])
def test_statistics_are_those_of_loops(modalities, rule, small):
    gamma = np.random.default_rng(modalities).uniform(
        0.5, 1, (modalities, 39)).astype(np.float32)
    gamma[np.random.default_rng(7).random(gamma.shape) < 0.6] = 0.01
    gamma[:, ::2] *= -1
    replaced = rule.replaced(torch.from_numpy(gamma)).tolist()
    rows = layer_statistics(
        'net.bn', 'abcd'[:modalities], torch.from_numpy(gamma), rule, small)
    for m, (row, expected) in enumerate(zip(
            rows, loops(gamma, 0.02, replaced))):
        expected.update(
            threshold=rule.threshold, region=rule.region,
            random_share=rule.random_share, layer='net.bn',
            modality='abcd'[m], channels=39, small_threshold=0.02,
            donor_use=math.nan)
        assert row.keys() == expected.keys()
        for key, value in expected.items():
            assert row[key] == value or row[key] == pytest.approx(
                value, nan_ok=True), key
    exchanges = modalities > 1 and rule.threshold > 0
    assert any(row['dead_donors'] for row in rows) == exchanges
    if rule.random_share is None:
        assert (rows[0]['swapped'] > 0) == (exchanges and rule.region == 'all')


@pytest.mark.parametrize('numbers, text', [
    ([], ''), ([3], '3'), ([0, 1], '0-1'), ([0, 2, 3, 4, 9], '0 2-4 9')])
def test_ranges(numbers, text):
    assert ranges(numbers) == text


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


def known_norm(gamma, beta, stock=nn.BatchNorm2d):
    """In evaluation it gives gamma x + beta, then exchanges.

    A layer norm does so for tokens x of mean 0 and variance 1.
    """
    gamma, beta = torch.tensor(gamma), torch.tensor(beta)
    norm = PrivateNorm(stock(gamma.shape[1], eps=0.), len(gamma),
                       exchange=dict(threshold=0.02)).eval()
    norm.weight.data, norm.bias.data = gamma.flatten(), beta.flatten()
    return norm


def test_a_donor_use_that_can_be_told_by_hand():
    # Stream 0 keeps channels of variance 4 and 0, and gets 9: 9 / 13. The
    # offset of its last one is large, but nothing varies there.
    norm = known_norm([[2., 0.01, 0.03], [1., 3., 0.01]],
                      [[0., 0., 9.], [5., 0., 0.]])
    signs = torch.tensor([1., -1.]).repeat(8).view(1, 1, 4, 4)
    x = signs.repeat(2, 3, 1, 1)  # of variance 1
    x[0, 2] = 0.
    x[1, 2] = 7.
    with watch_donors([('bn', norm)]) as meters:
        norm(x)
    share = meters['bn'].donated()
    # Stream 1 replaces its last one by a constant.
    assert share == pytest.approx([9 / 13, 0.])
    norm(10 * x)  # after the watch
    assert meters['bn'].donated() == share
    # A swap of dead channels gives nothing.
    norm = known_norm([[1., 1e-6], [1., 1e-6]], [[0., 3.], [0., -3.]])
    with watch_donors([('bn', norm)]) as meters:
        norm(torch.randn(4, 2, 6, 6))
    assert max(meters['bn'].donated()) < 1e-9


@pytest.mark.parametrize('modalities, stock', [
    (2, nn.BatchNorm2d), (3, nn.BatchNorm2d), (2, nn.LayerNorm)])
def test_batches_add_up_to_the_variance_over_all_images(modalities, stock):
    rng = np.random.default_rng(0)
    gamma = rng.uniform(0.5, 1, (modalities, 5)).astype(np.float32)
    gamma[rng.random(gamma.shape) < 0.5] = 0.005
    beta = rng.normal(0, 3, gamma.shape).astype(np.float32)
    norm = known_norm(gamma.tolist(), beta.tolist(), stock)
    x = rng.normal(size=(5, modalities, 5, 3, 4)).astype(np.float32)
    x += rng.normal(0, 4, (5, 1, 1, 1, 1)).astype(np.float32)
    of_tokens = stock is nn.LayerNorm
    if of_tokens:
        x = (x - x.mean(2, keepdims=True)) / x.std(2, keepdims=True)
    own = gamma[..., None, None] * x + beta[..., None, None]
    expected = []
    for m in range(modalities):
        donated = total = 0.
        for c in range(5):
            replaced = gamma[m, c] < 0.02
            feature = np.mean(
                [own[:, k, c] for k in range(modalities) if k != m],
                axis=0) if replaced else own[:, m, c]
            total += feature.var(dtype=np.float64)
            donated += replaced * feature.var(dtype=np.float64)
        expected.append(donated / total)
    folded = torch.from_numpy(x).flatten(0, 1)
    if of_tokens:  # (N*M, L, C)
        folded = folded.flatten(2).transpose(1, 2)
    with watch_donors([('bn', norm)]) as meters:
        norm(folded[:modalities])
        norm(folded[modalities:])
    np.testing.assert_allclose(meters['bn'].donated(), expected, rtol=1e-5)
    assert all(0 < share < 1 for share in expected)


def test_layers_to_force():
    net = SimpleNamespace(modalities=['x', 'y'], norms=[
        (name, known_norm([[1., gamma], [1., 1.]], [[0., 0.], [0., 0.]]))
        for name, gamma in (('net.small', 0.01), ('net.large', 1.))])
    report = Report('', net)
    assert report.layers_to_force(None) == ['net.small']
    assert report.layers_to_force(['small']) == ['net.small']
    with pytest.raises(ValueError, match='net.large replaces no channel.*those'
                       ' that do are net.small'):
        report.layers_to_force(['small', 'large'])


def test_rules_come_back_after_an_error():
    norms = [(name, PrivateBN(4, num_modalities=2, exchange=dict(
        threshold=0.02, region='own'))) for name in 'abc']
    rule = ExchangeRule(0.02, 'own')
    with pytest.raises(RuntimeError), exchange_off(norms, {'b'}):
        assert [norm.exchange for _, norm in norms] == [
            rule, ExchangeRule(0, 'own'), rule]
        raise RuntimeError
    assert [norm.exchange for _, norm in norms] == [rule] * 3


def test_bars_of_shares_are_shown_whole():
    rows = [dict(layer='a', modality=m, channels=8, replaced=share,
                 dead_donors=dead)
            for m, share, dead in (('x', 0.5, 0), ('y', 0.25, 1))]
    axis, = share_plot(rows).axes
    hatched = [bar.get_height() for bar in axis.patches if bar.get_hatch()]
    plain = [bar.get_height() for bar in axis.patches if not bar.get_hatch()]
    assert sorted(hatched) == [0, 0, 12.5]  # one is for the legend
    assert plain == [50, 25]
    assert axis.get_ylim()[1] >= 50


def test_histograms_hold_every_channel():
    gammas = dict(
        a=np.array([[0., -1e-9, 1e-6], [0.5, -3., 1.]], np.float32),
        **{name: np.ones((2, 5), np.float32) for name in 'bcde'})
    figure = histograms(
        gammas, ['x', 'y'], dict(dict.fromkeys('bcde', 0.), a=0.02))
    first, second = figure.axes[:2]
    assert [sum(bar.get_height() for bar in axis.patches)
            for axis in figure.axes] == [6, *[10] * 4, 0, 0, 0]
    assert [axis.axison for axis in figure.axes] == [True] * 5 + [False] * 3
    assert first.lines[0].get_xdata()[0] == 0.02 and not second.lines
