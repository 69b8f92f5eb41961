"""Private layers against one stock layer a modality."""
import copy

import pytest
import torch
from conftest import make_gammas
from mmcv.cnn import build_conv_layer, build_norm_layer
from mmengine.registry import MODELS as ROOT_MODELS
from torch import nn

from cen_mm.layers import PrivateBN, PrivateConv2d, PrivateIN, fold, unfold

NORMS = [(PrivateBN, nn.BatchNorm2d, {}),
         (PrivateIN, nn.InstanceNorm2d,
          dict(affine=True, track_running_stats=True))]


def per_modality(layers, x):
    """Apply layer m to modality m of a folded batch."""
    outs = [layer(x[m::len(layers)]) for m, layer in enumerate(layers)]
    return torch.stack(outs, dim=1).flatten(0, 1)


@pytest.mark.parametrize('private_type,stock_type,kwargs', NORMS)
@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('num_modalities', [1, 2, 3])
def test_norm_equals_one_norm_a_modality(private_type, stock_type, kwargs,
                                         training, num_modalities):
    private = private_type(5, num_modalities=num_modalities, **kwargs)
    make_gammas(private)
    stocks = [stock_type(5, **kwargs) for _ in range(num_modalities)]
    for m, stock in enumerate(stocks):
        stock.load_state_dict({
            k: v.clone() if v.dim() == 0 else v.view(num_modalities, 5)[m]
            for k, v in private.state_dict().items()
        })
    for layer in [private, *stocks]:
        layer.train(training)
    x = torch.randn(3 * num_modalities, 5, 4, 6, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    grad = torch.randn_like(x)
    out, expected = private(x), per_modality(stocks, y)
    torch.testing.assert_close(out, expected)
    out.backward(grad)
    expected.backward(grad)
    torch.testing.assert_close(x.grad, y.grad)
    for name in ('weight', 'bias'):
        torch.testing.assert_close(
            getattr(private, name).grad,
            torch.cat([getattr(s, name).grad for s in stocks]))
    for name in ('running_mean', 'running_var'):
        torch.testing.assert_close(
            getattr(private, name),
            torch.cat([getattr(s, name) for s in stocks]))
    assert private.num_batches_tracked == stocks[0].num_batches_tracked


@pytest.mark.parametrize('private_type,stock_type,kwargs', NORMS)
@pytest.mark.parametrize('private', [(), ('affine', ), ('stats', )])
@pytest.mark.parametrize('training', [True, False])
def test_partly_private_norms(private_type, stock_type, kwargs, private,
                              training):
    """Table 9: scales or statistics shared, from their definitions."""
    m, c = 2, 3
    norm = private_type(c, num_modalities=m, private=private, **kwargs)
    make_gammas(norm)
    assert norm.weight.numel() == (m * c if 'affine' in private else c)
    assert norm.running_mean.numel() == (m * c if 'stats' in private else c)
    x = torch.randn(4 * m, c, 5, 7)
    norm.train(training)
    plain = dict(kwargs, affine=False)
    if 'stats' in private:
        stock = stock_type(m * c, **plain)
    else:
        stock = stock_type(c, **plain)
    stock.load_state_dict({
        k: v.clone() for k, v in norm.state_dict().items()
        if k not in ('weight', 'bias')
    })
    stock.train(training)
    normed = fold(stock(unfold(x, m)), m) if 'stats' in private else stock(x)
    rows = m if 'affine' in private else 1
    scale = norm.weight.view(1, rows, c, 1, 1)
    shift = norm.bias.view(1, rows, c, 1, 1)
    expected = (normed.unflatten(0, (-1, m)) * scale + shift).flatten(0, 1)
    torch.testing.assert_close(norm(x), expected)
    torch.testing.assert_close(norm.running_var, stock.running_var)


def test_conv_equals_one_conv_a_modality():
    conv = PrivateConv2d(4, 6, 3, 2, 1, groups=2, num_modalities=3)
    stocks = [nn.Conv2d(4, 6, 3, 2, 1, groups=2) for _ in range(3)]
    for m, stock in enumerate(stocks):
        stock.weight.data = conv.weight.data[6 * m:6 * m + 6]
        stock.bias.data = conv.bias.data[6 * m:6 * m + 6]
    x = torch.randn(2 * 3, 4, 7, 5)
    torch.testing.assert_close(conv(x), per_modality(stocks, x))


@pytest.mark.parametrize('scope', ['mmengine', 'mmseg'])
def test_found_by_stock_builders(scope):
    with ROOT_MODELS.switch_scope_and_registry(scope):
        for kind, abbr in (('PrivateBN', 'bn'), ('PrivateSyncBN', 'bn'),
                           ('PrivateIN', 'in')):
            name, layer = build_norm_layer(
                dict(type=kind, num_modalities=2), 4, postfix=1)
            assert name == f'{abbr}1' and layer.num_features == 8
        conv = build_conv_layer(
            dict(type='PrivateConv2d', num_modalities=2), 3, 4, 1, bias=False)
    assert conv.weight.shape == (8, 3, 1, 1) and conv.bias is None


def test_plain_weights_expand_to_every_modality():
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    make_gammas(plain[1])
    private = nn.Sequential(
        PrivateConv2d(3, 4, 3, num_modalities=3),
        PrivateBN(4, num_modalities=3))
    state = plain.state_dict()
    before = copy.deepcopy(state)
    private.load_state_dict(state)
    for key, value in private.state_dict().items():
        copies = value.chunk(3) if value.dim() else [value]
        assert all(torch.equal(part, before[key]) for part in copies)
    assert all(torch.equal(state[k], before[k]) for k in before)
    private.load_state_dict(private.state_dict())  # private stays private


def test_another_number_of_modalities_is_refused():
    with pytest.raises(ValueError, match=r'1?\.?weight .*\(12,\).*2 modal'):
        PrivateBN(4, num_modalities=2).load_state_dict(
            PrivateBN(4, num_modalities=3).state_dict())


def test_misuse_is_refused():
    with pytest.raises(ValueError, match="'affine' and 'stats', got"):
        PrivateBN(4, num_modalities=2, private=('gamma', ))
    with pytest.raises(ValueError, match="add 'affine' to private"):
        PrivateBN(4, 2, private=('stats', ), exchange=dict(threshold=0.1))
    with pytest.raises(ValueError, match='set exchange=None'):
        PrivateIN(4, 2, exchange=dict(threshold=0.1))


def test_bf16_autocast_stays_close():
    norm = PrivateBN(8, 2, exchange=dict(threshold=0.05)).eval()
    make_gammas(norm)
    x = torch.randn(4, 8, 5, 5)
    with torch.autocast('cpu', torch.bfloat16):
        out = norm(x.bfloat16())
    torch.testing.assert_close(out.float(), norm(x), rtol=2e-2, atol=2e-2)
