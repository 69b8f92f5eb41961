"""Pictures by stream, and tables of values by stream."""
from typing import Dict, Tuple

from mmengine.logging import MMLogger, print_log
from prettytable import PrettyTable
from torch import Tensor

PREFIX = 'pred_img_'


def stream_pictures(sample: dict) -> Tuple[Tensor, Dict[str, Tensor]]:
    """The target and all predicted pictures of one view.

    Args:
        sample (dict): With ``gt_img``, ``pred_img`` and any
            ``pred_img_<modality>``: tensors (3, H, W), RGB in 0..255.

    Returns:
        tuple[Tensor, dict[str, Tensor]]: Float32 (3, H, W), on one device:
        the target, and by stream what is compared with it, 'ensemble' last.

    Raises:
        ValueError: If a picture has another size than the target.
    """
    pictures = {
        key[len(PREFIX):]: sample[key].float()
        for key in sorted(sample) if key.startswith(PREFIX)
    }
    pictures['ensemble'] = sample['pred_img'].float()
    target = sample['gt_img'].to(pictures['ensemble'])
    for stream, picture in pictures.items():
        if picture.shape != target.shape:
            raise ValueError(
                f'{sample.get("name", "a sample")}: the picture of {stream} '
                f'is {tuple(picture.shape)} and the target (gt_img) '
                f'{tuple(target.shape)}; test the model on targets of the '
                'size that it makes (Resize of the test pipeline)')
    return target, pictures


def report(title: str,
           values: Dict[str, Dict[str, float]]) -> Dict[str, float]:
    """Log a table with one row per stream, and name its values for mmengine.

    Args:
        title (str): Title of the table, with the units.
        values (dict[str, dict[str, float]]): By stream and metric.

    Returns:
        dict[str, float]: ``MAE`` of the ensemble, ``reshading/MAE`` of a
        stream and so on.
    """
    table, metrics = PrettyTable(), {}
    for stream, row in values.items():
        table.field_names = ['stream', *row]
        table.add_row([stream, *(f'{v:.4f}' for v in row.values())])
        prefix = '' if stream == 'ensemble' else f'{stream}/'
        metrics.update({prefix + name: v for name, v in row.items()})
    print_log(f'{title}:\n{table}', MMLogger.get_current_instance())
    return metrics
