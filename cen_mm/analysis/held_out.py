"""The test set that a config names."""
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.registry import DATASETS


def check_folder(cfg: Config, loader: str) -> None:
    """Reject a config whose ``loader`` ('test_dataloader') has no data.

    Raises:
        FileNotFoundError: If the folder is not there.
        ValueError: If the config has no such loader.
    """
    if not cfg.get(loader):
        raise ValueError(f'{cfg.filename} has no {loader}, which names the '
                         'images: give a config that does')
    root = cfg[loader].dataset.get('data_root')
    if root and not Path(root).is_dir():
        raise FileNotFoundError(
            f'the folder {root} of {loader} is not there: run in the folder '
            'that it is relative to, or name another one with --cfg-options '
            f'{loader}.dataset.data_root=FOLDER')


def held_out_set(cfg: Config) -> BaseDataset:
    """Build the test set, within the scope of the config.

    Raises:
        FileNotFoundError: If its folder, or a file of it, is not there.
        ValueError: If it is empty, or the config has no test_dataloader.
    """
    check_folder(cfg, 'test_dataloader')
    return DATASETS.build(cfg.test_dataloader.dataset)


def check_truth(data: dict) -> None:
    """Reject a sample, as the data set gives it, without labels or target.

    Raises:
        ValueError: If it has neither.
    """
    if not {'gt_sem_seg', 'gt_img'} & set(data['data_samples'].keys()):
        raise ValueError(
            'the test set has no ground truth to compare with: load it, such '
            "as by dict(type='LoadLabels') in test_dataloader.dataset."
            'pipeline')
