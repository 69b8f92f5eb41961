"""mmseg's EncoderDecoder for logits of several streams."""
from typing import List, Tuple

from mmseg.models import EncoderDecoder
from mmseg.structures import SegDataSample
from mmseg.utils import OptSampleList, SampleList
from torch import Tensor

from .labels import keep_size, predict_labels
from .refinenet_head import RefineNetHead
from .stream_head import StreamHead


class StreamSegmentor(EncoderDecoder):
    """Hands out a prediction for each of the streams in its logits.

    Attributes:
        streams (tuple[str]): Names of the predictions that are handed out,
            'ensemble' last. A subclass says them.
        num_predictions (int): How many lie on the channel axis of the
            logits, of which ``streams`` are the last. A subclass says it.
        keeps_logits (bool): Whether predictions hold ``seg_logits`` beside
            the label maps, True as in mmseg. Without them a large image
            takes much less memory.
    """
    streams: Tuple[str, ...]
    num_predictions: int
    keeps_logits = True

    def predict(self,
                inputs: Tensor,
                data_samples: OptSampleList = None) -> SampleList:
        """The stock prediction; without logits if they are not wanted.

        Args:
            inputs (Tensor): ``(N, M*C, H, W)``.
            data_samples (list[SegDataSample], optional): N samples.

        Returns:
            list[SegDataSample]: See :meth:`postprocess_result`. If
            ``keeps_logits`` is False only the label maps, as far as it
            saves memory.
        """
        slides = self.test_cfg.get('mode') == 'slide'
        if self.keeps_logits or data_samples is None or not isinstance(
                self.decode_head, (StreamHead, RefineNetHead)) or (
                    slides and not keep_size(inputs, data_samples)):
            return super().predict(inputs, data_samples)
        predict_labels(self, inputs, data_samples)
        return data_samples

    def slide_inference(self, inputs: Tensor,
                        batch_img_metas: List[dict]) -> Tensor:
        """Stock slide inference, with room for the logits of all streams.

        Args:
            inputs (Tensor): ``(N, P*C, H, W)``.
            batch_img_metas (list[dict]): Meta information of N images.

        Returns:
            Tensor: ``(N, (P+1)*K, H, W)``.
        """
        of_one = self.out_channels
        self.out_channels = of_one * self.num_predictions
        try:
            return super().slide_inference(inputs, batch_img_metas)
        finally:
            self.out_channels = of_one

    def postprocess_result(self,
                           seg_logits: Tensor,
                           data_samples: OptSampleList = None) -> SampleList:
        """Hand out the prediction of every stream.

        Args:
            seg_logits (Tensor): ``(N, (P+1)*K, H, W)``.
            data_samples (list[SegDataSample], optional): N samples.

        Returns:
            list[SegDataSample]: ``pred_sem_seg`` and ``seg_logits`` are the
            ensemble's, ``pred_sem_seg_<modality>`` and
            ``seg_logits_<modality>`` those of a stream.
        """
        if data_samples is None:
            size = tuple(seg_logits.shape[2:])
            data_samples = [
                SegDataSample(metainfo=dict(ori_shape=size))
                for _ in seg_logits
            ]
        chunks = seg_logits.chunk(self.num_predictions, dim=1)
        for stream, logits in zip(self.streams, chunks[-len(self.streams):]):
            data_samples = super().postprocess_result(logits, data_samples)
            if stream == 'ensemble':  # comes last and keeps the stock names
                break
            for sample in data_samples:
                sample.set_data({
                    f'pred_sem_seg_{stream}': sample.pred_sem_seg,
                    f'seg_logits_{stream}': sample.seg_logits
                })
        return data_samples
