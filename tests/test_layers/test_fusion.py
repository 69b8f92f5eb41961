"""The fusions against loops over modalities, and Table 2's parameters."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from cen_mm import AlignFusion, ConcatFusion, SelfAttentionFusion, fold
from cen_mm.layers import AverageFusion, own_first

WIDTHS = dict(early=(512, ), middle=(1024, ), late=(2048, ),
              all=(256, 512, 1024, 2048))


def orders(m):
    """For every stream the order in which it sees the modalities."""
    return [[(own + k) % m for k in range(m)] for own in range(m)]


@pytest.mark.parametrize('m', [1, 2, 3, 4])
def test_every_modality_sees_itself_first(m):
    x = np.random.default_rng(0).random((2, m, 5, 3, 4), np.float32)
    seen = own_first(fold(torch.from_numpy(x).flatten(1, 2), m), m)
    expected = np.stack([[np.concatenate([sample[i] for i in order])
                          for order in orders(m)] for sample in x])
    assert np.array_equal(seen.unflatten(0, (2, m)).numpy(), expected)


def concat(net, maps):
    weight = net.conv.weight[:, :, 0, 0]
    return torch.einsum('dc,nchw->ndhw', weight, torch.cat(maps, 1))


def average(net, maps):
    return sum(maps) / len(maps)


def self_attention(net, maps):
    def conv(layer, x):
        return F.conv2d(x, layer.weight, layer.bias, padding=1)

    z = torch.cat(maps, 1)
    squeezed = conv(net.gate[0], z).clamp(min=0)
    gate = 1 / (1 + torch.exp(-conv(net.gate[2], squeezed)))
    return conv(net.conv, z * gate)


@pytest.mark.parametrize('m', [2, 3])
@pytest.mark.parametrize('kind, naive', [(ConcatFusion, concat),
                                         (AverageFusion, average),
                                         (SelfAttentionFusion,
                                          self_attention)])
def test_streams_and_merge_are_those_of_a_loop(kind, naive, m):
    net = kind(16, m)
    x = torch.randn(2, 16 * m, 5, 6)
    maps = x.chunk(m, dim=1)
    streams = net(fold(x, m)).unflatten(0, (2, m))
    for own, order in enumerate(orders(m)):
        torch.testing.assert_close(streams[:, own],
                                   naive(net, [maps[i] for i in order]))
    merging = kind(16, m, merges=True)
    merging.load_state_dict(net.state_dict())
    torch.testing.assert_close(merging(fold(x, m)), naive(net, maps))


@pytest.mark.parametrize('kind, paper', [
    (ConcatFusion, dict(early=0.6, middle=2.1, late=8.4, all=11.2)),
    (AverageFusion, dict(early=0, middle=0, late=0, all=0)),
    (SelfAttentionFusion, dict(early=5.4, middle=21.2, late=84.7, all=112.8)),
])
def test_parameters_are_those_of_table_2(kind, paper):
    with torch.device('meta'):
        for row, widths in WIDTHS.items():
            count = sum(p.numel() for width in widths
                        for p in kind(width, 2).parameters())
            assert count / 1e6 == pytest.approx(paper[row], abs=0.3), row


@pytest.mark.parametrize('kind', [ConcatFusion, SelfAttentionFusion,
                                  AlignFusion])
@pytest.mark.parametrize('m', [2, 3])
def test_identity_hands_on_what_it_is_given_and_learns(kind, m):
    x = torch.randn(2 * m, 16, 5, 6)
    net = kind(16, m, start='identity')
    out = net(x)
    torch.testing.assert_close(out, x, rtol=0, atol=1e-6)
    (out * torch.randn_like(out)).sum().backward()
    if kind is not AlignFusion:  # which has no merging form
        merging = kind(16, m, start='identity', merges=True)
        torch.testing.assert_close(
            merging(x), x.unflatten(0, (2, m)).mean(1))
        others = net.conv.weight.grad[:, 16:]  # weights of other modalities
        assert others.abs().sum() > 0
    with pytest.raises(ValueError, match="'random', 'identity'.*, got 'zero'"):
        kind(16, m, start='zero')
