"""Private stems against naive convolutions, one a modality."""
import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from messages import fails
from torch import nn

from cen_mm.layers import PrivateConv, PrivateStem, fold_padded, set_present

CHANNELS = [(3, 1, 5), (1, ), (2, 4), (3, 3), (7, 1, 2, 3)]


def images(channels, n=2):
    return [torch.randn(n, c, 9, 12) for c in channels]


def naive(image, weight, bias, conv):
    return F.conv2d(image, weight, bias, conv.stride, conv.padding,
                    conv.dilation)


@pytest.mark.parametrize('channels', CHANNELS)
def test_folding_pads_with_zeros(channels):
    parts = images(channels)
    folded = fold_padded(torch.cat(parts, 1), channels).numpy()
    expected = np.zeros((2 * len(channels), max(channels), 9, 12), 'float32')
    for m, part in enumerate(parts):
        expected[m::len(channels), :part.shape[1]] = part
    assert np.array_equal(folded, expected)


def test_equal_channels_are_folded_without_a_copy():
    x = torch.randn(2, 8, 3, 3)
    assert fold_padded(x, (4, 4)).data_ptr() == x.data_ptr()


def test_folding_other_channels_is_refused():
    with fails(ValueError, '6 channels', '(3, 1)', 'LoadModality'):
        fold_padded(torch.zeros(1, 6, 3, 3), (3, 1))


@pytest.mark.parametrize('channels', CHANNELS)
@pytest.mark.parametrize('kwargs', [
    dict(kernel_size=7, stride=2, padding=3, bias=False),
    dict(kernel_size=3, dilation=2, bias=True)])
def test_naive_convolutions(channels, kwargs):
    """Values and gradients, of all modalities and of some."""
    stem = PrivateStem(nn.Conv2d(3, 6, **kwargs), channels)
    for conv in stem.stock:
        nn.init.normal_(conv.weight)
    parts = [x.requires_grad_() for x in images(channels)]
    for kept in (range(len(channels)), range(len(channels))[-2:]):
        set_present(stem, kept)
        out = stem(fold_padded(torch.cat([parts[m] for m in kept], 1),
                               [channels[m] for m in kept]))
        weights = [conv.weight.detach().clone().requires_grad_()
                   for conv in stem.stock]
        expected = torch.stack([
            naive(parts[m], weights[m], stem.stock[m].bias, stem.stock[m])
            for m in kept], 1).flatten(0, 1)
        torch.testing.assert_close(out, expected)
        stem.zero_grad()
        grad = torch.randn_like(out)
        out.backward(grad)
        (expected * grad).sum().backward()
        for m in kept:
            torch.testing.assert_close(stem.stock[m].weight.grad,
                                       weights[m].grad)


@pytest.mark.parametrize('channels', CHANNELS)
def test_no_weight_is_unused(channels):
    stem = PrivateStem(nn.Conv2d(3, 6, 5), channels)
    assert sum(p.numel() for p in stem.parameters()) == (
        6 * 25 * sum(channels) + 6 * len(channels))
    assert all(conv.weight.shape == (6, c, 5, 5)
               for conv, c in zip(stem.stock, channels))


def adapted(weight, channels):
    """The rule, restated: 3/B of the mean, in each of B channels."""
    weight = weight.numpy()
    if channels == weight.shape[1]:
        return weight
    mean = weight.mean(1)
    return np.stack([mean * weight.shape[1] / channels] * channels, 1)


@pytest.mark.parametrize('channels', CHANNELS)
@pytest.mark.parametrize('source', ['plain', 'private', 'new'])
def test_three_channels_load_by_the_rule(channels, source):
    m = len(channels)
    plain = nn.Conv2d(3, 6, 5)
    state, wide = plain.state_dict(), [plain.weight.data] * m
    stem = PrivateStem(plain if source == 'new' else nn.Conv2d(3, 6, 5),
                       channels)
    if source == 'private':
        conv = PrivateConv(copy.deepcopy(plain), m)
        nn.init.normal_(conv.weight)
        state, wide = conv.state_dict(), conv.weight.data.chunk(m)
    if source != 'new':
        net = nn.Sequential(stem)
        net.load_state_dict({f'0.{key}': value
                             for key, value in state.items()})
    for conv, weight, count in zip(stem.stock, wide, channels):
        np.testing.assert_allclose(
            conv.weight.detach(), adapted(weight, count), rtol=1e-5,
            atol=1e-6)
        assert torch.equal(conv.bias, plain.bias)
        # A grey map is seen as if it were repeated to three channels.
        grey = torch.randn(1, 1, 8, 8)
        torch.testing.assert_close(
            conv(grey.repeat(1, count, 1, 1)),
            F.conv2d(grey.repeat(1, 3, 1, 1), weight, plain.bias),
            rtol=1e-4, atol=1e-4)


def test_its_own_state_loads():
    stem = PrivateStem(nn.Conv2d(3, 6, 5), (1, 4))
    other = PrivateStem(nn.Conv2d(3, 6, 5), (1, 4))
    other.load_state_dict(stem.state_dict())
    assert all(map(torch.equal, stem.parameters(), other.parameters()))


@pytest.mark.parametrize('state', [
    {'weight': torch.zeros(5, 3, 5, 5)}, {'weight': torch.zeros(6, 3, 7, 7)},
    {'stock.weight': torch.zeros(18, 3, 5, 5)}, {'bias': torch.zeros(5)},
    {'stock.1.weight': torch.zeros(6, 5, 5, 5)}])
def test_weights_of_another_layer_are_refused(state):
    stem = PrivateStem(nn.Conv2d(3, 6, 5), (1, 4))
    with fails(ValueError, *state, '(1, 4) channels',
               'set channels of the model'):
        # Not strict, as mmengine loads pretrained weights.
        stem.load_state_dict(state, strict=False)


def test_a_grouped_convolution_is_refused():
    with fails(ValueError, 'is grouped', '(1, 4)'):
        PrivateStem(nn.Conv2d(3, 6, 5, groups=3), (1, 4))
