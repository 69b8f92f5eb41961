"""The two gradients that Theorem 1 is about, of a trained network."""
import copy
import dataclasses
from typing import Dict, Iterable, List, NamedTuple

import torch
from mmengine.model import BaseModel
from torch import Tensor, nn

from ..trained_net import by_channel, exchanging_norms

CHECKPOINTING = 'with_cp', 'grad_checkpointing'  # of mmseg and of timm


class GammaGradients(NamedTuple):
    """Of one norm, by B batches, on the CPU.

    Attributes:
        gamma (Tensor): The scales, ``(M, C)``.
        slope (Tensor): s, the gradient of the task loss with respect to
            gamma, ``(B, M, C)``.
        size (Tensor): The L2 norm over batch and pixels of the gradient
            with respect to the norm's output, ``(B, M, C)``.
    """
    gamma: Tensor
    slope: Tensor
    size: Tensor


def gamma_gradients(model: BaseModel, batches: Iterable[dict],
                    exchange: bool = False) -> Dict[str, GammaGradients]:
    """Measure them, in training mode and without a step.

    The loss is the sum of what ``mode='loss'`` returns, without the penalty
    of a SparsityHook. The model, running statistics included, stays as it is.

    Args:
        model (BaseModel): Its weights.
        batches (Iterable[dict]): As of a data loader.
        exchange (bool): Whether channels are exchanged. The theorem is about
            networks without; with it ``size`` is that of the maps which take
            the place of the replaced ones. Defaults to False.

    Returns:
        dict[str, GammaGradients]: By norm, in the order of the network.

    Raises:
        ValueError: If no norm exchanges, or there is no batch.
    """
    model = copy.deepcopy(model).train()
    for module in model.modules():
        # Its first pass keeps no graph, which the norms' outputs need.
        for flag in CHECKPOINTING:
            if getattr(module, flag, False):
                setattr(module, flag, False)
    norms = exchanging_norms(model)
    outputs: List[Tensor] = []

    def keep(norm: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
        outputs.append(output)
        return output.clone()  # the activation that follows works in place

    for _, norm in norms:
        if not exchange:
            norm.exchange = dataclasses.replace(norm.exchange, threshold=0.)
        norm.weight.requires_grad_(True)
        norm.register_forward_hook(keep)
    slopes, sizes = [], []  # (M, C) by batch and norm
    for data in batches:
        outputs.clear()
        loss, _ = model.parse_losses(
            model(**model.data_preprocessor(data, True), mode='loss'))
        gradients = torch.autograd.grad(
            loss, [*(norm.weight for _, norm in norms), *outputs])
        slopes.append([s.view_as(norm.gamma).cpu()
                       for s, (_, norm) in zip(gradients, norms)])
        sizes.append([
            by_channel(norm, g).square().sum(dim=(0, 3)).sqrt().cpu()
            for g, (_, norm) in zip(gradients[len(norms):], norms)])
    if not slopes:
        raise ValueError('there is no batch to measure on: give at least one, '
                         'of a data set with as many samples as a batch has')
    return {
        name: GammaGradients(norm.gamma.detach().cpu(), torch.stack(slope),
                             torch.stack(size))
        for (name, norm), slope, size in zip(norms, zip(*slopes), zip(*sizes))
    }
