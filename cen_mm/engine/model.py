"""Access to a model behind its distributed wrapper."""
from mmengine.model import is_model_wrapper
from torch import nn


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, without its distributed wrapper."""
    return model.module if is_model_wrapper(model) else model
