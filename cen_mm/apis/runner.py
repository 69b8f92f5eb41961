"""mmengine's runner, strict about what it is given."""
import itertools
import re
from typing import Any, Callable, Dict, Iterator, Union

from mmengine.dataset import InfiniteSampler
from mmengine.dist import get_world_size
from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapperDict
from mmengine.runner import BaseLoop, Runner
from mmengine.visualization import Visualizer
from torch import nn
from torch.utils.data import DataLoader

from ..engine.runner import unwrapped
from .checkpoint import MISFIT, check_finite, read_checkpoint
from .config import UsageError
from .resume import read_resumable

# What a resumed scheduler has instead of settings.
PROGRESS = ('base_values', 'last_step', 'optimizer', 'verbose')


class StrictRunner(Runner):
    """A runner that refuses what mmengine's would pass over.

    Loaders without a batch; where a run is resumed, or ``strict`` is set,
    checkpoints that do not fill every weight; where one starts from
    ``load_from``, files that fill none. That a resumed run keeps the rates
    of its checkpoint, whatever the config says now, goes to the log.

    Raises:
        UsageError: In ``train`` and ``test``, before anything is trained or
            tested.
    """
    strict = False

    def build_logger(self, *args, **kwargs) -> MMLogger:
        """As in mmengine, but no two runs share a logger or message hub.

        mmengine names both by config and second: a process that starts two
        runs within one second would write the second one's log to the first
        one's file.
        """
        name = self._experiment_name
        for n in itertools.count(2):
            if not MMLogger.check_instance_created(self._experiment_name):
                return super().build_logger(*args, **kwargs)
            self._experiment_name = f'{name}_{n}'

    def build_model(self, model: Union[nn.Module, Dict]) -> nn.Module:
        """As in mmengine; that a package is absent is a usage error."""
        try:
            return super().build_model(model)
        except ImportError as error:
            raise UsageError(str(error)) from error

    def build_visualizer(
            self, visualizer: Union[Visualizer, dict, None] = None
    ) -> Visualizer:
        """As in mmengine, but no two runs share a visualiser.

        Configs of mmseg give all of them one name: the second run of a
        process would write its scalars and pictures to the first one's.
        """
        if isinstance(visualizer, dict) and Visualizer.check_instance_created(
                visualizer.get('name', '')):
            visualizer = {**visualizer, 'name': self._experiment_name}
        return super().build_visualizer(visualizer)

    def build_train_loop(self, loop: Union[BaseLoop, Dict]) -> BaseLoop:
        """As in mmengine, with a check of the loader."""
        loop = super().build_train_loop(loop)
        check_loader('train_dataloader', loop.dataloader)
        return loop

    def build_val_loop(self, loop: Union[BaseLoop, Dict]) -> BaseLoop:
        """As in mmengine, with a check of the loader."""
        loop = super().build_val_loop(loop)
        check_loader('val_dataloader', loop.dataloader)
        return loop

    def build_test_loop(self, loop: Union[BaseLoop, Dict]) -> BaseLoop:
        """As in mmengine, with a check of the loader."""
        loop = super().build_test_loop(loop)
        check_loader('test_dataloader', loop.dataloader)
        return loop

    def load_checkpoint(self, filename: str, *args, **kwargs) -> dict:
        """Load weights: all of them if it is strict, else at least one."""
        saved = read(read_checkpoint, filename)
        if self.strict:
            # Weights left at random would still give a mIoU.
            kwargs['strict'] = True
            try:
                loaded = super().load_checkpoint(filename, *args, **kwargs)
            except (AttributeError, RuntimeError, ValueError) as error:
                raise UsageError(MISFIT.format(
                    filename, self.cfg.filename, error)) from error
            read(check_finite, unwrapped(self.model), filename)
            return loaded
        names, wanted = (
            {re.sub(r'^module\.|\.stock\b', '', name) for name in entries}
            for entries in (saved.get('state_dict', saved),
                            unwrapped(self.model).state_dict()))
        if names.isdisjoint(wanted):
            raise UsageError(
                f'{filename} has no entry of the model: its names are like '
                f'{min(names, default="none")}, the model\'s like '
                f'{min(wanted)}; weights of a backbone alone are '
                'loaded by its init_cfg')
        return super().load_checkpoint(filename, *args, **kwargs)

    def resume(self, filename: str, *args, **kwargs) -> None:
        """Resume strictly, and say which settings the checkpoint keeps."""
        read_resumable(filename)
        self.strict = True
        asked = dict(self._settings())
        try:
            super().resume(filename, *args, **kwargs)
        except (IndexError, KeyError, ValueError) as error:
            if isinstance(error, UsageError):
                raise
            raise UsageError(
                f'{filename} does not fit the optimisers and schedulers of '
                f'{self.cfg.filename} ({error}): leave --resume out to start '
                'from its weights with load_from') from error
        kept = dict(self._settings())
        lost = {name.rpartition('.')[2] for name in asked if name not in kept}
        if lost:
            raise UsageError(
                f'{filename} was trained with another optimiser, which has '
                f'no {", ".join(sorted(lost))}: give the optim_wrapper of '
                'that training, or leave --resume out to start from its '
                'weights with load_from')
        changes = {
            f'{name.rpartition(".")[2]} {said(kept[name])} instead of '
            f'{said(value)}'
            for name, value in asked.items() if kept[name] != value
        }
        if changes:
            self.logger.warning(
                f'{filename} goes on as it was trained, with '
                f'{", ".join(sorted(changes))} of the config: a resumed '
                'training keeps its optimisers and schedulers; to change '
                'them, start another one with load_from')

    def _settings(self) -> Iterator:
        """Name and value of each setting of optimisers and schedulers."""
        several = isinstance(self.optim_wrapper, OptimWrapperDict)
        for part, wrapper in (self.optim_wrapper.items() if several else
                              [('', self.optim_wrapper)]):
            for i, group in enumerate(wrapper.param_groups):
                yield f'{part}.{i}.lr', group.get('initial_lr', group['lr'])
                yield from ((f'{part}.{i}.{name}', value)
                            for name, value in group.items()
                            if name not in ('params', 'lr', 'initial_lr'))
        schedulers = self.param_schedulers or []
        if not isinstance(schedulers, dict):
            schedulers = {'': schedulers}
        for part, listed in schedulers.items():
            for i, scheduler in enumerate(listed):
                yield from ((f'{part}.{i}.{type(scheduler).__name__}.{name}',
                             value) for name, value in vars(scheduler).items()
                            if name[0] != '_' and name not in PROGRESS)


def said(value: Any) -> str:
    """A setting for a message, without the noise of floats."""
    return f'{value:.6g}' if isinstance(value, float) else str(value)


def read(reader: Callable, *args) -> Any:
    """Call a function whose errors are about the user's files."""
    try:
        return reader(*args)
    except (OSError, ValueError) as error:
        raise UsageError(str(error)) from error


def check_loader(field: str, loader: DataLoader) -> None:
    """Reject a loader that gives no batch.

    Args:
        field (str): Its name in the config.
        loader (DataLoader): The loader, of one process of several.

    Raises:
        UsageError: If it is empty.
    """
    images: Any = len(loader.dataset)
    # An endless sampler fills a batch by repeating its images.
    endless = isinstance(loader.sampler, InfiniteSampler)
    if images and (endless or len(loader)):
        return
    batches = loader.batch_sampler
    share = f' in each of {get_world_size()} processes' * (
        get_world_size() > 1)
    raise UsageError(
        f'{field} makes no batch: its data set holds {images} images, a '
        f'batch {batches.batch_size}{share}, and drop_last='
        f'{batches.drop_last}: ' + (
            'lower batch_size, or set drop_last=False' if images else
            'correct its data_root or ann_file'))
