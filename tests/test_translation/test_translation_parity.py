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


def trained(state):
    return [name for name in used(state) if state[name].requires_grad]


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
def test_losses_and_gradients(m, num_down):
    net, (generator, discriminator) = official_pair(m, num_down)
    with_sparsity(net)
    x, xs, target = images(m, 2**num_down)
    outs = net(x)
    judged = net.discriminator_loss(x, target, outs)
    d_loss = discriminator_loss(discriminator, xs, target,
                                generate(generator, xs))
    close(sum(judged.values()), d_loss, 1e-4)
    sum(judged.values()).backward()
    d_loss.backward()
    samples = [DataSample(gt_img=t) for t in target]
    gradients = dict(net.state_dict())
    gradients.update((f'discriminator.{k}', p.grad.clone())
                     for k, p in net.discriminator.named_parameters())
    made = net(x, samples, mode='loss', outputs=outs)
    terms = generator_losses(generator, discriminator, xs, target,
                             generate(generator, xs), WEIGHT)
    for kind, term in terms.items():
        parts = [v for k, v in made.items() if k.endswith(f'loss_{kind}')]
        assert len(parts) == dict(
            gan=m, pixel=len(net.streams), sparsity=1)[kind]
        close(sum(parts), term, 1e-4)
    assert len(made) == m + len(net.streams) + 1
    g_loss, log = net.parse_losses(made)
    close(log['loss'], sum(terms.values()), 1e-4)
    g_loss.backward()
    sum(terms.values()).backward(inputs=[
        v for v in generator.values() if v.requires_grad
    ])
    gradients.update((f'generator.{k}', p.grad)
                     for k, p in net.generator.named_parameters())
    ours = converter.to_official(dict(state_dict=gradients), 'ours')
    for state, expected in zip(ours, (generator, discriminator)):
        layers = {}
        for name in trained(expected):
            layers.setdefault(name.rsplit('.', 1)[0], []).append(name)
        for layer, names in layers.items():
            # Relative to the largest of the layer: a norm leaves the bias
            # before it nothing but noise.
            scale = max(expected[name].grad.abs().max() for name in names)
            assert scale > 0, layer
            for name in names:
                worst = (state[name] - expected[name].grad).abs().max()
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


@pytest.mark.parametrize('m', [2, 3])
def test_three_steps(m):
    """train_step as the official loop: the generator meets the new judge."""
    net, states = official_pair(m)
    net = with_sparsity(net).double()
    states = [{
        k: v.detach().double().requires_grad_(v.requires_grad)
        for k, v in state.items()
    } for state in states]
    generator, discriminator = states
    optimisers = sgd(net, lr=0.02)
    g_step, d_step = (
        torch.optim.SGD([v for v in state.values() if v.requires_grad], 0.02)
        for state in states)
    data = batch(2, m)
    x, target = (torch.stack(v) / 127.5 - 1 for v in (
        data['inputs'], [s.gt_img for s in data['data_samples']]))
    xs = list(x.double().chunk(m, dim=1))
    for _ in range(3):
        log = net.train_step(batch(2, m), optimisers)
        outs = generate(generator, xs)
        d_loss = discriminator_loss(discriminator, xs, target, outs)
        d_step.zero_grad()
        d_loss.backward()
        d_step.step()
        terms = generator_losses(generator, discriminator, xs, target, outs,
                                 WEIGHT)
        g_step.zero_grad()
        sum(terms.values()).backward()
        g_step.step()
        close(log['loss'], sum(terms.values()), 1e-5)
        close(log['discriminator.loss_real'] + log['discriminator.loss_fake'],
              d_loss, 1e-5)
    ours = converter.to_official(dict(state_dict=net.state_dict()), 'ours')
    for state, expected in zip(ours, states):
        for name in trained(expected):
            close(state[name], expected[name], 1e-4)
