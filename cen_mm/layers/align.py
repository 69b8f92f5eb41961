"""The alignment baseline of Table 2."""
from itertools import combinations
from typing import Dict, Optional

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from torch import Tensor, nn

from .conv import PrivateConv2d
from .fusion import check_start, hand_on
from .present import OfModalities

KERNELS = 11


class MKMMDLoss(nn.Module):
    r"""Multi-kernel maximum mean discrepancy of two sets of vectors.

    .. math::
        \mathrm{MMD}^2 = \overline{k(x, x')} + \overline{k(y, y')}
        - 2\,\overline{k(x, y)}, \quad
        k(a, b) = \frac{1}{K} \sum_{n=1}^{K}
        \exp\left(-\frac{|a - b|^2}{\sigma_n^2\, s}\right), \quad
        \sigma_n = 2^{n - (K + 1) / 2}

    with averages over all pairs (the biased estimate, never negative). s is
    the mean squared distance of all vectors, without gradient: it makes the
    loss independent of the scale of the features. K is the paper's, 11:
    sigma from 1/32 to 32; the common scale s and the equal weights of the
    kernels are our choice.
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """``(P, C)`` and ``(Q, C)`` vectors to a scalar, float32 at least."""
        both = torch.cat([x, y])
        both = both.to(torch.promote_types(both.dtype, torch.float32))
        # No autocast: the distances are differences of large squares.
        with torch.autocast(x.device.type, enabled=False):
            square = both.square().sum(1)
            distance = (square[:, None] + square -
                        2 * both @ both.T).clamp(min=0)
            distance = distance / distance.detach().mean().clamp(min=1e-12)
            kernel = sum(
                torch.exp(-distance / 4.**(n - (KERNELS - 1) / 2))
                for n in range(KERNELS)) / KERNELS
        p = len(x)
        return (kernel[:p, :p].mean() + kernel[p:, p:].mean() -
                2 * kernel[:p, p:].mean())


@MODELS.register_module()
class AlignFusion(OfModalities, BaseModule):
    """Common and specific features of every modality, aligned by MMD.

    After J. Wang et al., "Learning Common and Specific Features for RGB-D
    Semantic Segmentation with Deconvolutional Networks" (ECCV 2016): each
    modality's map is taken apart by two 1x1 convolutions of its own into a
    common and a specific part, and a third one makes a map of the specific
    part, the common part and the other modalities' common part (their mean
    if there are several): 5C^2 weights a modality, the 10C^2 of Table 2.
    Where modalities are absent the mean is over the others present; if there
    is none, the own common part takes its place (our choice).
    The model adds :class:`MKMMDLoss` between the common parts to its losses
    by :func:`alignment_losses`.

    The structure is inferred from the parameter counts. Our choice: the
    vectors compared are the means of a ``grid`` x ``grid`` raster over each
    map, the specific parts have no loss of their own, and ``loss_weight``.

    Args:
        channels (int): C.
        num_modalities (int): M.
        loss_weight (float): Of the discrepancy. Defaults to 1.0.
        grid (int): Cells a side. Defaults to 8.
        start (str): See :func:`~cen_mm.layers.fusion.check_start`. Defaults
            to 'random'.
    """

    def __init__(self,
                 channels: int,
                 num_modalities: int,
                 loss_weight: float = 1.,
                 grid: int = 8,
                 start: str = 'random') -> None:
        super().__init__()
        check_start(start)

        def conv1x1(parts: int) -> nn.Module:
            return PrivateConv2d(
                parts * channels,
                channels,
                1,
                bias=False,
                num_modalities=num_modalities)

        self.common, self.specific = conv1x1(1), conv1x1(1)
        self.join = conv1x1(3)
        if start == 'identity':
            for layer, shares in ((self.common, [1.]), (self.specific, [1.]),
                                  (self.join, [.5, .5, 0.])):
                hand_on(layer.stock, shares)
        self.num_modalities = num_modalities
        self.mmd = MKMMDLoss()
        self.loss_weight = loss_weight
        self.grid = grid
        self._loss: Optional[Tensor] = None

    def forward(self, x: Tensor) -> Tensor:
        """``(N*P, C, H, W)``, folded, to the same shape. P are the modalities
        present."""
        common = self.common(x)
        p = self.num_present
        split = common.unflatten(0, (-1, p))
        # A generator predicts in training mode, without gradients or loss.
        if self.training and torch.is_grad_enabled():
            self._loss = self.loss_weight * self._discrepancy(split)
        if p == 1 and self.present is not None:
            others = split
        else:
            others = (split.sum(1, keepdim=True) - split) / max(p - 1, 1)
        return self.join(
            torch.cat([self.specific(x), common,
                       others.flatten(0, 1)], dim=1))

    def take_loss(self) -> Tensor:
        """The discrepancy of the last training forward, a scalar.

        It is handed out once, since a module that holds a graph can be
        neither copied nor pickled.
        """
        loss, self._loss = self._loss, None
        return loss

    def _discrepancy(self, split: Tensor) -> Tensor:
        """``(N, P, C, H, W)`` to the mean over all pairs of modalities; 0 if
        there is none."""
        vectors = [
            F.adaptive_avg_pool2d(maps, self.grid).flatten(2).transpose(
                1, 2).flatten(0, 1)  # (N*grid^2, C)
            for maps in split.unbind(1)
        ]
        pairs = [self.mmd(x, y) for x, y in combinations(vectors, 2)]
        return sum(pairs) / len(pairs) if pairs else split.new_zeros(())


def alignment_losses(net: nn.Module) -> Dict[str, Tensor]:
    """Collect the losses of the :class:`AlignFusion` modules of a network.

    Args:
        net (nn.Module): A network after a forward pass in training.

    Returns:
        dict[str, Tensor]: ``loss_align``, or nothing if it has none.
    """
    losses = [
        module.take_loss() for module in net.modules()
        if isinstance(module, AlignFusion) and module.training
    ]
    return dict(loss_align=sum(losses)) if losses else {}
