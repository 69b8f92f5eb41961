"""IoU of the ensemble and of every stream."""
from typing import Dict, List, Sequence

from mmengine.logging import MMLogger, print_log
from mmseg.evaluation import IoUMetric
from mmseg.registry import METRICS
from prettytable import PrettyTable


@METRICS.register_module()
class StreamIoUMetric(IoUMetric):
    """The three columns of Table 7 from one pass.

    mmseg's ``IoUMetric``, once for the ensemble (``mIoU``, ``mAcc``,
    ``aAcc``) and once for each ``pred_sem_seg_<modality>`` that the model
    hands out (``rgb/mIoU`` ...). On a model of one stream it is the stock
    metric.

    Args:
        args, kwargs: As of :class:`mmseg.evaluation.IoUMetric`; predictions
            saved to ``output_dir`` are the ensemble's.
    """
    stream_prefix = 'pred_sem_seg_'

    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Count the areas of intersection and union.

        Args:
            data_batch (dict): Not used.
            data_samples (Sequence[dict]): With ``gt_sem_seg``,
                ``pred_sem_seg`` and any ``pred_sem_seg_<modality>``.
        """
        for sample in data_samples:
            super().process(data_batch, [sample])
            if self.format_only:
                continue
            ensemble, areas = self.results.pop(), {}
            for key in sorted(sample):
                if key.startswith(self.stream_prefix):
                    prediction = sample[key]['data'].squeeze()
                    label = sample['gt_sem_seg']['data'].squeeze()
                    areas[key[len(self.stream_prefix):] + '/'] = (
                        self.intersect_and_union(
                            prediction, label.to(prediction),
                            len(self.dataset_meta['classes']),
                            self.ignore_index))
            self.results.append({**areas, '': ensemble})

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
