"""A stock decode head, run on every modality at once."""
from typing import List, Optional, Sequence, Tuple

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from mmseg.utils import ConfigType, SampleList
from torch import Tensor, cat

from ..layers import Ensemble, unfold
from .enlarge import enlarge


@MODELS.register_module()
class StreamHead(BaseModule):
    """Turns any mmseg decode head into one of M streams and their ensemble.

    The wrapped head runs once, on the folded batch, so the streams share its
    weights. Every stream has a loss of its own, and so has the ensemble,
    whose loss trains the ensemble's weights alone (Eq. 4). Auxiliary heads
    are wrapped alike.

    Args:
        head (dict): Config of an mmseg decode head that maps features to
            logits.
        modalities (Sequence[str]): Names of the streams, in the order of
            ``ConcatModalities``.
        init_cfg (dict, optional): Defaults to None.
    """

    def __init__(self,
                 head: dict,
                 modalities: Sequence[str] = ('rgb', 'depth'),
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg)
        self.head = MODELS.build(head)
        self.modalities = tuple(modalities)
        self.ensemble = Ensemble(len(self.modalities))
        # What EncoderDecoder asks of a decode head.
        self.num_classes = self.head.num_classes
        self.align_corners = self.head.align_corners
        self.threshold = self.head.threshold
        self.out_channels = self.head.out_channels * len(self.streams)

    @property
    def streams(self) -> Tuple[str, ...]:
        """Names of the outputs: the modalities, then 'ensemble'."""
        return (*self.modalities, 'ensemble')

    def forward(self, inputs: List[Tensor]) -> Tensor:
        """Folded features to the logits of all streams.

        Args:
            inputs (list[Tensor]): ``(N*M, C_i, H_i, W_i)``.

        Returns:
            Tensor: ``(N, (M+1)*K, h, w)``: K logits a modality, then the K
            of the ensemble.
        """
        logits = unfold(self.head(inputs), len(self.modalities))
        streams = logits.unflatten(1, (len(self.modalities), -1))
        return cat([logits, self.ensemble(streams)], dim=1)

    def loss(self, inputs: List[Tensor], batch_data_samples: SampleList,
             train_cfg: ConfigType) -> dict:
        """The wrapped head's losses, once a stream.

        Args:
            inputs (list[Tensor]): ``(N*M, C_i, H_i, W_i)``.
            batch_data_samples (list[SegDataSample]): N samples with
                ``gt_sem_seg``.
            train_cfg (dict): Not used by decode heads.

        Returns:
            dict[str, Tensor]: Such as ``rgb.loss_ce``, ``ensemble.loss_ce``.
        """
        logits = self(inputs).chunk(len(self.streams), dim=1)
        return {
            f'{stream}.{key}': value
            for stream, stream_logits in zip(self.streams, logits)
            for key, value in self.head.loss_by_feat(
                stream_logits, batch_data_samples).items()
        }

    def predict(self, inputs: List[Tensor], batch_img_metas: List[dict],
                test_cfg: ConfigType) -> Tensor:
        """Logits of all streams in the size of the (padded) image.

        Args:
            inputs (list[Tensor]): ``(N*M, C_i, H_i, W_i)``.
            batch_img_metas (list[dict]): Meta information of N images.
            test_cfg (dict): See :func:`enlarge`.

        Returns:
            Tensor: ``(N, (M+1)*K, H, W)``.
        """
        return enlarge(
            self(inputs), batch_img_metas, test_cfg, self.align_corners)
