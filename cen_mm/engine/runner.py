"""What the hooks ask of a runner and its model."""
from typing import Iterator, Tuple

from mmengine.model import is_model_wrapper
from mmengine.runner import IterBasedTrainLoop, Runner
from torch import nn
from torch.utils.data import Dataset


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, without its distributed wrapper."""
    return model.module if is_model_wrapper(model) else model


def trains_by_iteration(runner: Runner) -> bool:
    """Whether the runner trains in one long epoch, mmseg's default."""
    return isinstance(runner.train_loop, IterBasedTrainLoop)


def datasets_of(runner: Runner) -> Iterator[Tuple[str, Dataset]]:
    """The data set of every loop that is built, with its config field."""
    for mode in ('train', 'val', 'test'):
        loop = getattr(runner, f'_{mode}_loop')
        if hasattr(loop, 'dataloader'):
            yield f'{mode}_dataloader', loop.dataloader.dataset
