"""IoU of the ensemble and of every stream."""
import copy
import os.path as osp
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
import torch
from mmengine.logging import MMLogger, print_log
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from prettytable import PrettyTable
from torch import Tensor

# Each small tensor that stays between large ones which are freed keeps the
# allocator from using their memory for the next image: 2 MB for one of
# 117 x 156, and more for larger ones. Copies of several lie together.
TOGETHER = 20


@METRICS.register_module()
class StreamIoUMetric(IoUMetric):
    """The three columns of Table 7 from one pass.

    mmseg's ``IoUMetric``, once for the ensemble (``mIoU``, ``mAcc``,
    ``aAcc``) and once for each ``pred_sem_seg_<modality>`` that the model
    hands out (``rgb/mIoU`` ...). On a model of one stream it is the stock
    metric.

    Args:
        args: As of :class:`mmseg.evaluation.IoUMetric`.
        save_confusions (str, optional): A ``.npz`` to write at each
            evaluation: ``names``, the N names of the images, ``classes``, and
            for each stream ``(N, K, K)`` counts of pixels by label and
            prediction, for ``tools/analysis_tools/significance.py``.
            Defaults to None.
        kwargs: As of :class:`mmseg.evaluation.IoUMetric`; predictions
            saved to ``output_dir`` are the ensemble's, in the subfolders
            that the names of the samples have.

    Raises:
        ValueError: If ``save_confusions`` is no ``.npz``, or two samples
            would be saved to one file.
    """
    stream_prefix = 'pred_sem_seg_'

    def __init__(self, *args, save_confusions: Optional[str] = None,
                 **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if save_confusions and not save_confusions.endswith('.npz'):
            raise ValueError('StreamIoUMetric.save_confusions must end in '
                             f'.npz, got {save_confusions}')
        self.save_confusions = save_confusions
        self.saved: Dict[str, str] = {}  # image by name of the prediction

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count the areas of intersection and union.

        Args:
            data_batch (dict): Not used.
            data_samples (Sequence[dict]): With ``gt_sem_seg``,
                ``pred_sem_seg`` and any ``pred_sem_seg_<modality>``.
        """
        for sample in data_samples:
            path = sample.get('img_path', '')
            name = sample.get('name', Path(path).stem)
            self._process_one(data_batch, sample, name, path)
            if self.format_only:
                continue
            ensemble, areas = self.results.pop(), {}
            label = sample['gt_sem_seg']['data'].squeeze()
            predictions = {
                key[len(self.stream_prefix):] + '/': sample[key]['data']
                for key in sorted(sample)
                if key.startswith(self.stream_prefix)
            }
            classes = len(self.dataset_meta['classes'])
            for prefix, prediction in predictions.items():
                areas[prefix] = self.intersect_and_union(
                    prediction.squeeze(), label.to(prediction), classes,
                    self.ignore_index)
            self.results.append({**areas, '': ensemble})
            if self.save_confusions:
                predictions[''] = sample['pred_sem_seg']['data']
                self.results[-1]['confusions'] = name, {
                    prefix: confusion(label, p.squeeze(), classes,
                                      self.ignore_index)
                    for prefix, p in predictions.items()
                }
            if len(self.results) % TOGETHER == 0:
                self.results[-TOGETHER:] = copy.deepcopy(
                    self.results[-TOGETHER:])

    def _process_one(self, data_batch: dict, sample: dict, name: str,
                     path: str) -> None:
        """Stock, but predictions are saved below the folder of the name."""
        root = self.output_dir
        if root is not None:
            if self.saved.setdefault(name, path) != path:
                raise ValueError(
                    f'{self.saved[name]} and {path} would both be saved as '
                    f'{name}: test their data sets one by one')
            self.output_dir = osp.join(root, osp.dirname(name))
            Path(self.output_dir).mkdir(parents=True, exist_ok=True)
        try:
            super().process(data_batch, [sample])
        finally:
            self.output_dir = root

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Metrics of every stream.

        Args:
            results (list[dict]): The areas of every image, by stream.

        Returns:
            dict[str, float]: In percent, such as ``mIoU`` and ``rgb/mIoU``.
        """
        if self.format_only:
            return super().compute_metrics(results)
        logger = MMLogger.get_current_instance()
        if self.save_confusions:
            self._save([result.pop('confusions') for result in results])
        metrics, table = {}, PrettyTable()
        for prefix in results[0]:
            stream = prefix[:-1] or 'ensemble'
            print_log(f'{stream}:', logger)
            values = super().compute_metrics([r[prefix] for r in results])
            metrics.update({prefix + k: v for k, v in values.items()})
            table.field_names = ['stream', *values]
            table.add_row([stream, *(f'{v:.2f}' for v in values.values())])
        print_log(f'streams:\n{table}', logger)
        return metrics

    def _save(self, confusions: List[Tuple[str, Dict[str, Tensor]]]) -> None:
        names, streams = zip(*confusions)
        Path(self.save_confusions).parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            self.save_confusions,
            names=np.array(names),
            classes=np.array(self.dataset_meta['classes']),
            **{
                prefix[:-1] or 'ensemble': np.stack(
                    [stream[prefix].numpy() for stream in streams])
                for prefix in streams[0]
            })


def confusion(label: Tensor, prediction: Tensor, classes: int,
              ignore_index: int) -> Tensor:
    """Pixels by label and prediction.

    Args:
        label, prediction (Tensor): ``(H, W)`` class indices.
        classes (int): K.
        ignore_index (int): Label of pixels that do not count.

    Returns:
        Tensor: ``(K, K)`` int32, rows are labels.
    """
    counted = label != ignore_index
    pairs = label[counted].long() * classes + prediction[counted].long()
    return torch.bincount(
        pairs.cpu(), minlength=classes**2).view(classes, classes).int()
