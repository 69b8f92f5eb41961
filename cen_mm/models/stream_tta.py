"""Test-time augmentation that merges every stream."""
from typing import List

from mmseg.models import SegTTAModel
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from mmseg.utils import SampleList


@MODELS.register_module()
class StreamTTAModel(SegTTAModel):
    """mmseg's ``SegTTAModel``, applied to the ensemble and to each stream.

    The stock model merges ``pred_sem_seg`` alone and would leave the streams
    with the prediction of the last augmentation. On a model of one stream it
    is the stock one.
    """

    def merge_preds(self, data_samples_list: List[SampleList]) -> SampleList:
        """Average the softmax of all augmentations of each image.

        Args:
            data_samples_list (list[list[SegDataSample]]): The predictions,
                by image and by augmentation.

        Returns:
            list[SegDataSample]: One an image, with ``pred_sem_seg`` and
            ``pred_sem_seg_<modality>``.
        """
        merged = super().merge_preds(data_samples_list)
        for modality in getattr(self.module.decode_head, 'modalities', ()):
            streams = super().merge_preds([[
                SegDataSample(
                    metainfo=sample.metainfo,
                    seg_logits=sample.get(f'seg_logits_{modality}'))
                for sample in samples
            ] for samples in data_samples_list])
            for sample, stream in zip(merged, streams):
                sample.set_data(
                    {f'pred_sem_seg_{modality}': stream.pred_sem_seg})
        return merged
