"""Old import path of :mod:`cen_mm.analysis.cost.loop_resnet`."""
from .cost.loop_resnet import LoopResNet  # noqa: F401
