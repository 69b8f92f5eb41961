"""Stop of a training that has diverged."""
from typing import Any, Dict, Optional

import torch
from mmengine.hooks import CheckpointHook, Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import nn

from .runner import unwrapped


@HOOKS.register_module()
class FiniteWeightsHook(Hook):
    """Stop a training whose weights are infinite or NaN.

    They are checked every ``interval`` iterations and before anything is
    validated or saved, so that no good checkpoint is overwritten. A step that
    AMP skips for an infinite loss leaves the weights finite and goes on.

    Args:
        interval (int): Iterations between two checks. Defaults to 100.

    Raises:
        FloatingPointError: In training, if a weight is not finite.
    """

    def __init__(self, interval: int = 100) -> None:
        self.interval = interval
        self.losses = 'none yet'

    def before_train(self, runner: Runner) -> None:
        """Find out when checkpoints are saved."""
        self.intervals = [self.interval] + [
            hook.interval for hook in runner.hooks
            if isinstance(hook, CheckpointHook) and not hook.by_epoch
        ]

    def after_train_iter(self,
                         runner: Runner,
                         batch_idx: int,
                         data_batch: Any = None,
                         outputs: Optional[Dict[str, Any]] = None) -> None:
        """Check once an interval, and where a checkpoint is due."""
        self.losses = outputs or self.losses
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
            losses = self.losses
            if isinstance(losses, dict):
                losses = ', '.join(f'{k} {float(v):.3g}'
                                   for k, v in losses.items() if 'loss' in k)
            raise FloatingPointError(
                f'{name} is not finite after iteration {iteration} (losses: '
                f'{losses}): the training has diverged and was stopped before '
                'saving; lower optim_wrapper.optimizer.lr')


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
