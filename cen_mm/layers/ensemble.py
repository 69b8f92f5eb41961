"""The learnt average of the streams."""
import torch
from torch import Tensor, nn

from .present import OfModalities


class Ensemble(OfModalities):
    """Weighted sum of the streams with weights that sum to one.

    ``sum_m softmax(alpha)_m * stream_m`` (alpha of Eq. 4). The streams are
    detached, as in the official code: the ensemble's loss trains alpha
    alone, and each stream is trained by its own loss. Where streams are
    absent the softmax is over the alphas of those present.

    Args:
        num_modalities (int): M. Alpha is ``(M,)`` and starts at ones.
    """

    def __init__(self, num_modalities: int) -> None:
        super().__init__()
        self.num_modalities = num_modalities
        self.alpha = nn.Parameter(torch.ones(num_modalities))

    def forward(self, streams: Tensor) -> Tensor:
        """``(N, P, K, H, W)`` stream outputs to ``(N, K, H, W)``."""
        weight = self.rows(self.alpha).softmax(dim=0).view(-1, 1, 1, 1)
        return (streams.detach() * weight).sum(dim=1)
