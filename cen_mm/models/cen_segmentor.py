"""mmseg's EncoderDecoder for several modalities."""
from typing import List, Optional

from mmseg.models import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import OptSampleList, SampleList
from torch import Tensor

from ..layers import ExchangeRule, alignment_losses, fold, set_exchange
from .stream_head import StreamHead


@MODELS.register_module()
class CENSegmentor(EncoderDecoder):
    r"""Folds the modalities before the backbone, unties them after the head.

    Everything in between, and slide inference, test-time augmentation,
    losses and tools around it, is stock. Its decode head, and any auxiliary
    one, is a :class:`StreamHead`.

    ``model(inputs, mode='tensor')`` maps ``(N, M*C, H, W)`` to
    ``(N, (M+1)*K, h, w)``: the logits of the streams in the order of
    ``modalities``, then the ensemble's.

    Args:
        args, kwargs: As of :class:`mmseg.models.EncoderDecoder`.
        exchange (dict, optional): For backbones that know nothing of
            exchanging: ``pattern``, a regular expression of the qualified
            names of the private norms that exchange, such as
            ``r'backbone\.stage\d\..*\.bn2'`` in an HRNet, and the fields of
            :class:`~cen_mm.layers.ExchangeRule`. Defaults to None: the
            backbone has seen to it.

    Raises:
        ValueError: If the decode head is no :class:`StreamHead`, mean or std
            of the data preprocessor do not have one entry for each channel
            of each modality, or no private norm has such a name.
    """

    def __init__(self,
                 *args,
                 exchange: Optional[dict] = None,
                 **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.decode_head, StreamHead):
            raise ValueError(
                f'decode_head is a {type(self.decode_head).__name__}, which '
                'would take the modalities for samples: wrap it, '
                "decode_head=dict(type='StreamHead', modalities=(...), "
                'head=dict(...))')
        if exchange is not None:
            rule = dict(exchange)
            set_exchange(self, rule.pop('pattern'), ExchangeRule(**rule))
        modalities = self.decode_head.modalities
        channels = getattr(self.backbone, 'in_channels', 3)
        needed = len(modalities) * channels
        for field in ('mean', 'std'):
            value = getattr(self.data_preprocessor, field, None)
            if value is not None and value.numel() != needed:
                raise ValueError(
                    f'data_preprocessor.{field} has {value.numel()} entries, '
                    f'but {len(modalities)} modalities {modalities} of '
                    f'{channels} channels need {needed}: give mean and std '
                    'one for every channel, in the order of the modalities')

    def extract_feat(self, inputs: Tensor) -> List[Tensor]:
        """``(N, M*C, H, W)`` to feature maps ``(N*M, C_i, H_i, W_i)``.

        Raises:
            ValueError: If the backbone does not treat its samples alike and
                apart, so that modalities cannot ride its batch axis.
        """
        folded = fold(inputs, len(self.decode_head.modalities))
        features = super().extract_feat(folded)
        for feature in features:
            if len(feature) != len(folded):
                raise ValueError(
                    f'{type(self.backbone).__name__} makes {len(feature)} '
                    f'maps of the {len(folded)} images of a folded batch: it '
                    'mixes or splits its samples, so the modalities cannot '
                    'ride its batch axis; use a backbone that gives one map '
                    'an image')
        return features

    def loss(self, inputs: Tensor, data_samples: SampleList) -> dict:
        """The stock losses, and that of alignment if there is any.

        Args:
            inputs (Tensor): ``(N, M*C, H, W)``.
            data_samples (list[SegDataSample]): N samples with labels.

        Returns:
            dict[str, Tensor]: Such as ``decode.rgb.loss_ce``.
        """
        losses = super().loss(inputs, data_samples)
        return {**losses, **alignment_losses(self.backbone)}

    def postprocess_result(self,
                           seg_logits: Tensor,
                           data_samples: OptSampleList = None) -> SampleList:
        """Hand out the prediction of every stream.

        Args:
            seg_logits (Tensor): ``(N, (M+1)*K, H, W)``.
            data_samples (list[SegDataSample], optional): N samples.

        Returns:
            list[SegDataSample]: ``pred_sem_seg`` and ``seg_logits`` are the
            ensemble's, ``pred_sem_seg_<modality>`` and
            ``seg_logits_<modality>`` those of a stream.
        """
        streams = self.decode_head.streams
        chunks = seg_logits.chunk(len(streams), dim=1)
        if data_samples is None:
            size = tuple(seg_logits.shape[2:])
            data_samples = [
                SegDataSample(metainfo=dict(ori_shape=size))
                for _ in seg_logits
            ]
        for stream, logits in zip(streams, chunks):
            data_samples = super().postprocess_result(logits, data_samples)
            if stream == 'ensemble':  # comes last and keeps the stock names
                break
            for sample in data_samples:
                sample.set_data({
                    f'pred_sem_seg_{stream}': sample.pred_sem_seg,
                    f'seg_logits_{stream}': sample.seg_logits
                })
        return data_samples
