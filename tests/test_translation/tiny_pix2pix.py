"""A translation model for tests, its batch and its optimisers."""
import torch
from conftest import make_gammas
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.optim import OptimWrapper, OptimWrapperDict
from mmengine.registry import DefaultScope
from torch import nn

import cen_mm.translation  # noqa: F401
from cen_mm.layers import exchangeable_norms

MODALITIES = ('reshading', 'edge_texture')


def tiny_pix2pix(modalities=MODALITIES, dropout=0., **kwargs):
    """64x64 pixels, with scales that exchange and weights that matter."""
    torch.manual_seed(0)
    generator = dict(
        dict(type='CENUNetGenerator', base_channels=4, num_down=6),
        **kwargs.pop('generator', {}))
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = MODELS.build(
            dict(
                type='CENPix2Pix',
                generator=generator,
                discriminator=dict(
                    type='MultimodalPatchDiscriminator', base_channels=4),
                modalities=modalities,
                target='rgb',
                data_preprocessor=dict(
                    type='DataPreprocessor', stack_data_sample=False),
                **kwargs))
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    return net


def batch(size, num_modalities=2, pixels=64):
    """What a data loader gives: uint8 images in lists."""
    generator = torch.Generator().manual_seed(1)

    def images(channels):
        return torch.randint(
            0, 256, (channels, pixels, pixels), generator=generator,
            dtype=torch.uint8)

    return dict(
        inputs=[images(3 * num_modalities) for _ in range(size)],
        data_samples=[DataSample(gt_img=images(3)) for _ in range(size)])


def part(data, which):
    """Some samples of a batch, not shared with it."""
    return dict(
        inputs=[x.clone() for x in data['inputs'][which]],
        data_samples=[
            DataSample(gt_img=sample.gt_img.clone())
            for sample in data['data_samples'][which]
        ])


def sgd(net, wrapper=OptimWrapper, lr=0.1, **kwargs):
    """Plain SGD for both networks, in which gradients show."""
    return OptimWrapperDict(
        **{
            name: wrapper(
                optimizer=torch.optim.SGD(getattr(net, name).parameters(), lr),
                **kwargs)
            for name in ('generator', 'discriminator')
        })
