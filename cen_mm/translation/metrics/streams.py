"""Pictures by stream, and tables of values by stream."""
from typing import Dict

from mmengine.logging import MMLogger, print_log
from prettytable import PrettyTable
from torch import Tensor

PREFIX = 'pred_img_'


def stream_pictures(sample: dict) -> Dict[str, Tensor]:
    """All predicted pictures of one view.

    Args:
        sample (dict): With ``gt_img``, ``pred_img`` and any
            ``pred_img_<modality>``: tensors (3, H, W), RGB in 0..255.

    Returns:
        dict[str, Tensor]: Float32 (3, H, W) by the prefix of the metrics'
        keys: ``reshading/`` and so on, and the ensemble as ``''``.

    Raises:
        ValueError: If a picture has another size than the target.
    """
    pictures = {
        key[len(PREFIX):] + '/': sample[key]
        for key in sorted(sample) if key.startswith(PREFIX)
    }
    pictures[''] = sample['pred_img']
    size = tuple(sample['gt_img'].shape)
    for stream, picture in pictures.items():
        if tuple(picture.shape) != size:
            raise ValueError(
                f'{sample.get("name", "a sample")}: the picture of '
                f'{name_of(stream)} is {tuple(picture.shape)} and the target '
                f'(gt_img) {size}; test the model on targets of the size that '
                'it makes (Resize of the test pipeline)')
    return {stream: picture.float() for stream, picture in pictures.items()}


def name_of(stream: str) -> str:
    """``reshading`` for ``reshading/``, ``ensemble`` for ``''``."""
    return stream[:-1] or 'ensemble'


def log_table(title: str, values: Dict[str, Dict[str, float]]) -> None:
    """Log a table with one row per stream.

    Args:
        title (str): Title of the table, with the units.
        values (dict[str, dict[str, float]]): By stream and metric.
    """
    table = PrettyTable()
    for stream, row in values.items():
        table.field_names = ['stream', *row]
        table.add_row([name_of(stream), *(f'{v:.4f}' for v in row.values())])
    print_log(f'{title}:\n{table}', MMLogger.get_current_instance())
