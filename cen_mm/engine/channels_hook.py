"""Comparison of the channels of model and data."""
from typing import Iterator

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch.utils.data import Dataset

from ..datasets import LoadModality
from ..layers import CHANNELS, check_loaded
from .runner import datasets_of, unwrapped


@HOOKS.register_module()
class ChannelsHook(Hook):
    """Compare the channels of modalities before anything runs.

    The data preprocessor compares those of each sample. This looks at all
    data sets of a run, so that validation does not fail after an epoch.

    Raises:
        ValueError: Before training or test, if ``LoadModality`` of a data set
            gives a modality other channels than the model takes.
    """

    def before_run(self, runner: Runner) -> None:
        """Compare with the data sets of all loops that are built."""
        model = unwrapped(runner.model)
        if not hasattr(model, 'channels'):
            return
        expected = dict(zip(model.modalities, model.channels))
        for field, dataset in datasets_of(runner):
            for loader in loaders_of(dataset):
                if loader.modality in expected:
                    check_loaded(
                        loader.modality, loader.channels or CHANNELS,
                        expected[loader.modality], f'{field} loads')


def loaders_of(dataset: Dataset) -> Iterator[LoadModality]:
    """The loaders of a data set, or of those that it is made of."""
    parts = (*getattr(dataset, 'datasets', ()),
             getattr(dataset, 'dataset', None))
    for part in parts:
        if part is not None:
            yield from loaders_of(part)
    pipeline = getattr(dataset, 'pipeline', None)
    for transform in getattr(pipeline, 'transforms', ()):
        if isinstance(transform, LoadModality):
            yield transform
