"""mmseg's EncoderDecoder for several modalities."""
from typing import List

from mmseg.models import EncoderDecoder
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import OptSampleList, SampleList
from torch import Tensor

from ..layers import fold


@MODELS.register_module()
class CENSegmentor(EncoderDecoder):
    """Folds the modalities before the backbone, unties them after the head.

    Everything in between, and slide inference, test-time augmentation,
    losses and tools around it, is stock. Its decode head, and any auxiliary
    one, is a :class:`StreamHead`.

    ``model(inputs, mode='tensor')`` maps ``(N, M*C, H, W)`` to
    ``(N, (M+1)*K, h, w)``: the logits of the streams in the order of
    ``modalities``, then the ensemble's.

    Args:
        args, kwargs: As of :class:`mmseg.models.EncoderDecoder`.

    Raises:
        ValueError: If mean or std of the data preprocessor do not have one
            entry for each channel of each modality.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
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
        """``(N, M*C, H, W)`` to feature maps ``(N*M, C_i, H_i, W_i)``."""
        return super().extract_feat(
            fold(inputs, len(self.decode_head.modalities)))

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
