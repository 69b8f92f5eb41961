"""Ours with official weights against the restated official maths."""
import pytest
import torch
import torch.nn.functional as F
from mmagic.structures import DataSample
from reference_translation import (
    discriminator_loss,
    generate,
    generator_losses,
    judge,
    layers_of,
    sparsity,
)
from tiny_pix2pix import WEIGHT, batch, official_pair, sgd, with_sparsity

from cen_mm.converters.checkpoints import official_translation as converter


def close(ours, theirs, tolerance):
    """Relative to the largest entry."""
    scale = theirs.detach().abs().max().clamp(min=1e-12)
    assert ((ours - theirs).abs().max() / scale).item() < tolerance


def used(state):
    """Official names of what takes part in a forward pass."""
    last = layers_of(state)
    idle = tuple(f'{layer}.insnorm' for layer in ('conv1', f'conv{last}',
                                                  f'deconv{last}'))
    return [
        k for k, v in state.items()
        if not k.startswith(idle) and not (k == 'alpha' and len(v) == 1)
    ]


def images(m, pixels, n=2):
    """Sources ``(N, M*3, H, W)``, the same one by one, and a target."""
    x = torch.rand(n, 3 * m, pixels, pixels) * 2 - 1
    return x, list(x.chunk(m, dim=1)), torch.rand(n, 3, pixels, pixels) * 2 - 1


@pytest.mark.parametrize('training', [True, False])
@pytest.mark.parametrize('m,num_down', [(2, 6), (3, 6), (4, 6), (1, 6),
                                        (2, 8)])
def test_images_and_judgement(m, num_down, training):
    net, (generator, discriminator) = official_pair(m, num_down)
    net.generator.train(training)
    x, xs, target = images(m, 2**num_down)
    with torch.no_grad():
        outs = net(x).chunk(len(net.streams), dim=1)
        expected = generate(generator, xs, training)
    for ours, theirs in zip(outs, expected):
        close(ours, theirs, 1e-5)
    if m > 1:
        assert len(outs) == m + 1
        assert not torch.allclose(outs[0], outs[1], atol=0.1)
    # What test images or training leave in the running statistics.
    state, _ = converter.to_official(dict(state_dict=net.state_dict()), 'ours')
    for name in used(generator):
        if 'running' in name:
            close(state[name], generator[name], 1e-5)
    if training:
        folded = torch.stack(expected[:m], dim=1).flatten(0, 1)
        with torch.no_grad():
            logits = net.discriminator(x, folded).unflatten(0, (-1, m))
            for k, (source, image) in enumerate(zip(xs, expected)):
                close(logits[:, k].sigmoid(),
                      judge(discriminator, source, image), 1e-5)


@pytest.mark.parametrize('m,num_down', [(2, 6), (3, 6), (1, 6), (2, 8)])
def test_two_steps(m, num_down):
    """train_step as the official loop: the generator meets the new judge."""
    net, states = official_pair(m, num_down)
    weight = WEIGHT if m > 1 else 0  # one modality exchanges nothing
    net = (with_sparsity(net) if weight else net).double()
    states = [{
        k: v.detach().double().requires_grad_(v.requires_grad)
        for k, v in state.items()
    } for state in states]
    starts = [{k: v.detach().clone() for k, v in state.items()}
              for state in states]
    generator, discriminator = states
    optimisers = sgd(net, lr=0.02)
    g_step, d_step = (
        torch.optim.SGD([v for v in state.values() if v.requires_grad], 0.02)
        for state in states)
    data = batch(2, m, 2**num_down)
    x, target = (torch.stack(v).double() / 127.5 - 1 for v in (
        data['inputs'], [s.gt_img for s in data['data_samples']]))
    xs = list(x.chunk(m, dim=1))
    for _ in range(2):
        log = net.train_step(batch(2, m, 2**num_down), optimisers)
        outs = generate(generator, xs)
        d_loss = discriminator_loss(discriminator, xs, target, outs)
        d_step.zero_grad()
        d_loss.backward()
        d_step.step()
        terms = generator_losses(generator, discriminator, xs, target, outs,
                                 weight)
        total = sum(terms.values())
        g_step.zero_grad()
        total.backward()
        g_step.step()
        close(log.pop('loss'), total, 1e-6)
        close(log.pop('discriminator.loss_real') +
              log.pop('discriminator.loss_fake'), d_loss, 1e-6)
        for kind, term in terms.items():
            parts = [log.pop(k) for k in list(log)
                     if k.endswith(f'loss_{kind}')]
            assert len(parts) == dict(
                gan=m, pixel=len(net.streams), sparsity=m > 1)[kind]
            close(sum(parts), term, 1e-6)
        assert not log
    ours = converter.to_official(dict(state_dict=net.state_dict()), 'ours')
    for state, expected, start in zip(ours, states, starts):
        layers = {}
        for name in used(expected):
            if expected[name].requires_grad:
                layers.setdefault(name.rsplit('.', 1)[0], []).append(name)
        for layer, names in layers.items():
            # Relative to the largest of the layer: a norm leaves the bias
            # before it nothing but noise.
            scale = max((expected[name] - start[name]).abs().max()
                        for name in names)
            assert scale > 0, layer
            for name in names:
                worst = (state[name] - expected[name]).abs().max()
                assert worst / scale < 1e-4, name


def test_official_term_also_counts_scales_that_nothing_uses():
    """Quirk: the norms of conv1 and conv8 exist and are penalised."""
    net, (generator, _) = official_pair(2, num_down=8)
    with_sparsity(net)
    x, _, target = images(2, 256, n=1)
    ours = net(
        x, [DataSample(gt_img=target[0])], mode='loss')['loss_sparsity']
    official, position = 0, 0
    # As the official loop: halves by even and odd position.
    for name, gamma in generator.items():
        if 'insnorm_conv' in name and name.endswith('weight'):
            half = len(gamma) // 2
            part = gamma[:half] if position % 2 == 0 else gamma[half:]
            official, position = official + part.abs().sum(), position + 1
    assert position == 16
    unused = sparsity(generator, 2, [1, 8])
    assert unused > 0
    close(ours + WEIGHT * unused, WEIGHT * official, 1e-6)


def test_dropout_falls_where_the_official_one_does(monkeypatch):
    """With a mask that depends on the shape of one image alone."""
    net, (generator, _) = official_pair(2, num_down=8, dropout=0.5)
    dropped = []

    def dropout(x, p, training, inplace=False):
        assert p == 0.5
        draw = torch.Generator().manual_seed(x.shape[-1])
        keep = torch.rand(x.shape[1:], generator=draw) >= 0.5
        dropped.append(tuple(x.shape[1:]))
        return x * keep * 2 if training else x

    monkeypatch.setattr(F, 'dropout', dropout)
    x, xs, _ = images(2, 256, n=1)
    with torch.no_grad():
        outs, layers = net(x), list(dropped)
        dropped.clear()
        expected = generate(generator, xs, dropout=0.5)
    close(outs, torch.cat(expected, dim=1), 1e-5)
    assert layers == [(32, 2, 2), (32, 4, 4), (32, 8, 8)]
    assert dropped == [shape for shape in layers for _ in range(2)]
