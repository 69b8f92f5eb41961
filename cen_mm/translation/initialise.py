"""Weight initialisation of pix2pix."""
from torch import nn


def initialise_convolutions(net: nn.Module, std: float = 0.02) -> None:
    """Draw the weights of all convolutions from N(0, std).

    As in the official code, biases get torch's default initialisation;
    mmcv and mmengine would set them to zero.

    Args:
        net (nn.Module): Any network.
        std (float): Defaults to 0.02.
    """
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            module.reset_parameters()
            nn.init.normal_(module.weight, 0., std)
