"""Eq. 6 against a restatement in loops, and its gradients."""
import numpy as np
import pytest
import torch
from torch import nn

from cen_mm.layers import (
    ExchangeRule,
    PrivateBN,
    channel_exchange,
    modality_names,
    own_channels,
    region_mask,
    set_exchange,
)


def exchange_by_hand(x, gamma, threshold, own_only):
    """Eq. 6 for one sample at a time, in numpy."""
    m_total, channels = gamma.shape
    x = x.reshape(-1, m_total, *x.shape[1:])
    out = x.copy()
    for n, m, c in np.ndindex(*x.shape[:3]):
        mine = m * channels // m_total <= c < (m + 1) * channels // m_total
        if abs(gamma[m, c]) < threshold and (mine or not own_only):
            others = [x[n, k, c] for k in range(m_total) if k != m]
            if others:
                out[n, m, c] = sum(others) / len(others)
    return out.reshape(-1, *x.shape[2:])


@pytest.mark.parametrize('region', ['all', 'own'])
@pytest.mark.parametrize('num_modalities', [1, 2, 3, 4, 5])
@pytest.mark.parametrize('channels,h,w', [(8, 3, 5), (7, 1, 1)])
def test_matches_the_equation(num_modalities, channels, h, w, region):
    x = torch.randn(2 * num_modalities, channels, h, w, dtype=torch.double)
    gamma = torch.randn(num_modalities, channels)
    out = channel_exchange(x, gamma, ExchangeRule(0.5, region))
    expected = exchange_by_hand(x.numpy(), gamma.numpy(), 0.5, region == 'own')
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-12, atol=1e-14)


def test_the_threshold_itself_keeps_and_the_sign_does_not_matter():
    x = torch.arange(6.).view(2, 3, 1, 1)
    gamma = torch.tensor([[0.5, -0.5, -0.4], [1., 1., 1.]])
    out = channel_exchange(x, gamma, ExchangeRule(0.5))
    assert out[0].flatten().tolist() == [0., 1., 5.]


def test_two_small_gammas_swap():
    x = torch.tensor([1., 2.]).view(2, 1, 1, 1)
    out = channel_exchange(x, torch.zeros(2, 1), ExchangeRule())
    assert out.flatten().tolist() == [2, 1]


@pytest.mark.parametrize('num_modalities', [2, 3])
def test_gradients_follow_the_features_that_are_used(num_modalities):
    x = torch.randn(
        2 * num_modalities, 4, 2, 3, dtype=torch.double, requires_grad=True)
    gamma = torch.randn(num_modalities, 4, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda x: channel_exchange(x, gamma, ExchangeRule(0.7)), x)
    # What nobody uses gets exactly nothing, not a rounding error.
    only = torch.ones(num_modalities, 4)
    only[0] = 0
    out = channel_exchange(x, only, ExchangeRule())
    out[::num_modalities].sum().backward()
    assert x.grad[::num_modalities].abs().max() == 0
    assert gamma.grad is None


def test_works_on_channels_last():
    x = torch.randn(4, 6, 5, 3)
    gamma = torch.randn(2, 6)
    rule = ExchangeRule(0.5)
    out = channel_exchange(
        x.to(memory_format=torch.channels_last), gamma, rule)
    assert torch.equal(out, channel_exchange(x, gamma, rule))


@pytest.mark.parametrize('m', [2, 3])
@pytest.mark.parametrize('shape', [(5, ), (3, 5)])
def test_channels_may_come_last(m, shape):
    """Tokens ``(L, C)`` and maps ``(H, W, C)`` of transformers."""
    x, gamma = torch.randn(2 * m, *shape, 6), torch.randn(m, 6)
    rule = ExchangeRule(0.5, 'own')
    expected = channel_exchange(x.movedim(-1, 1), gamma, rule)
    out = channel_exchange(x, gamma, rule, channel_dim=-1)
    assert torch.equal(out, expected.movedim(1, -1))


@pytest.mark.parametrize('num_modalities,channels', [(2, 8), (3, 8), (5, 3)])
def test_own_channels_are_disjoint_and_cover(num_modalities, channels):
    parts = [list(range(channels))[own_channels(m, num_modalities, channels)]
             for m in range(num_modalities)]
    assert sum(parts, []) == list(range(channels))
    mask = region_mask(num_modalities, channels, 'own')
    assert [row.nonzero().flatten().tolist() for row in mask] == parts


def test_rules_refuse_nonsense():
    for threshold in (-1, 'abc', None, float('nan')):
        with pytest.raises(ValueError, match='must be a number >= 0, got'):
            ExchangeRule(threshold)
    with pytest.raises(ValueError, match="'all' or 'own', got 'half'"):
        ExchangeRule(region='half')
    with pytest.raises(ValueError, match="matches the exchange pattern 'bn9'"):
        set_exchange(torch.nn.Sequential(), 'bn9', ExchangeRule())


@pytest.mark.parametrize('m, channels', [(2, 64), (3, 61), (4, 40)])
def test_random_control_is_fixed_disjoint_and_of_the_given_share(m, channels):
    shares = [0.25 * (k + 1) for k in range(m)]
    net = nn.ModuleDict({name: PrivateBN(channels, num_modalities=m)
                         for name in ('bn1', 'bn2')})
    set_exchange(net, 'bn[12]', ExchangeRule(random_share={
        'bn1': shares, 'bn2': 0.5}))
    chosen = {}
    for name, norm in net.items():
        chosen[name] = norm.exchange.replaced(norm.gamma)
        # Whatever the gammas are.
        nn.init.normal_(norm.weight, std=0.02)
        assert norm.exchange.replaced(norm.gamma).equal(chosen[name])
        # In no channel does a donor lack its own feature.
        assert chosen[name].sum(0).max() == 1
        assert not (chosen[name] & ~region_mask(m, channels, 'own')).any()
        expected = shares if name == 'bn1' else [0.5] * m
        for k, share in enumerate(expected):
            own = len(range(channels)[own_channels(k, m, channels)])
            assert chosen[name][k].sum() == round(share * own)
    half = [ExchangeRule(random_share=0.5, random_seed=seed).of_layer(name)
            for seed, name in ((0, 'a'), (0, 'a'), (1, 'a'), (0, 'b'))]
    first, again, seed, layer = (
        rule.replaced(torch.ones(m, channels)) for rule in half)
    assert first.equal(again)
    assert not first.equal(seed) and not first.equal(layer)


def test_random_control_says_what_is_wrong():
    net = nn.ModuleDict(dict(bn1=PrivateBN(8, num_modalities=2)))
    for share, message in (
            (1.5, 'must be shares within 0 and 1, got 1.5'),
            ({'bn1': (0.1, -1)}, 'must be shares within 0 and 1'),
            ({'bn2': 0.5}, '0 entries for the layer bn1, but needs one')):
        with pytest.raises(ValueError, match=message):
            set_exchange(net, 'bn1', ExchangeRule(random_share=share))
    with pytest.raises(ValueError, match='3 shares for 2 modalities'):
        ExchangeRule(random_share=(.1, .2, .3)).replaced(torch.ones(2, 8))


def test_modalities_have_names_or_numbers():
    net = nn.Sequential(nn.ReLU(), PrivateBN(4, num_modalities=3))
    assert modality_names(net) == ['0', '1', '2']
    net[0].modalities = ('rgb', 'depth', 'normal')
    assert modality_names(net) == ['rgb', 'depth', 'normal']
