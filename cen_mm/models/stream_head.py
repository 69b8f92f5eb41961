"""A stock decode head, run on every modality at once."""
from typing import Dict, List, Sequence, Tuple

from mmengine.model import BaseModule
from mmseg.models.decode_heads.cascade_decode_head import BaseCascadeDecodeHead
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.utils import ConfigType, SampleList
from torch import Tensor, cat, nn

from ..layers import Ensemble, OfModalities, check_once, unfold
from .enlarge import enlarge

# Heads whose forward does not give one map of logits.
UNSUITABLE = dict(
    DAHead='predicts three maps, each with a loss of its own',
    DDRHead='predicts two maps in training',
    PIDHead='predicts three maps in training, one of edges',
    EncHead='predicts the classes of the whole image beside the map',
    IterativeDecodeHead='predicts one map a stage',
    SideAdapterCLIPHead='predicts masks, not logits',
    VPDDepthHead='predicts depth')


class StreamHead(OfModalities, BaseModule):
    """Turns an mmseg decode head into one of M streams and their ensemble.

    The wrapped head runs once, on the folded batch, so the streams share its
    weights. Every stream has a loss of its own, and so has the ensemble,
    whose loss trains the ensemble's weights alone (Eq. 4). An absent modality
    has neither stream nor loss. Made by
    :class:`CENSegmentor` around its decode and auxiliary heads. Entries of a
    state dict that a stock segmentor calls ``decode_head.<name>`` load as
    ``decode_head.head.<name>``.

    Args:
        head (nn.Module): A decode head that maps features to logits.
        modalities (Sequence[str]): Names of the streams.

    Raises:
        ValueError: If the head does not give one map of logits.
    """

    def __init__(self, head: nn.Module, modalities: Sequence[str]) -> None:
        super().__init__()
        self.head = head
        self._check_head()
        self.modalities = tuple(modalities)
        self.num_modalities = len(self.modalities)
        self.ensemble = Ensemble(self.num_modalities)
        # What EncoderDecoder asks of a decode head, for one prediction.
        self.num_classes = head.num_classes
        self.align_corners = head.align_corners
        self.threshold = head.threshold
        self.out_channels = head.out_channels

    def _check_head(self) -> None:
        reason = None
        for base in type(self.head).__mro__:
            reason = reason or UNSUITABLE.get(base.__name__)
        if isinstance(self.head, BaseCascadeDecodeHead):
            reason = 'refines the prediction of another head'
        elif not isinstance(self.head, BaseDecodeHead):
            reason = "is none of mmseg's BaseDecodeHead"
        if reason:
            raise ValueError(
                f'{type(self.head).__name__} cannot be run by stream, since '
                f'it {reason}: a stream needs one map of logits; take a head '
                'that gives one, such as FCNHead, PSPHead or UPerHead')

    @property
    def streams(self) -> Tuple[str, ...]:
        """Names of the outputs: the modalities present, then 'ensemble'."""
        present = self.present or range(self.num_modalities)
        return (*(self.modalities[m] for m in present), 'ensemble')

    def forward(self, inputs: List[Tensor]) -> Tensor:
        """Folded features to the logits of all streams.

        Args:
            inputs (list[Tensor]): ``(N*P, C_i, H_i, W_i)``, of the
                modalities present.

        Returns:
            Tensor: ``(N, (P+1)*K, h, w)``: K logits a modality, then the K
            of the ensemble.

        Raises:
            ValueError: If the wrapped head gives no map of K logits, or does
                not treat its samples alike and apart.
        """
        logits = check_once(self.head, len(inputs[0]), self.head, inputs)
        if not isinstance(logits, Tensor) or logits.dim() != 4 or (
                logits.shape[1] != self.out_channels):
            found = (f'{tuple(logits.shape)}' if isinstance(logits, Tensor)
                     else f'a {type(logits).__name__}')
            raise ValueError(
                f'{type(self.head).__name__} gives {found} where a stream '
                f'needs one map of {self.out_channels} logits: take a head '
                'that gives one, such as FCNHead, PSPHead or UPerHead')
        logits = unfold(logits, self.num_present)
        streams = logits.unflatten(1, (self.num_present, -1))
        return cat([logits, self.ensemble(streams)], dim=1)

    def loss(self, inputs: List[Tensor], batch_data_samples: SampleList,
             train_cfg: ConfigType) -> dict:
        """The wrapped head's losses, once a stream.

        Args:
            inputs (list[Tensor]): ``(N*P, C_i, H_i, W_i)``.
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
            inputs (list[Tensor]): ``(N*P, C_i, H_i, W_i)``.
            batch_img_metas (list[dict]): Meta information of N images.
            test_cfg (dict): See :func:`enlarge`.

        Returns:
            Tensor: ``(N, (P+1)*K, H, W)``.
        """
        return enlarge(
            self(inputs), batch_img_metas, test_cfg, self.align_corners)

    def _load_from_state_dict(self, state_dict: Dict[str, Tensor],
                              prefix: str, *args) -> None:
        for key in list(state_dict):
            name = key[len(prefix):]
            if key.startswith(prefix) and (name.split('.')[0]
                                           not in self._modules):
                state_dict[f'{prefix}head.{name}'] = state_dict.pop(key)
        super()._load_from_state_dict(state_dict, prefix, *args)
