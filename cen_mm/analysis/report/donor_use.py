r"""How much of what leaves a norm has come from the other modalities.

The share of channels that are replaced says little about it: a replaced
channel may have received nothing either. So the variance is shared out. With
:math:`x'_{m,c}` what leaves a norm in channel c of stream m, after the
exchange, and Var over all pixels of all images, it is

.. math::
    u_m = \frac{\sum_{c \text{ replaced in } m} \mathrm{Var}(x'_{m,c})}
               {\sum_c \mathrm{Var}(x'_{m,c})}.

0 means that stream m goes on with its own features alone, 1 with those of
its donors alone. The variance is our choice, not the mean square: the mean
of a channel says nothing about the image, and of a dead channel the offset
beta would remain. What follows the norm is not looked at: in a residual
block the stream's own skip connection is added later.
"""
from contextlib import ExitStack, contextmanager
from typing import Dict, Iterator, List

import torch
from torch import Tensor, nn

from ..trained_net import Norms, by_channel


class ChannelVariance:
    """Variance of every channel of every stream, over many batches.

    Args:
        norm (nn.Module): With an exchange rule. Call the object as its
            forward hook.
    """

    def __init__(self, norm: nn.Module) -> None:
        self.replaced = norm.exchange.replaced(norm.gamma)  # (M, C)
        self.count = 0
        self.mean = torch.zeros_like(norm.gamma, dtype=torch.double)
        self.squares = self.mean.clone()  # of deviations

    @torch.no_grad()
    def __call__(self, norm: nn.Module, inputs: tuple,
                 output: Tensor) -> None:
        streams = by_channel(norm, output).double()
        var, mean = torch.var_mean(streams, (0, 3), correction=0)
        added = streams[:, 0, 0].numel()
        total = self.count + added
        away = mean - self.mean  # (M, C)
        self.squares += (
            var * added + away.square() * self.count * added / total)
        self.mean += away * added / total
        self.count = total

    def donated(self) -> List[float]:
        """Each modality's share from donors; nan where nothing varies."""
        given = (self.squares * self.replaced).sum(dim=1)
        return (given / self.squares.sum(dim=1)).tolist()


@contextmanager
def watch_donors(norms: Norms) -> Iterator[Dict[str, ChannelVariance]]:
    """Measure the donors' shares of whatever runs through a net.

    Args:
        norms (list[tuple[str, nn.Module]]): See :func:`exchanging_norms`.

    Yields:
        dict[str, ChannelVariance]: By name; ask them after the last batch.
    """
    watched = {name: ChannelVariance(norm) for name, norm in norms}
    with ExitStack() as hooks:
        for name, norm in norms:
            hooks.enter_context(norm.register_forward_hook(watched[name]))
        yield watched
