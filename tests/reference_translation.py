"""The official image translation, restated from the maths for comparison.

Weights are plain dictionaries under the official names. Everything runs
modality by modality; the norms and the exchange are spelled out.
"""
import re
from collections import OrderedDict

import torch
import torch.nn.functional as F

THETA = 1e-2
NORM = ('weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked')


def official_states(m, base=4, num_down=6):
    """Random weights in the official files' layout, generator first.

    A third of the scales are below the threshold and half are negative.
    Norms are there even where they are not used.
    """

    def convolution(state, name, shape, taps):
        spread = shape['deconv' not in name] * taps
        weight = torch.randn(*shape, 4, 4) * (1.5 / spread)**0.5
        state[f'{name}.module.weight'] = weight
        state[f'{name}.module.bias'] = torch.randn(
            shape['deconv' in name]) * 0.1

    def norm(state, name, width):
        gamma = torch.empty(width).uniform_(0.5, 1.)
        gamma[torch.rand(width) < 1 / 3] = THETA / 2
        gamma[torch.rand(width) < 1 / 2] *= -1
        values = (gamma, torch.rand(width) - 0.5, torch.rand(width) - 0.5,
                  torch.rand(width) + 0.5, torch.tensor(0))
        for kind, value in zip(NORM, values):
            state[f'{name}.{kind}'] = value

    widths = [base, 2 * base, 4 * base] + [8 * base] * (num_down - 3)
    generator = OrderedDict(alpha=torch.randn(m))
    for i in range(1, num_down + 1):
        shape = widths[i - 1], widths[i - 2] if i > 1 else 3
        convolution(generator, f'conv{i}.conv', shape, 16)
        for k in range(m):
            norm(generator, f'conv{i}.insnorm_conv.insnorm_{k}', shape[0])
    for i in range(1, num_down + 1):
        width = widths[-i - 1] if i < num_down else 3
        shape = widths[-i] * (2 if i > 1 else 1), width
        convolution(generator, f'deconv{i}.deconv', shape, 4)
        for k in range(m):
            norm(generator, f'deconv{i}.insnorm_deconv.insnorm_{k}', width)
    discriminator = OrderedDict()
    widths = [6, base, 2 * base, 4 * base, 8 * base, 1]
    for i in range(1, 6):
        shape = widths[i], widths[i - 1]
        convolution(discriminator, f'conv{i}.conv', shape, 16)
        norm(discriminator, f'conv{i}.insnorm.module', widths[i])
    return generator, discriminator


def trainable(state):
    """Its copy, in which all but the statistics can have gradients."""
    learnt = 'weight', 'bias', 'alpha'
    return {k: v.clone().requires_grad_(k.endswith(learnt))
            for k, v in state.items()}


def instance_norm(x, state, name, training):
    """Statistics of the image, or in evaluation the running ones."""
    gamma, beta, running_mean, running_var, _ = (
        state[f'{name}.{kind}'][..., None, None] for kind in NORM)
    mean, var = running_mean, running_var
    if training:
        mean = x.mean((2, 3), keepdim=True)
        var = (x - mean).square().mean((2, 3), keepdim=True)
        pixels = x[0, 0].numel()
        with torch.no_grad():
            running_mean.mul_(0.9).add_(0.1 * mean.mean(0))
            unbiased = var.mean(0) * pixels / (pixels - 1)
            running_var.mul_(0.9).add_(0.1 * unbiased)
    return (x - mean) / (var + 1e-5).sqrt() * gamma + beta


def exchange(layer, xs, gammas):
    """Eq. 6, with the mean of the others for more than two modalities."""
    if gammas is None or len(xs) == 1:
        return xs
    outs = []
    for m, (x, gamma) in enumerate(zip(xs, gammas)):
        small = gamma.abs()[:, None, None] < THETA
        others = xs[:m] + xs[m + 1:]
        outs.append(torch.where(small, sum(others) / len(others), x))
    return outs


def layers_of(state):
    return sum(bool(re.fullmatch(r'conv\d+\.conv\.module\.bias', k))
               for k in state)


def generate(state, xs, training=True, dropout=0., mix=exchange):
    """M images to M translations and their ensemble.

    ``mix`` is called after each layer of the encoder, with its number and
    the scales of its norms, if it has any.
    """
    last, skips = layers_of(state), []
    for i in range(1, last + 1):
        if i > 1:
            xs = [torch.where(x < 0, 0.2 * x, x) for x in xs]
        name = f'conv{i}.conv.module'
        weight, bias = state[f'{name}.weight'], state[f'{name}.bias']
        xs = [F.conv2d(x, weight, bias, 2, 1) for x in xs]
        gammas = None
        if 1 < i < last:
            names = [f'conv{i}.insnorm_conv.insnorm_{m}'
                     for m in range(len(xs))]
            gammas = [state[f'{n}.weight'] for n in names]
            xs = [instance_norm(x, state, n, training)
                  for x, n in zip(xs, names)]
        xs = mix(i, xs, gammas)
        skips.append(xs)
    skips.pop()
    for i in range(1, last + 1):
        name = f'deconv{i}.deconv.module'
        weight, bias = state[f'{name}.weight'], state[f'{name}.bias']
        xs = [F.conv_transpose2d(x.clamp(min=0), weight, bias, 2, 1)
              for x in xs]
        if i == last:
            break
        name = f'deconv{i}.insnorm_deconv.insnorm'
        xs = [instance_norm(x, state, f'{name}_{m}', training)
              for m, x in enumerate(xs)]
        if i <= last - 5:  # the official three of eight
            xs = [F.dropout(x, dropout, training) for x in xs]
        xs = [torch.cat(pair, dim=1) for pair in zip(xs, skips.pop())]
    outs = [x.tanh() for x in xs]
    alpha = state['alpha'].exp() / state['alpha'].exp().sum()
    return outs + [sum(a * out.detach() for a, out in zip(alpha, outs))]


def judge(state, source, image):
    """How likely each patch is real."""
    x = torch.cat([source, image], dim=1)
    for i in range(1, 6):
        if i > 1:
            x = torch.where(x < 0, 0.2 * x, x)
        name = f'conv{i}.conv.module'
        x = F.conv2d(x, state[f'{name}.weight'], state[f'{name}.bias'],
                     2 if i < 4 else 1, 1)
        if 1 < i < 5:
            x = instance_norm(x, state, f'conv{i}.insnorm.module', True)
    return x.sigmoid()


def bce(probability, label):
    """Official BCELoss against ones or zeros."""
    return F.binary_cross_entropy(
        probability, torch.full_like(probability, label))


def discriminator_loss(state, xs, target, outs):
    """``outs`` may name the ensemble too, which is not judged."""
    return sum(0.5 * (bce(judge(state, x, target), 1.) +
                      bce(judge(state, x, out.detach()), 0.))
               for x, out in zip(xs, outs))


def sparsity(state, num_modalities, layers):
    """L1 norm of each modality's own part of the encoder's scales."""
    total = 0
    for i in layers:
        for m in range(num_modalities):
            gamma = state[f'conv{i}.insnorm_conv.insnorm_{m}.weight']
            first, end = (k * len(gamma) // num_modalities
                          for k in (m, m + 1))
            total = total + gamma[first:end].abs().sum()
    return total


def generator_losses(generator, discriminator, xs, target, outs, weight):
    """The three terms, the last one over the scales that are used.

    With one modality the ensemble, which is the stream itself, has no loss.
    """
    m = len(xs)
    pictures = outs if m > 1 else outs[:1]
    return dict(
        gan=sum(bce(judge(discriminator, x, out), 1.)
                for x, out in zip(xs, outs)),
        pixel=100 * sum((out - target).abs().mean() for out in pictures),
        sparsity=weight * sparsity(generator, m,
                                   range(2, layers_of(generator))))
