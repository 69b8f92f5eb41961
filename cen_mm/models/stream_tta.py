"""Test-time augmentation that merges every stream."""
from typing import List

from mmengine.structures import PixelData
from mmseg.models import SegTTAModel
from mmseg.registry import MODELS
from mmseg.utils import SampleList
from torch import Tensor, stack


@MODELS.register_module()
class StreamTTAModel(SegTTAModel):
    """mmseg's ``SegTTAModel``, for the ensemble and for each stream.

    The stock model merges ``pred_sem_seg`` alone and would leave the streams
    with the prediction of the last augmentation; of a binary head
    (``out_channels=1``) it takes the sigmoid twice.
    """

    def merge_preds(self, data_samples_list: List[SampleList]) -> SampleList:
        """Average the probabilities of all augmentations of each image.

        Args:
            data_samples_list (list[list[SegDataSample]]): The predictions,
                by image and by augmentation.

        Returns:
            list[SegDataSample]: One an image, with ``pred_sem_seg`` and
            ``pred_sem_seg_<modality>``.
        """
        merged = []
        for samples in data_samples_list:
            sample = samples[-1]
            for key in list(sample.keys()):
                if key.startswith('seg_logits'):
                    labels = self._merge([s.get(key).data for s in samples])
                    sample.set_data({
                        key.replace('seg_logits', 'pred_sem_seg'):
                        PixelData(data=labels)
                    })
            merged.append(sample)
        return merged

    def _merge(self, logits: List[Tensor]) -> Tensor:
        """Outputs ``(K, H, W)`` of all augmentations to labels ``(1, H, W)``.

        With K=1 they are probabilities already.
        """
        logits = stack(logits)
        if logits.shape[1] == 1:
            mean = logits.mean(dim=0)
            return (mean > self.module.decode_head.threshold).to(mean)
        return logits.softmax(dim=1).mean(dim=0).argmax(dim=0, keepdim=True)
