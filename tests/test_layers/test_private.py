"""Private layers against one stock layer a modality."""
import copy

import pytest
import torch
from conftest import make_gammas
from mmcv.cnn import build_conv_layer, build_norm_layer
from mmengine.registry import MODELS as ROOT_MODELS
from test_exchange import exchange_by_hand
from torch import nn

from cen_mm.layers import (
    ExchangeRule,
    PrivateBN,
    PrivateConv,
    PrivateIN,
    PrivateNorm,
    exchangeable_norms,
    fold,
    make_private,
    unfold,
)

IN = dict(affine=True, track_running_stats=True)
C = 6
# A norm of C channels, and the shape of a sample.
NORMS = {
    'batch': (lambda: nn.BatchNorm2d(C, eps=1e-3, momentum=0.3), (C, 4, 5)),
    'batch of vectors': (lambda: nn.BatchNorm1d(C), (C, )),
    'sync batch': (lambda: nn.SyncBatchNorm(C), (C, 4, 5)),
    'instance': (lambda: nn.InstanceNorm2d(C, **IN), (C, 4, 5)),
    'group': (lambda: nn.GroupNorm(3, C), (C, 4, 5)),
    'layer, tokens': (lambda: nn.LayerNorm(C, eps=1e-3), (7, C)),
    'layer, maps': (lambda: nn.LayerNorm(C), (4, 5, C)),
    'layer without offset': (lambda: nn.LayerNorm(C, bias=False), (7, C)),
    'layer, channels first': (lambda: timm('LayerNorm2d')(C), (C, 4, 5)),
    'batch and activation': (lambda: timm('BatchNormAct2d')(C), (C, 4, 5)),
    'group and activation': (
        lambda: timm('GroupNormAct')(C, num_groups=2), (C, 4, 5)),
    'layer and activation': (
        lambda: timm('LayerNormAct2d')(C, act_layer=nn.GELU), (C, 4, 5)),
}


def timm(name):
    layers = pytest.importorskip('timm.layers', reason='needs the extra timm')
    return getattr(layers, name)


def randomise(norm):
    """Scales of which some exchange, and offsets, of any norm."""
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.)
        norm.weight[torch.rand_like(norm.weight) < 0.4] = -0.005
        if norm.bias is not None:
            norm.bias.uniform_(-0.5, 0.5)


def per_modality(layers, x):
    """Apply layer m to modality m of a folded batch."""
    outs = [layer(x[m::len(layers)]) for m, layer in enumerate(layers)]
    return torch.stack(outs, dim=1).flatten(0, 1)


def separate(private, stock, m):
    """One stock norm a modality, with the entries of a private one."""
    stocks = [copy.deepcopy(stock) for _ in range(m)]
    for k, one in enumerate(stocks):
        for name in ('weight', 'bias', 'running_mean', 'running_var'):
            own = getattr(one, name, None)
            if own is not None:
                wide = (getattr(private, name) if name in ('weight', 'bias')
                        else getattr(private.stock, name))
                own.data.copy_(wide.data.view(m, -1)[k])
    return stocks


@pytest.mark.parametrize('kind', NORMS)
@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('m', [1, 2, 3])
def test_norms_of_every_kind(kind, training, m):
    """Values, gradients and statistics, then exchange, then activation."""
    make, shape = NORMS[kind]
    stock = make()
    private = PrivateNorm(make(), m)
    randomise(private)
    stocks = separate(private, stock, m)
    for layer in [private, *stocks]:
        layer.train(training)
    x = torch.randn(4 * m, *shape, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    grad = torch.randn_like(x)
    out, expected = private(x.clone()), per_modality(stocks, y.clone())
    torch.testing.assert_close(out, expected)
    out.backward(grad)
    expected.backward(grad)
    torch.testing.assert_close(x.grad, y.grad)
    for name in ('weight', 'bias'):
        if getattr(stock, name) is not None:
            torch.testing.assert_close(
                getattr(private, name).grad,
                torch.cat([getattr(s, name).grad for s in stocks]))
    for name in ('running_mean', 'running_var'):
        if hasattr(stock, name):
            torch.testing.assert_close(
                getattr(private.stock, name),
                torch.cat([getattr(s, name) for s in stocks]))

    private.eval().exchange = ExchangeRule(0.02)
    acts = [getattr(s.eval(), 'act', nn.Identity()) for s in stocks]
    for s in stocks:  # the exchange comes before the activation
        s.act = nn.Identity()
    with torch.no_grad():
        expected = per_modality(stocks, x)
        last = private.channel_dim
        moved = expected.movedim(last, 1)
        moved = exchange_by_hand(
            moved.reshape(len(x), C, -1, 1).numpy(), private.gamma.numpy(),
            0.02, False).reshape(moved.shape)
        expected = acts[0](torch.from_numpy(moved).movedim(1, last))
        torch.testing.assert_close(private(x), expected)


@pytest.mark.parametrize('kind', ['batch', 'instance'])
@pytest.mark.parametrize('private', [(), ('affine', ), ('stats', )])
@pytest.mark.parametrize('training', [True, False])
def test_partly_private_norms(kind, private, training):
    """Table 9: scales or statistics shared, from their definitions."""
    m, (make, shape) = 2, NORMS[kind]
    norm = PrivateNorm(make(), m, private)
    make_gammas(norm)
    assert norm.weight.numel() == (m * C if 'affine' in private else C)
    stats = 'stats' in private
    assert norm.stock.running_mean.numel() == (m * C if stats else C)
    x = torch.randn(4 * m, *shape)
    norm.train(training)
    stock = (nn.BatchNorm2d if kind == 'batch' else nn.InstanceNorm2d)(
        m * C if stats else C, eps=norm.stock.eps,
        momentum=norm.stock.momentum, affine=False, track_running_stats=True)
    for name in ('running_mean', 'running_var'):
        getattr(stock, name).copy_(getattr(norm.stock, name))
    stock.train(training)
    normed = fold(stock(unfold(x, m)), m) if stats else stock(x)
    rows = m if 'affine' in private else 1
    scale = norm.weight.view(1, rows, C, 1, 1)
    shift = norm.bias.view(1, rows, C, 1, 1)
    expected = (normed.unflatten(0, (-1, m)) * scale + shift).flatten(0, 1)
    torch.testing.assert_close(norm(x), expected)
    torch.testing.assert_close(norm.stock.running_var, stock.running_var)


@pytest.mark.parametrize('make, kwargs', [
    (lambda: nn.Conv2d(4, 6, 3, 2, 1, groups=2), {}),
    (lambda: nn.ConvTranspose2d(4, 6, 4, 2, 1), {}),
    (lambda: timm('Conv2dSame')(4, 6, 3, 2), {}),
])
def test_conv_equals_one_conv_a_modality(make, kwargs):
    m, plain = 3, make()
    conv = PrivateConv(copy.deepcopy(plain), m)
    nn.init.normal_(conv.weight)
    nn.init.normal_(conv.bias)
    stocks = [copy.deepcopy(plain) for _ in range(m)]
    for k, stock in enumerate(stocks):
        stock.weight.data = conv.weight.data.chunk(m)[k]
        stock.bias.data = conv.bias.data.chunk(m)[k]
    x = torch.randn(2 * m, 4, 7, 5)
    torch.testing.assert_close(conv(x), per_modality(stocks, x))


@pytest.mark.parametrize('scope', ['mmengine', 'mmseg'])
def test_found_by_stock_builders(scope):
    with ROOT_MODELS.switch_scope_and_registry(scope):
        for kind, abbr in (('PrivateBN', 'bn'), ('PrivateSyncBN', 'bn'),
                           ('PrivateIN', 'in')):
            name, layer = build_norm_layer(
                dict(type=kind, num_modalities=2), 4, postfix=1)
            assert name == f'{abbr}1' and layer.stock.num_features == 8
        conv = build_conv_layer(
            dict(type='PrivateConv2d', num_modalities=2), 3, 4, 1, bias=False)
    assert conv.weight.shape == (8, 3, 1, 1) and conv.bias is None


def plain_net():
    torch.manual_seed(1)
    norm = nn.BatchNorm2d(4, eps=1e-3, momentum=0.2)
    make_gammas(norm)
    norm.bias.requires_grad_(False)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), norm, nn.ReLU(), norm)
    return net.eval()


def test_making_private_keeps_all_there_is():
    plain = plain_net()
    net = make_private(copy.deepcopy(plain), 3)
    assert isinstance(net[0], nn.Conv2d) and net[1] is net[3]  # used twice
    assert [name for name, _ in exchangeable_norms(net)] == ['1']
    norm = net[1].stock
    assert (norm.eps, norm.momentum, norm.training) == (1e-3, 0.2, False)
    assert norm.weight.requires_grad and not norm.bias.requires_grad
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(
        net(x.repeat_interleave(3, 0)), plain(x).repeat_interleave(3, 0))
    assert make_private(net, 3)[1] is net[1]  # private stays private


@pytest.mark.parametrize('private', [('convs', 'affine', 'stats'),
                                     ('affine', 'stats'), ('affine', ),
                                     ('stats', ), ()])
def test_plain_weights_and_those_of_0_1_load(private):
    """``<layer>.weight`` of one modality, or of M as cen_mm 0.1 had it."""
    plain, m = plain_net(), 3
    net = make_private(copy.deepcopy(plain), m, private)
    for value in net.parameters():
        value.data.zero_()
    state = plain.state_dict()
    before = copy.deepcopy(state)
    net.load_state_dict(state)
    x = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(
        net(x.repeat_interleave(m, 0)), plain(x).repeat_interleave(m, 0))
    assert all(torch.equal(state[k], before[k]) for k in before)
    other = copy.deepcopy(net)
    for value in other.parameters():
        value.data.normal_()
    renamed = {'scale': 'weight', 'offset': 'bias'}
    old = {}
    for key, value in other.state_dict().items():
        *layer, name = key.replace('.stock.', '.').split('.')
        old['.'.join([*layer, renamed.get(name, name)])] = value
    for state in (old, other.state_dict()):
        net.load_state_dict(state)
        for ours, theirs in zip(net.state_dict().values(),
                                other.state_dict().values()):
            assert torch.equal(ours, theirs)


def test_another_number_of_modalities_is_refused():
    with pytest.raises(ValueError, match=r'weight .*\(12,\).*2 modal'):
        PrivateBN(4, num_modalities=2).load_state_dict(
            PrivateBN(4, num_modalities=3).state_dict())


class LayerNorm2d(nn.LayerNorm):
    """Is told the layout with each call, as mmpretrain's."""

    def forward(self, x, data_format='channel_first'):
        if data_format == 'channel_last':
            return super().forward(x)
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def test_a_norm_may_be_told_the_layout():
    norm = PrivateNorm(LayerNorm2d(C), 2, exchange=dict(threshold=0.02))
    randomise(norm)
    x = torch.randn(4, C, 3, 5)
    last = norm(x.movedim(1, -1), data_format='channel_last')
    torch.testing.assert_close(last.movedim(-1, 1), norm(x))


class RmsNorm(nn.Module):

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3))


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="'affine' and 'stats', got"):
        PrivateBN(4, num_modalities=2, private=('gamma', ))
    with pytest.raises(ValueError, match="add 'affine' to private"):
        PrivateBN(4, 2, private=('stats', ), exchange=dict(threshold=0.1))
    with pytest.raises(ValueError, match='no scales.*set exchange=None'):
        PrivateIN(4, 2, exchange=dict(threshold=0.1))
    with pytest.raises(ValueError, match='cannot be private: batch'):
        PrivateNorm(nn.LayerNorm((4, 5)), 2)
    with pytest.raises(ValueError, match='0.1 is a RmsNorm, which cannot'):
        make_private(nn.Sequential(nn.Sequential(nn.ReLU(), RmsNorm())), 2)


def test_bf16_autocast_stays_close():
    norm = PrivateBN(8, 2, exchange=dict(threshold=0.05)).eval()
    make_gammas(norm)
    x = torch.randn(4, 8, 5, 5)
    with torch.autocast('cpu', torch.bfloat16):
        out = norm(x.bfloat16())
    torch.testing.assert_close(out.float(), norm(x), rtol=2e-2, atol=2e-2)
