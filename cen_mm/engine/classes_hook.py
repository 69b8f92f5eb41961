"""Comparison of the classes of model and data."""
from typing import Optional, Sequence

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import nn

from .runner import datasets_of


@HOOKS.register_module()
class ClassesHook(Hook):
    """Compare the classes of heads and data sets before anything runs.

    A head with fewer classes than its data set would fail at the first label
    that it does not know, one with more would predict classes that have no
    name and no colour. All data sets of a run are compared, so that
    validation does not fail after an epoch.

    Raises:
        ValueError: Before training or test, if they differ.
    """

    def before_run(self, runner: Runner) -> None:
        """Compare with the data sets of all loops that are built."""
        for field, dataset in datasets_of(runner):
            check_classes(runner.model, dataset.metainfo.get('classes'), field)


def check_classes(model: nn.Module, classes: Optional[Sequence[str]],
                  where: str) -> None:
    """Compare the classes of all decode heads with those of the data.

    A binary head with one output channel has two classes, as in mmseg; label
    0 that ``reduce_zero_label`` takes away is no class.

    Args:
        model (nn.Module): Holds heads, however wrapped.
        classes (Sequence[str], optional): Of the data; None if it names
            none.
        where (str): What has these classes, for the message.

    Raises:
        ValueError: If a head has another number of classes.
    """
    if classes is None:
        return
    for name, head in model.named_modules():
        if isinstance(head, BaseDecodeHead) and (
                head.num_classes != len(classes)):
            raise ValueError(
                f'{name} of the model has {head.num_classes} classes, but '
                f'{where} has {len(classes)} ({", ".join(classes[:3])} ...): '
                f'set num_classes={len(classes)} of the head, or the classes '
                'of the data set')
