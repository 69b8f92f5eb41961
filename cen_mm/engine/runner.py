"""What the hooks ask of a runner and its model."""
from mmengine.model import is_model_wrapper
from mmengine.runner import IterBasedTrainLoop, Runner
from torch import nn


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, without its distributed wrapper."""
    return model.module if is_model_wrapper(model) else model


def trains_by_iteration(runner: Runner) -> bool:
    """Whether the runner trains in one long epoch, mmseg's default."""
    return isinstance(runner.train_loop, IterBasedTrainLoop)
