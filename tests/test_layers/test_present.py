"""Layers of which some modalities are absent, against what is left."""
import copy
from itertools import combinations

import numpy as np
import pytest
import torch
from test_exchange import exchange_by_hand
from test_private import NORMS, C, per_modality, randomise, separate
from torch import nn

from cen_mm.layers import (
    AlignFusion,
    AverageFusion,
    ConcatFusion,
    Ensemble,
    ExchangeRule,
    PrivateConv,
    PrivateNorm,
    SelfAttentionFusion,
    channel_exchange,
    set_present,
)

M = 3
SUBSETS = [p for k in (1, 2, 3) for p in combinations(range(M), k)]


@pytest.mark.parametrize('kind, private', [
    *[(kind, ('affine', 'stats')) for kind in NORMS],
    ('batch', ('stats', )), ('instance', ('stats', )),
    ('instance', ('affine', ))])
@pytest.mark.parametrize('present', [(1, ), (0, 2)])
@pytest.mark.parametrize('training', [True, False])
def test_norms_of_those_present(kind, private, present, training):
    """As with M modalities, of which the others saw nothing."""
    make, shape = NORMS[kind]
    norm = PrivateNorm(make(), M, private)
    randomise(norm)
    whole = copy.deepcopy(norm)
    set_present(norm, present)
    for layer in (norm, whole):
        layer.train(training)
    full = torch.randn(4, M, *shape, requires_grad=True)
    own = full.detach()[:, list(present)].requires_grad_()
    out = norm(own.flatten(0, 1)).unflatten(0, (-1, len(present)))
    expected = whole(full.flatten(0, 1)).unflatten(0, (-1, M))[
        :, list(present)]
    torch.testing.assert_close(out, expected)
    grad = torch.randn_like(out)
    out.backward(grad)
    expected.backward(grad)
    torch.testing.assert_close(own.grad, full.grad[:, list(present)])
    for name in ('weight', 'bias'):
        if getattr(norm, name) is not None:
            torch.testing.assert_close(
                getattr(norm, name).grad, getattr(whole, name).grad)
    absent = [m for m in range(M) if m not in present]
    fresh = PrivateNorm(make(), M, private).stock
    for name in ('running_mean', 'running_var'):
        if 'stats' in private and hasattr(norm.stock, name):
            ours, theirs, start = (
                getattr(layer, name).view(M, -1)
                for layer in (norm.stock, whole.stock, fresh))
            torch.testing.assert_close(ours[list(present)],
                                       theirs[list(present)])
            assert torch.equal(ours[absent], start[absent])


def test_a_batch_norm_of_shared_statistics():
    """Its batch is that of the modalities present."""
    norm = PrivateNorm(nn.BatchNorm2d(C), M, ('affine', ))
    randomise(norm)
    set_present(norm, (0, 2))
    x = torch.randn(8, C, 3, 3)
    scale, offset = (value.view(M, C)[[0, 2] * 4].view(8, C, 1, 1)
                     for value in (norm.weight, norm.bias))
    torch.testing.assert_close(norm(x), nn.BatchNorm2d(C)(x) * scale + offset)


@pytest.mark.parametrize('make', [
    lambda: nn.Conv2d(4, 6, 3, 2, 1, groups=2),
    lambda: nn.ConvTranspose2d(4, 6, 4, 2, 1)])
@pytest.mark.parametrize('present', SUBSETS)
def test_convolutions_of_those_present(make, present):
    plain = make()
    conv = PrivateConv(copy.deepcopy(plain), M)
    nn.init.normal_(conv.weight)
    stocks = [copy.deepcopy(plain) for _ in range(M)]
    for k, stock in enumerate(stocks):
        stock.weight.data = conv.weight.data.chunk(M)[k]
    set_present(conv, present)
    x = torch.randn(2 * len(present), 4, 7, 5)
    out = conv(x)
    torch.testing.assert_close(
        out, per_modality([stocks[m] for m in present], x))
    out.sum().backward()
    for m, grad in enumerate(conv.weight.grad.chunk(M)):
        assert (grad.abs().max() > 0) == (m in present)


@pytest.mark.parametrize('region', ['all', 'own'])
@pytest.mark.parametrize('present', SUBSETS)
@pytest.mark.parametrize('last', [False, True])
def test_the_mean_is_over_the_donors_present(present, region, last):
    """Eq. 6 by hand, with the parts that M modalities may give away."""
    x = torch.randn(2, len(present), 7, 3, 2)
    gamma = torch.randn(M, 7)
    parts = torch.tensor([[m * 7 // M <= c < (m + 1) * 7 // M
                           for c in range(7)] for m in range(M)])
    small = gamma.abs() < 0.7
    if region == 'own':
        small &= parts
    expected = exchange_by_hand(
        x.flatten(0, 1).numpy(), 1. - small[list(present)].float().numpy(),
        0.5, False)
    if len(present) == 1:
        assert np.array_equal(expected, x.flatten(0, 1).numpy())
    x = x.flatten(0, 1)
    out = channel_exchange(
        x.movedim(1, -1) if last else x, gamma, ExchangeRule(0.7, region),
        -1 if last else 1, present)
    np.testing.assert_allclose(
        out.movedim(-1, 1) if last else out, expected, rtol=1e-6)


def test_random_channels_are_those_of_all_modalities():
    rule = ExchangeRule(random_share=0.5, layer='bn')
    x, gamma = torch.randn(2 * 2, 12, 1, 1), torch.ones(M, 12)
    replaced = rule.replaced(gamma)[[0, 2]]
    out = channel_exchange(x, gamma, rule, present=(0, 2))
    moved = (out != x).view(2, 2, 12)
    assert torch.equal(moved[0], replaced) and replaced.any(1).all()


@pytest.mark.parametrize('present', SUBSETS)
def test_weights_are_renormalised(present):
    ensemble = Ensemble(M)
    ensemble.alpha.data = torch.tensor([0.2, -1., 2.])
    set_present(ensemble, present)
    x = torch.randn(2, len(present), 5, 4, 6)
    weight = torch.tensor([0.2, -1., 2.])[list(present)].exp()
    expected = torch.einsum('nmkhw,m->nkhw', x, weight / weight.sum())
    torch.testing.assert_close(ensemble(x), expected)
    if len(present) == 1:
        assert torch.equal(ensemble(x), x[:, 0])


@pytest.mark.parametrize('kind', [ConcatFusion, AverageFusion,
                                  SelfAttentionFusion])
@pytest.mark.parametrize('merges', [False, True])
@pytest.mark.parametrize('present', SUBSETS)
def test_the_mean_stands_in_for_absent_maps(kind, merges, present):
    """The whole fusion of maps of which the absent ones are replaced."""
    net = kind(6, M, merges=merges)
    x = torch.randn(2, M, 6, 5, 4)
    filled = x.clone()
    for m in set(range(M)) - set(present):
        filled[:, m] = x[:, list(present)].mean(1)
    expected = net(filled.flatten(0, 1))
    if not merges:
        expected = expected.unflatten(0, (2, M))[:, list(present)]
    set_present(net, present)
    out = net(x[:, list(present)].flatten(0, 1))
    torch.testing.assert_close(out.view(expected.shape), expected)
    if kind is AverageFusion and merges:
        torch.testing.assert_close(out, x[:, list(present)].mean(1))


@pytest.mark.parametrize('present', SUBSETS)
def test_alignment_is_with_those_present(present):
    net = AlignFusion(6, M)
    x = torch.randn(2, len(present), 6, 5, 4)

    def conv(layer, m, maps):
        weight = layer.weight.chunk(M)[present[m]]
        return nn.functional.conv2d(maps, weight)

    p = len(present)
    common = [conv(net.common, m, x[:, m]) for m in range(p)]
    set_present(net, present)
    out = net.train()(x.flatten(0, 1)).unflatten(0, (2, p))
    for m in range(p):
        others = [common[k] for k in range(p) if k != m] or [common[m]]
        parts = conv(net.specific, m, x[:, m]), common[m], sum(others) / len(
            others)
        torch.testing.assert_close(
            out[:, m], conv(net.join, m, torch.cat(parts, 1)))
    loss = net.take_loss()
    assert (loss > 0) == (p > 1)


@pytest.mark.parametrize('present', [(), (3, ), (1, 0), (0, 0)])
def test_impossible_modalities_are_refused(present):
    with pytest.raises(ValueError, match='must be some of the modalities'):
        set_present(Ensemble(M), present)


def test_all_present_is_the_layer_itself():
    norm = PrivateNorm(nn.BatchNorm2d(C), M)
    set_present(norm, (0, 1))
    set_present(norm, range(M))
    assert norm.present is None
    set_present(norm, (0, 1))
    set_present(norm, None)
    assert norm.present is None and norm.num_present == M


def test_separate_norms_agree():
    """A narrowed norm is the norms of its modalities, one by one."""
    norm = PrivateNorm(nn.BatchNorm2d(C), M)
    randomise(norm)
    stocks = separate(norm, nn.BatchNorm2d(C), M)
    set_present(norm, (0, 2))
    x = torch.randn(8, C, 3, 3)
    torch.testing.assert_close(
        norm(x), per_modality([stocks[0], stocks[2]], x))
