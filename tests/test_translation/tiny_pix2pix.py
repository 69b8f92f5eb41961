"""A translation model for tests, its batch and its optimisers."""
from types import SimpleNamespace

import torch
from conftest import make_gammas
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.registry import DefaultScope
from reference_translation import official_states, trainable
from torch import nn

import cen_mm.translation  # noqa: F401
from cen_mm import SparsityHook
from cen_mm.converters.checkpoints import official_translation
from cen_mm.layers import exchangeable_norms

MODALITIES = ('reshading', 'edge_texture', 'normal', 'depth_euclidean')
WEIGHT = 1e-3  # of the sparsity


def tiny_pix2pix(m=2, dropout=0., generator={}, **kwargs):
    """64x64 pixels, with scales that exchange and weights that matter."""
    torch.manual_seed(0)
    if m == 1:
        generator = dict(generator, exchange=None)
    cfg = dict(
        type='CENPix2Pix',
        generator=dict(dict(type='CENUNetGenerator', base_channels=4,
                            num_down=6), **generator),
        discriminator=dict(
            type='MultimodalPatchDiscriminator', base_channels=4),
        modalities=MODALITIES[:m],
        target='rgb',
        data_preprocessor=dict(
            type='DataPreprocessor', stack_data_sample=False))
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = MODELS.build(dict(cfg, **kwargs))
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    return net


def converted(states):
    """Official states as one of ours."""
    return official_translation.to_ours(
        states, ['gen.pkl', 'dis.pkl'])['state_dict']


def official_pair(m=2, num_down=6, **kwargs):
    """Our model, with the weights of an official pair, and the pair."""
    states = official_states(m, num_down=num_down)
    net = tiny_pix2pix(m, generator=dict(num_down=num_down), **kwargs).train()
    net.load_state_dict(converted(states), strict=True)
    return net, [trainable(state) for state in states]


def with_sparsity(net, model=None):
    """The hook at work, without a runner to write to."""
    hook = SparsityHook(WEIGHT, interval=1, by_epoch=True)
    hook.record = lambda runner: None
    hook.before_train(SimpleNamespace(model=model or net))
    generator = getattr(net.generator, 'module', net.generator)
    last = len(generator.encoder) - 1
    assert [name for name, _ in hook.norms] == [
        f'generator.encoder.{i}.norm' for i in range(1, last)]
    return net


def batch(size, m=2, pixels=64, part=slice(None)):
    """What a data loader gives: uint8 images in lists, or a part of it."""
    generator = torch.Generator().manual_seed(1)

    def images(channels):
        return torch.randint(
            0, 256, (channels, pixels, pixels), generator=generator,
            dtype=torch.uint8)

    return dict(
        inputs=[images(3 * m) for _ in range(size)][part],
        data_samples=[DataSample(gt_img=images(3))
                      for _ in range(size)][part])


def sgd(net, wrapper=OptimWrapper, lr=0.1, **kwargs):
    """Plain SGD for both networks, in which gradients show."""
    return OptimWrapperDict(**{
        name: wrapper(
            optimizer=torch.optim.SGD(getattr(net, name).parameters(), lr),
            **kwargs)
        for name in ('generator', 'discriminator')})
