"""Stop of a training that has diverged."""
import math
from typing import Any, Dict, Optional

import torch
from mmengine.hooks import CheckpointHook, Hook
from mmengine.optim import AmpOptimWrapper, OptimWrapperDict
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import nn

from .runner import unwrapped

# A scaler that starts at 2^16 has arrived at 1 by then.
PATIENCE = 20


@HOOKS.register_module()
class FiniteWeightsHook(Hook):
    """Stop a training whose losses or weights are infinite or NaN.

    Losses are checked in every iteration; mmengine's log has waited for them
    then anyway. Weights are checked every ``interval`` iterations and before
    anything is validated or saved, so that no good checkpoint is
    overwritten. Where a loss scaler (AMP) skips such steps, a training goes
    on unless ``PATIENCE`` of them come in a row.

    Args:
        interval (int): Iterations between two checks of the weights.
            Defaults to 100.

    Raises:
        FloatingPointError: In training, if a loss or a weight is not finite.
    """

    def __init__(self, interval: int = 100) -> None:
        self.interval = interval
        self.skipped = 0
        self.losses = 'none yet'

    def before_train(self, runner: Runner) -> None:
        """Find out when checkpoints are saved, and whether steps are skipped.
        """
        wrappers = runner.optim_wrapper
        if isinstance(wrappers, OptimWrapperDict):
            wrappers = wrappers.values()
        else:
            wrappers = [wrappers]
        self.scales = any(wrapper.loss_scaler.is_enabled()
                          for wrapper in wrappers
                          if isinstance(wrapper, AmpOptimWrapper))
        self.intervals = [self.interval] + [
            hook.interval for hook in runner.hooks
            if isinstance(hook, CheckpointHook) and not hook.by_epoch
        ]

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Any = None,
                         outputs: Optional[Dict[str, Any]] = None) -> None:
        """Check the losses, and once an interval and where a checkpoint is due
        the weights."""
        losses = {name: float(value) for name, value in (outputs or {}).items()
                  if 'loss' in name}
        self.losses = ', '.join(
            f'{name} {value:.3g}' for name, value in losses.items())
        if all(map(math.isfinite, losses.values())):
            self.skipped = 0
        else:
            self.skipped += 1
            if not self.scales or self.skipped == PATIENCE:
                self.stop('a loss', runner.iter + 1)
        if any(self.every_n_train_iters(runner, n) for n in self.intervals):
            self.check(runner, runner.iter + 1)

    def after_train_epoch(self, runner: Runner) -> None:
        """Check before the checkpoint of an epoch."""
        self.check(runner, runner.iter)

    def before_val_epoch(self, runner: Runner) -> None:
        """Check before a checkpoint can become the best one."""
        self.check(runner, runner.iter)

    def check(self, runner: Runner, iteration: int) -> None:
        """Raise FloatingPointError if a weight is not finite.

        Args:
            runner (Runner): The runner.
            iteration (int): Iterations done.
        """
        name = first_nonfinite(unwrapped(runner.model))
        if name is not None:
            self.stop(name, iteration)

    def stop(self, what: str, iteration: int) -> None:
        """Raise FloatingPointError in one sentence."""
        raise FloatingPointError(
            f'{what} is not finite after iteration {iteration} (losses: '
            f'{self.losses}): the training has diverged and was stopped '
            'before saving; lower optim_wrapper.optimizer.lr')


def first_nonfinite(net: nn.Module) -> Optional[str]:
    """Name of the first weight or statistic that is infinite or NaN.

    Args:
        net (nn.Module): Any network.

    Returns:
        str | None: None if all are finite.
    """
    state = {
        name: value for name, value in net.state_dict().items()
        if torch.is_floating_point(value) and value.numel()
    }
    if not state:
        return None
    # One flag a tensor, and one transfer for all of them.
    finite = torch.stack([v.isfinite().all() for v in state.values()])
    return next((name for name, fine in zip(state, finite.tolist())
                 if not fine), None)
