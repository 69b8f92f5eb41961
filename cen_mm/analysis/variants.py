"""Tests of one net in several variants, which read every image once."""
import copy
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Sequence

import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from tqdm import tqdm

# What a metric writes, such as predictions of the training's last test.
FILES = 'output_dir', 'save_confusions'


def check_evaluator(cfg: Config) -> None:
    """Raise ValueError if a config names no metrics to test by."""
    if not cfg.get('val_evaluator'):
        raise ValueError(f'{cfg.filename} has no val_evaluator to test by: '
                         'give a config that has one')


@torch.no_grad()
def evaluate_variants(cfg: Config, dataset: BaseDataset, images: int,
                      variants: Sequence[Callable[[dict], Any]],
                      title: str) -> List[Dict[str, float]]:
    """Metrics of several ways to predict, by the config's ``val_evaluator``.

    All draw the same random numbers for an image, which matters where a
    translation predicts with dropout. The files of the config's own tests are
    not written again.

    Args:
        cfg (Config): With ``val_evaluator``.
        dataset (BaseDataset): Images with labels or targets.
        images (int): How many of the first to test on.
        variants (Sequence[Callable]): Each predicts a batch of one, which it
            may change, as a model's ``test_step`` does.
        title (str): Of the progress bar.

    Returns:
        list[dict[str, float]]: Such as ``mIoU`` and ``rgb/mIoU``, one each.
    """
    several = isinstance(cfg.val_evaluator, (list, tuple))
    with quiet():
        metrics = Evaluator([
            {key: value for key, value in metric.items()
             if key not in FILES}
            for metric in (cfg.val_evaluator if several else
                           [cfg.val_evaluator])
        ]).metrics
    evaluators = []
    for _ in variants:
        # A metric may hold a large net, so it is built once; only results
        # are apart.
        evaluators.append(Evaluator([copy.copy(m) for m in metrics]))
        evaluators[-1].dataset_meta = dataset.metainfo
        for metric in evaluators[-1].metrics:
            metric.results = []
    gpus = range(torch.cuda.device_count())
    with torch.random.fork_rng(gpus):
        for index in tqdm(range(images), desc=title, disable=None):
            sample = dataset[index]
            for predict, evaluator in zip(variants, evaluators):
                torch.manual_seed(index + 1)
                # Predictions are written into the samples.
                data = pseudo_collate([copy.deepcopy(sample)])
                evaluator.process(data_samples=predict(data), data_batch=data)
    with quiet():
        return [{
            name: float(value)
            for name, value in evaluator.evaluate(images).items()
        } for evaluator in evaluators]


@contextmanager
def quiet() -> Iterator[None]:
    """Without the tables and advice that are logged for each net."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel('ERROR')
    try:
        yield
    finally:
        logger.setLevel(level)
