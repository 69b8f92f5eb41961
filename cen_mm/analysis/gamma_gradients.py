"""The two gradients that Theorem 1 is about, of a trained network."""
import copy
import dataclasses
from typing import Dict, Iterable, List, Tuple

import torch
from mmengine.model import BaseModel
from torch import Tensor, nn

from .exchanging_norms import exchanging_norms


@dataclasses.dataclass
class GammaGradients:
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


def gamma_gradients(model: BaseModel,
                    batches: Iterable[dict],
                    exchange: bool = False) -> Dict[str, GammaGradients]:
    """Measure them, in training mode and without a step.

    The loss is the sum of what ``mode='loss'`` returns, that is without the
    penalty of a :class:`~cen_mm.engine.SparsityHook`. The model itself, its
    running statistics included, stays as it is.

    Args:
        model (BaseModel): Its weights.
        batches (Iterable[dict]): As of a data loader.
        exchange (bool): Whether channels are exchanged. The theorem is about
            networks without, where ``slope`` is the sum of the product of
            the gradient map and x-hat. With it ``size`` is that of the maps
            which take the place of the replaced ones. Defaults to False.

    Returns:
        dict[str, GammaGradients]: By the norm's name, in the order of the
        network.

    Raises:
        ValueError: If no norm exchanges, or there is no batch.
    """
    model = copy.deepcopy(model).train()
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
    found = [_one_batch(model, norms, outputs, data) for data in batches]
    if not found:
        raise ValueError('there is no batch to measure on: give at least one, '
                         'of a data set with as many samples as a batch has')
    slopes, sizes = (map(torch.stack, zip(*part)) for part in zip(*found))
    return {
        name: GammaGradients(norm.gamma.detach().cpu(), slope, size)
        for (name, norm), slope, size in zip(norms, slopes, sizes)
    }


def _one_batch(model: BaseModel, norms: List[Tuple[str, nn.Module]],
               outputs: List[Tensor],
               data: dict) -> Tuple[List[Tensor], List[Tensor]]:
    """``slope`` and ``size`` of all norms, each ``(M, C)``, on the CPU."""
    outputs.clear()
    loss, _ = model.parse_losses(
        model(**model.data_preprocessor(data, True), mode='loss'))
    gradients = torch.autograd.grad(
        loss, [*(norm.weight for _, norm in norms), *outputs])
    slopes = [
        s.view_as(norm.gamma).cpu() for s, (_, norm) in zip(gradients, norms)
    ]
    sizes = []
    for g, (_, norm) in zip(gradients[len(norms):], norms):
        g = g.unflatten(0, (-1, norm.num_modalities))  # (N, M, C, H, W)
        sizes.append(g.square().sum(dim=(0, 3, 4)).sqrt().cpu())
    return slopes, sizes
