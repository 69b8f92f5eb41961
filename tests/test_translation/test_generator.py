"""What a generator may share, fuse or refuse, against naive loops."""
import re

import pytest
import torch
from reference_translation import generate, official_states, trainable
from tiny_pix2pix import converted, tiny_pix2pix


def loaded(state, m, **kwargs):
    """Our generator with these weights; nothing of it may be missing."""
    net = tiny_pix2pix(m, generator=kwargs)
    left = net.load_state_dict(state, strict=False)
    assert not left.unexpected_keys
    assert all('fusion' in key for key in left.missing_keys)
    return net.generator.train()


def same(ours, theirs):
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('m', [2, 3])
def test_norms_of_the_decoder_can_be_shared(m, training):
    states = official_states(m)
    state = converted(states)
    for name, value in state.items():
        if name.startswith('generator.decoder') and '.norm.' in name:
            state[name] = value.chunk(m)[0] if value.dim() else value
    for name in states[0]:
        if 'insnorm_deconv' in name:
            states[0][name] = states[0][re.sub(r'_\d\.', '_0.', name)]
    net = loaded(state, m, decoder_private=()).train(training)
    official = trainable(states[0])
    x = torch.randn(2, 3 * m, 64, 64)
    outs = net(x)
    expected = torch.cat(
        generate(official, list(x.chunk(m, 1)), training), dim=1)
    same(outs, expected)
    weight = torch.randn_like(outs)
    (outs * weight).sum().backward()
    (expected * weight).sum().backward()
    gamma = net.decoder[2].norm.weight
    total = sum(official[f'deconv3.insnorm_deconv.insnorm_{k}.weight'].grad
                for k in range(m))
    assert gamma.shape == total.shape
    torch.testing.assert_close(gamma.grad, total, rtol=1e-4, atol=1e-4)


def test_unshared_convolutions_make_separate_networks():
    m = 3
    singles = [official_states(1) for _ in range(m)]
    states = [converted(pair) for pair in singles]
    state = {
        k: torch.cat([s[k] for s in states])
        if k.startswith('generator') and v.dim() else v
        for k, v in states[0].items()
    }
    state['generator.ensemble.alpha'] = torch.randn(m)
    net = loaded(
        state, m, exchange=None, private=('convs', 'affine', 'stats'))
    x = torch.randn(2, 3 * m, 64, 64)
    with torch.no_grad():
        outs = net(x).chunk(m + 1, dim=1)
        expected = [
            generate(generator, [part])[0]
            for (generator, _), part in zip(singles, x.chunk(m, dim=1))
        ]
    for ours, theirs in zip(outs, expected):
        same(ours, theirs)
    weights = state['generator.ensemble.alpha'].softmax(0)
    same(outs[-1], sum(w * out for w, out in zip(weights, expected)))


def own_first(xs):
    """Every stream's own map, then the others', around the circle."""
    return [torch.cat(xs[m:] + xs[:m], dim=1) for m in range(len(xs))]


def matrix(weight, x):
    """A 1x1 convolution."""
    return torch.einsum('oc,nchw->nohw', weight[..., 0, 0], x)


def concatenated(module, xs):
    return [matrix(module.conv.weight, x) for x in own_first(xs)]


def averaged(module, xs):
    return [sum(xs) / len(xs)] * len(xs)


def attended(module, xs):
    squeeze, _, restore, _ = module.gate
    return [module.conv(x * restore(squeeze(x).relu()).sigmoid())
            for x in own_first(xs)]


def aligned(module, xs):
    """Three 1x1 convolutions a modality."""

    def own(conv, m, x):
        return matrix(conv.weight.chunk(len(xs))[m], x)

    common = [own(module.common, m, x) for m, x in enumerate(xs)]
    outs = []
    for m, x in enumerate(xs):
        others = [c for k, c in enumerate(common) if k != m]
        parts = [own(module.specific, m, x), common[m],
                 sum(others) / len(others)]
        outs.append(own(module.join, m, torch.cat(parts, dim=1)))
    return outs


@pytest.mark.parametrize('kind,fuse', [
    ('ConcatFusion', concatenated),
    ('AverageFusion', averaged),
    ('SelfAttentionFusion', attended),
    ('AlignFusion', aligned),
])
@pytest.mark.parametrize('m,layers', [(2, (1, )), (2, (4, )), (3, (6, )),
                                      (3, (1, 2, 3, 4, 5, 6))])
def test_fused_maps_go_on_and_into_the_skips(kind, fuse, m, layers):
    states = official_states(m)
    net = loaded(converted(states), m, exchange=None, fusion=dict(type=kind),
                 fused_layers=layers)

    def mix(layer, xs, gammas):
        if layer not in layers:
            return xs
        return fuse(net.encoder[layer - 1].fusion, xs)

    x = torch.randn(2, 3 * m, 64, 64)
    with torch.no_grad():
        outs = net(x)
        expected = generate(states[0], list(x.chunk(m, dim=1)), mix=mix)
    same(outs, torch.cat(expected, dim=1))


def test_the_generator_hands_out_what_is_to_be_aligned():
    net = tiny_pix2pix(generator=dict(
        exchange=None, fusion=dict(type='AlignFusion', loss_weight=3.),
        fused_layers=(1, 4))).train()
    x = torch.randn(1, 6, 64, 64)
    outs = net.generator(x)
    expected = sum(layer.fusion._loss for layer in net.generator.encoder
                   if hasattr(layer, 'fusion'))
    losses = net.generator_loss(x, torch.randn(1, 3, 64, 64), outs)
    assert losses['loss_align'] == expected > 0
