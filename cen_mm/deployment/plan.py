"""Which channels of which modality are computed at all."""
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor, fx, nn

from ..layers import PrivateNorm
from .layers import is_conv, is_depthwise, statistics_of

# Layers that treat every value alike, so what they do to a part of the
# channels, or to the channels in another order, they do to all.
POINTWISE = (nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.ELU, nn.SiLU, nn.GELU,
             nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.Hardsigmoid)
# Layers that do nothing in inference.
IDLE = (nn.Identity, nn.Dropout, nn.Dropout2d)


class Group(NamedTuple):
    """Channels that meet the same fate.

    Attributes:
        channels (tuple[int]): Their numbers.
        replaced (tuple[bool]): By modality, whether its own are replaced.
        needed (tuple[bool]): By modality, whether somebody reads its own.
    """
    channels: Tuple[int, ...]
    replaced: Tuple[bool, ...]
    needed: Tuple[bool, ...]


def groups_of(replaced: Tensor) -> List[Group]:
    """Share out the channels, of ``(M, C)`` bools, by who is replaced."""
    fates: Dict[Tuple[bool, ...], List[int]] = {}
    for channel, fate in enumerate(replaced.t().tolist()):
        fates.setdefault(tuple(fate), []).append(channel)
    return [
        Group(tuple(channels), fate,
              tuple(not own or sum(fate) > 1 for own in fate))
        for fate, channels in sorted(fates.items())
    ]


def replaced_by(norm: Optional[nn.Module], m: int, channels: int) -> Tensor:
    """The channels that are replaced behind a norm, ``(M, C)`` bools."""
    if not exchanges(norm):
        return torch.zeros(m, channels, dtype=torch.bool)
    return norm.exchange.replaced(norm.gamma).cpu()


def exchanges(norm: Optional[nn.Module]) -> bool:
    """Whether channels are replaced behind a norm."""
    rule = getattr(norm, 'exchange', None)
    return rule is not None and rule.threshold > 0


def norm_behind(node: fx.Node, modules: Dict[str, nn.Module]
                ) -> Optional[fx.Node]:
    """The norm that alone reads a convolution and can be folded into it."""
    if len(node.users) != 1:
        return None
    user, = node.users
    norm = modules.get(user.target) if user.op == 'call_module' else None
    known = all(isinstance(x, (*POINTWISE, *IDLE)) for x in extras(norm))
    return user if statistics_of(norm) and known else None


def plan(node: fx.Node, modules: Dict[str, nn.Module], m: int, channels: int
         ) -> List[Group]:
    """Groups of the output channels of a convolution.

    Those of the norm behind it. Where the output goes through nothing but a
    depthwise convolution, those of the norm behind that: a channel that is
    not needed there is not needed here.

    Args:
        node (fx.Node): Calls the convolution.
        modules (dict[str, nn.Module]): Of the network.
        m (int): M.
        channels (int): C of the output.
    """
    norm = norm_behind(node, modules)
    replaced = replaced_by(norm and modules[norm.target], m, channels)
    if replaced.any():
        return groups_of(replaced)
    last = norm or node
    while len(last.users) == 1:
        last, = last.users
        layer = modules.get(last.target) if last.op == 'call_module' else None
        if is_conv(layer) and is_depthwise(layer):
            groups = plan(last, modules, m, channels)
            return [g._replace(replaced=(False, ) * m) for g in groups]
        if not isinstance(layer, (*POINTWISE, *IDLE)):
            break
    return groups_of(replaced)


def extras(norm: nn.Module) -> List[nn.Module]:
    """What a private norm runs behind the exchange, in order."""
    if not isinstance(norm, PrivateNorm):
        return []
    return [getattr(norm, name) for name in ('drop', 'act')
            if name in norm._modules]
