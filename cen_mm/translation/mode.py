"""A network in another mode for a while."""
from contextlib import contextmanager
from typing import Iterator

from torch import nn


@contextmanager
def mode_of(net: nn.Module, training: bool) -> Iterator[None]:
    """Run a network in a mode; modes and buffers are then what they were.

    So test images leave no trace in running statistics.

    Args:
        net (nn.Module): Any network.
        training (bool): Whether in that of training.
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
