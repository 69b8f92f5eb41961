"""Images of the test set that a config names."""
from pathlib import Path

from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import DATASETS


def held_out_set(cfg: Config) -> BaseDataset:
    """Build the test set, within the scope of the config.

    Args:
        cfg (Config): With a ``test_dataloader``.

    Returns:
        BaseDataset: Of its samples, and its ``metainfo``.

    Raises:
        FileNotFoundError: If its folder, or a file of it, is not there.
        ValueError: If it is empty.
    """
    dataset = cfg.test_dataloader.dataset
    root = dataset.get('data_root')
    if root and not Path(root).is_dir():
        raise FileNotFoundError(
            f'the folder {root} of the test set is not there: run in the '
            'folder that it is relative to, or name another one with '
            '--cfg-options test_dataloader.dataset.data_root=FOLDER')
    return DATASETS.build(dataset)


def batch_of_one(dataset: BaseDataset, index: int) -> dict:
    """A sample as a model's ``test_step`` takes it."""
    return pseudo_collate([dataset[index]])
