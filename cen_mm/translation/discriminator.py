"""One discriminator for all streams."""
from mmagic.models.archs import PatchDiscriminator
from mmagic.registry import MODELS
from torch import Tensor, cat

from ..layers import fold
from .generator import initialise_convolutions


@MODELS.register_module()
class MultimodalPatchDiscriminator(PatchDiscriminator):
    """mmagic's PatchGAN on pairs of a source and its translation.

    Weights and norms are shared by all streams. With the defaults it judges
    patches of 70x70 pixels, as the official code does. It gives logits,
    where the official one gives their sigmoid, so that the loss stays
    accurate in half precision.

    Args:
        num_modalities (int): M.
        in_channels (int): Of a source and the target together. Defaults
            to 6.
        norm_cfg (dict): Defaults to ``dict(type='IN', affine=True,
            track_running_stats=True)``.
        kwargs: As of :class:`mmagic.models.archs.PatchDiscriminator`:
            ``base_channels`` (64) and ``num_conv`` (3).
    """

    def __init__(self,
                 num_modalities: int,
                 in_channels: int = 6,
                 norm_cfg: dict = dict(
                     type='IN', affine=True, track_running_stats=True),
                 **kwargs) -> None:
        super().__init__(in_channels, norm_cfg=norm_cfg, **kwargs)
        self.num_modalities = num_modalities

    def forward(self, sources: Tensor, images: Tensor) -> Tensor:
        """Judge images, each beside the source of its stream.

        Args:
            sources (Tensor): ``(N, M*C, H, W)`` in [-1, 1].
            images (Tensor): ``(N*M, C', H, W)`` in [-1, 1], folded: what
                the streams have made, or the target once for each.

        Returns:
            Tensor: ``(N*M, 1, h, w)``, logits, positive for real. 30x30 for
            256x256.
        """
        pairs = cat([fold(sources, self.num_modalities), images], dim=1)
        return super().forward(pairs)

    def init_weights(self) -> None:
        """The official initialisation."""
        initialise_convolutions(self)
