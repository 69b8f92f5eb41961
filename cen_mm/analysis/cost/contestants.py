"""The ResNets that the benchmark compares."""
from functools import partial
from typing import Dict, List, Tuple

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from cen_mm.analysis.loop_resnet import LoopResNet
from cen_mm.layers import exchangeable_norms
from cen_mm.models import CENResNet, FusionResNet

EXCHANGED = 0.3  # share of the channels


def exchange_some(net: nn.Module) -> None:
    """Let a share of the channels exchange."""
    for _, norm in exchangeable_norms(net):
        if norm.exchange is not None:
            small = torch.rand_like(norm.weight) < EXCHANGED
            norm.weight.data[small] = norm.exchange.threshold / 2


def loop_state(net: nn.Module, m: int) -> Dict[str, Tensor]:
    """Private norms as one norm a modality."""
    state = net.state_dict()
    for name, norm in exchangeable_norms(net):
        for key in norm.state_dict():
            value = state.pop(f'{name}.{key}')
            parts = value.chunk(m) if value.dim() else [value] * m
            state.update(
                {f'{name}.{k}.{key}': part for k, part in enumerate(parts)})
    return state


def folded(depth: int, x: Tensor, m: int) -> Tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    net = CENResNet(depth, norm_cfg=dict(type='PrivateBN', num_modalities=m))
    exchange_some(net)
    return net, x


def loop(depth: int, x: Tensor, m: int) -> Tuple[nn.Module, List[Tensor]]:
    source, _ = folded(depth, x, m)
    net = LoopResNet(depth, m)
    net.load_state_dict(loop_state(source, m))
    return net, [x[k::m].clone() for k in range(m)]


def floor(depth: int, x: Tensor, m: int) -> Tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    return MODELS.build(dict(type='ResNet', depth=depth)), x


def fused(fusion: str, depth: int, x: Tensor,
          m: int) -> Tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    return FusionResNet(
        depth, dict(type=fusion), (1, 2, 3, 4), num_modalities=m), x


# Depth, folded batch and M to a network and what it is called with. It may
# return any nest of lists and tuples of tensors.
CONTESTANTS = dict(folded=folded, loop=loop, floor=floor)
FUSIONS = dict(
    concat_all=partial(fused, 'ConcatFusion'),
    self_attention_all=partial(fused, 'SelfAttentionFusion'))
