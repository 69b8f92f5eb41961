"""Training mode of a network for a while."""
from contextlib import contextmanager
from typing import Iterator

from torch import nn


@contextmanager
def mode_of(net: nn.Module, training: bool) -> Iterator[None]:
    """Set the mode of a network; modes and buffers are restored afterwards.

    Test images thus do not change running statistics.

    Args:
        net (nn.Module): Any network.
        training (bool): Whether to set training mode.
    """
    modes = [(module, module.training) for module in net.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in net.buffers()]
    net.train(training)
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for buffer, value in buffers:
            buffer.copy_(value)
