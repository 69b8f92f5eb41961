"""The U-Nets that the benchmark compares. They ask for mmagic."""
from typing import List, Tuple

import torch
from _contestants import exchange_some, loop_state
from torch import Tensor, nn

from cen_mm.analysis.loop_unet import LoopUNet
from cen_mm.layers import unfold
from cen_mm.translation import CENUNetGenerator


def folded(depth: int, x: Tensor, m: int,
           width: int = 64) -> Tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    net = CENUNetGenerator(m, num_down=depth, base_channels=width)
    exchange_some(net)
    return net, unfold(x, m)


def loop(depth: int, x: Tensor, m: int,
         width: int = 64) -> Tuple[nn.Module, List[Tensor]]:
    state = loop_state(folded(depth, x, m, width)[0], m)
    if m > 1:
        state['alpha'] = state.pop('ensemble.alpha')
    net = LoopUNet(depth, m, base_channels=width)
    net.load_state_dict(state)
    return net, [x[k::m].clone() for k in range(m)]


def floor(depth: int, x: Tensor, m: int,
          width: int = 64) -> Tuple[nn.Module, List[Tensor]]:
    torch.manual_seed(0)
    return LoopUNet(depth, 1, base_channels=width), [x]


CONTESTANTS = dict(folded=folded, loop=loop, floor=floor)
