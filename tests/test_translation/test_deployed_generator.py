"""The generator that ships."""
import pytest
import torch
from tiny_pix2pix import tiny_pix2pix
from torch import nn

import cen_mm
from cen_mm.layers.private_layer import PrivateLayer


@torch.no_grad()
@pytest.mark.parametrize('m', [1, 2, 3, 4])
@pytest.mark.parametrize('mode', ['train', 'eval'])
@pytest.mark.parametrize('generator', [
    {}, dict(exchange=dict(threshold=1e-2, region='own')),
    dict(decoder_private=()), dict(private=('convs', 'affine', 'stats'))])
def test_streams_of_the_generator(m, mode, generator):
    if m == 1 and generator:
        pytest.skip('one modality exchanges nothing')
    net = tiny_pix2pix(m, predict_mode=mode, generator=generator).eval()
    deployed = cen_mm.deploy(net)
    assert not any(isinstance(x, (PrivateLayer, nn.Dropout))
                   for x in deployed.modules())
    # With running statistics, every norm is part of a convolution.
    norms = [x for x in deployed.modules()
             if isinstance(x, nn.InstanceNorm2d)]
    assert bool(norms) == (mode == 'train')
    x = torch.randn(2, 3 * m, 64, 128)
    net.generator.train(mode == 'train')  # its dropout is 0 here
    expected = net(x, mode='tensor')
    assert expected.std() > 1e-2
    torch.testing.assert_close(deployed(x), expected, rtol=0, atol=1e-5)


def test_dropout_is_left_out():
    net = tiny_pix2pix(predict_mode='train', dropout=0.5).eval()
    x = torch.randn(1, 6, 64, 64)
    deployed = cen_mm.deploy(net)
    assert torch.equal(deployed(x), deployed(x))
