"""Corollary 1: a network that exchanges can compute what one without does."""
import copy

import pytest
import torch
from torch import nn

from cen_mm.analysis.theorem import ExchangeReadyConv
from cen_mm.layers import PrivateBN, PrivateConv2d

CHANNELS, SIZE = 6, (9, 7)


def zeroed_norm(m, channels=CHANNELS):
    """Some gammas are zero, the others far from it."""
    norm = PrivateBN(channels, m, exchange=dict(threshold=0.02)).double()
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.)
        norm.weight[torch.rand_like(norm.weight) < 0.4] = 0
        norm.weight[1::channels] = 0.5  # only the first modality's is zero
        norm.weight[1] = 0
        norm.bias.uniform_(-0.5, 1.5)
        norm.stock.running_mean.normal_()
        norm.stock.running_var.uniform_(0.5, 2.)
    return norm


def without_exchange(norm):
    norm = copy.deepcopy(norm)
    norm.exchange = None
    return norm


def both(m, convs, with_map, activation):
    """f, and f' built from it layer by layer; an offset for each place?"""
    f, ready, size = [], [], SIZE
    for conv in convs:
        conv = conv.double()
        channels = conv.stock.in_channels // m
        norm = zeroed_norm(m, channels)
        f += [without_exchange(norm), activation, conv]
        ready += [norm, activation, ExchangeReadyConv(
            norm, conv, size if with_map else None, activation)]
        size = conv(torch.zeros(m, channels, *size).double()).shape[2:]
    return nn.Sequential(*f), nn.Sequential(*ready)


@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('m', [2, 3])
@pytest.mark.parametrize('with_map, activation, kwargs', [
    (True, nn.ReLU(), dict(kernel_size=3, padding=1)),
    (True, nn.ReLU(), dict(kernel_size=3, padding=1, stride=2, bias=False)),
    (True, nn.ReLU(), dict(kernel_size=(5, 3), padding=(4, 1),
                           dilation=(2, 1))),
    (True, nn.ReLU(), dict(kernel_size=3, padding=1, groups=2)),
    # As in a U-Net's encoder.
    (True, nn.LeakyReLU(0.2), dict(kernel_size=4, padding=1, stride=2)),
    # Where no zeros are around the paper's bias is exact.
    (False, nn.ReLU(), dict(kernel_size=3)),
    (False, nn.ReLU(), dict(kernel_size=1, stride=2)),
    *((False, nn.ReLU(), dict(kernel_size=3, padding=1, padding_mode=mode))
      for mode in ('replicate', 'circular')),
])
def test_the_same_function(m, training, with_map, activation, kwargs):
    """Through two layers; the exchange does take place in between."""
    f, ready = both(m, [
        PrivateConv2d(CHANNELS, 4, num_modalities=m, **kwargs),
        PrivateConv2d(4, 2, 3, padding=int(with_map), num_modalities=m)
    ], with_map, activation)
    assert with_map or ready[2].offset.shape == (1, 4 * m, 1, 1)
    f.train(training)
    ready.train(training)
    x = torch.randn(2 * m, CHANNELS, *SIZE, dtype=torch.double)
    assert (f[0](x) - ready[0](x)).abs().max() > 0.1
    for _ in range(2):  # running statistics go on alike
        torch.testing.assert_close(ready(x), f(x), rtol=1e-12, atol=1e-12)


def test_the_papers_bias_errs_at_a_border_of_zeros():
    """By what the kernel's outer taps would have seen, and only there."""
    conv = PrivateConv2d(CHANNELS, 4, 3, padding=1, num_modalities=2)
    f, ready = both(2, [conv], False, nn.ReLU())
    x = torch.randn(4, CHANNELS, *SIZE, dtype=torch.double)
    error = ready(x) - f(x)  # (N*M, D, H, W)
    assert error[..., 1:-1, 1:-1].abs().max() < 1e-12
    # The first row without its corners: the kernel's upper row is outside.
    norm = ready[0]
    constants = (norm.bias.relu() * (norm.weight == 0)).view(2, 1, CHANNELS)
    outside = conv.weight[:, :, 0].sum(-1).view(2, 4, CHANNELS)
    expected = (outside * constants).sum(-1).repeat(2, 1)  # (N*M, D)
    assert expected.abs().max() > 0.1
    torch.testing.assert_close(
        error[:, :, 0, 1:-1], expected[..., None].expand(-1, -1, SIZE[1] - 2),
        rtol=1e-10, atol=1e-12)


def test_weights_and_bias_of_the_proof():
    """As the proof writes them, by modality."""
    conv = PrivateConv2d(CHANNELS, 4, 3, num_modalities=3).double()
    norm = zeroed_norm(3)
    ready = ExchangeReadyConv(norm, conv)
    gone = norm.gamma == 0  # (M, C)
    constants = norm.bias.view(3, CHANNELS).clamp(min=0) * gone
    weight, bias = conv.weight.view(3, 4, CHANNELS, 3, 3), conv.bias.view(3, 4)
    torch.testing.assert_close(
        ready.offset.view(3, 4),
        bias + torch.einsum('mdcij,mc->md', weight, constants))
    for m in range(3):
        theirs = ready.conv.weight.view_as(weight)[m]
        assert theirs[:, gone[m]].abs().max() == 0
        assert torch.equal(theirs[:, ~gone[m]], weight[m, :, ~gone[m]])


def test_more_than_the_same_function():
    """With weights for its exchanged channels f' sees the other modality,
    of which f, blind there, knows nothing.
    """
    norm = zeroed_norm(2, channels=2)
    norm.weight.data[:] = torch.tensor([0., 1., 1., 1.])
    ready = ExchangeReadyConv(
        norm, PrivateConv2d(2, 1, 1, num_modalities=2).double())
    ready.conv.weight.data[0] = torch.tensor([1., 0.]).view(2, 1, 1)
    x = torch.randn(16, 2, 3, 3, dtype=torch.double)
    target = norm(x)[1::2, :1].relu()  # the other modality's
    blind = without_exchange(norm)(x)[::2, 0]
    assert blind.std() < 1e-12 and target.std() > 0.1
    mine = ready(norm(x).relu())[::2] - ready.offset[0, 0]
    torch.testing.assert_close(mine, target)


def test_premises():
    norm = zeroed_norm(2)
    conv = PrivateConv2d(CHANNELS, 4, 3, num_modalities=2)
    with pytest.raises(ValueError, match='Conv2d, which the modalities share'):
        ExchangeReadyConv(norm, nn.Conv2d(CHANNELS, 4, 3))
    with pytest.raises(ValueError, match='exchanges no channels'):
        ExchangeReadyConv(without_exchange(norm), conv)
    norm.weight.data[0] = -0.01
    with pytest.raises(ValueError, match=r'\|gamma\| = 0.01'):
        ExchangeReadyConv(norm, conv)
