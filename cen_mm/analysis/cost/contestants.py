"""The networks that the benchmark compares, with equal weights and inputs.

Each is a network and what it is called with; it may return any nest of lists
and tuples of tensors.
"""
import copy
from typing import Any, Dict, Sequence, Tuple

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from ...layers import exchangeable_norms, unfold
from ...models import CENResNet, RefineNetHead
from ...models.fusing import add_fusions
from .loop_resnet import LoopResNet
from .loop_unet import LoopUNet

EXCHANGED = 0.3  # share of the channels
FUSIONS = dict(
    concat_all='ConcatFusion', self_attention_all='SelfAttentionFusion')
Contestants = Dict[str, Tuple[nn.Module, Any]]


def resnets(depth: int, x: Tensor, m: int,
            fusions: Sequence[str] = ()) -> Contestants:
    """ResNets of a depth on a folded batch ``(N*M, 3, H, W)`` of M
    modalities: folded, loop, floor (mmseg's own) and some of ``FUSIONS``."""
    torch.manual_seed(0)
    folded = CENResNet(depth, m)
    _exchange_some(folded)
    loop = LoopResNet(depth, m)
    loop.load_state_dict(_loop_state(folded, m))
    found = dict(
        folded=(folded, x),
        loop=(loop, [x[k::m].clone() for k in range(m)]),
        floor=(MODELS.build(dict(type='ResNet', depth=depth)), x))
    for name in fusions:
        net = CENResNet(depth, m, exchange=None)
        add_fusions(net, m, FUSIONS[name], 'layer[1-4]')
        found[name] = net, x
    return found


def refinenets(depth: int, x: Tensor, m: int, channels: int = 256
               ) -> Contestants:
    """:func:`resnets` with RefineNet's decoder for 40 classes behind them,
    its stages ``channels`` wide."""
    torch.manual_seed(0)
    head = RefineNetHead(
        (256, 512, 1024, 2048), channels, num_classes=40,
        loss_decode=dict(type='CrossEntropyLoss'))
    return {
        name: (_Refined(net, copy.deepcopy(head), name == 'loop'), inputs)
        for name, (net, inputs) in resnets(depth, x, m).items()
    }


class _Refined(nn.Module):
    """An encoder, and a decoder on its maps, or on those of each modality."""

    def __init__(self, encoder: nn.Module, head: nn.Module, loops: bool
                 ) -> None:
        super().__init__()
        self.encoder, self.head, self.loops = encoder, head, loops

    def forward(self, inputs: Any) -> Any:
        maps = self.encoder(inputs)
        if not self.loops:
            return self.head(maps)
        return [self.head(list(each)) for each in zip(*maps)]


def unets(depth: int, x: Tensor, m: int, width: int = 64) -> Contestants:
    """U-Nets with an encoder of ``depth`` layers, the first ``width``
    channels wide: folded, loop, and as floor the loop's for one modality."""
    from ...translation import CENUNetGenerator  # it imports mmagic
    torch.manual_seed(0)
    folded = CENUNetGenerator(m, num_down=depth, base_channels=width)
    _exchange_some(folded)
    state = _loop_state(folded, m)
    if m > 1:
        state['alpha'] = state.pop('ensemble.alpha')
    loop = LoopUNet(depth, m, base_channels=width)
    loop.load_state_dict(state)
    return dict(
        folded=(folded, unfold(x, m)),
        loop=(loop, [x[k::m].clone() for k in range(m)]),
        floor=(LoopUNet(depth, 1, base_channels=width), [x]))


def _exchange_some(net: nn.Module) -> None:
    for _, norm in exchangeable_norms(net):
        if norm.exchange is not None:
            small = torch.rand_like(norm.weight) < EXCHANGED
            norm.weight.data[small] = norm.exchange.threshold / 2


def _loop_state(net: nn.Module, m: int) -> Dict[str, Tensor]:
    """Weights with each private norm as one norm a modality."""
    state = net.state_dict()
    for name, norm in exchangeable_norms(net):
        for key in norm.state_dict():
            value, stock = state.pop(f'{name}.{key}'), key.split('.')[-1]
            parts = value.chunk(m) if value.dim() else [value] * m
            state.update({f'{name}.{k}.{stock}': part
                          for k, part in enumerate(parts)})
    return state
