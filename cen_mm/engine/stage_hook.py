"""Training in stages, each with its own learning rates."""
from bisect import bisect_right
from typing import Dict, Sequence

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from .runner import trains_by_iteration, unwrapped


@HOOKS.register_module()
class StageHook(Hook):
    """Set each part's learning rate stage by stage and reset the momentum.

    The official code makes new optimisers at every stage: the rates of
    encoder and decoder fall by different factors, which one scheduler cannot
    express, and the momentum starts from zero. The factors multiply the
    rates of ``optim_wrapper``, so that ``lr_mult`` and ``--auto-scale-lr``
    keep their meaning.

    Args:
        milestones (Sequence[int]): Epochs at which a new stage begins;
            iterations in an iteration-based loop.
        factors (dict[str, Sequence[float]]): For each part, named by the
            prefix of its parameters, such as 'backbone', one factor a stage.

    Raises:
        ValueError: If there is not one factor for every stage, or a
            parameter belongs to no part.
    """

    def __init__(self, milestones: Sequence[int],
                 factors: Dict[str, Sequence[float]]) -> None:
        self.milestones = tuple(milestones)
        self.factors = factors
        for part, values in factors.items():
            if len(values) != len(milestones) + 1:
                raise ValueError(
                    f'StageHook has {len(milestones) + 1} stages, but '
                    f'factors[{part!r}] has {len(values)} entries')

    def before_train(self, runner: Runner) -> None:
        """Assign each parameter group to a part."""
        parts = {}
        for name, parameter in unwrapped(runner.model).named_parameters():
            part = next((p for p in self.factors if name.startswith(p)), None)
            if part is None:
                raise ValueError(f'the parameter {name} belongs to none of '
                                 f'the parts {list(self.factors)} of '
                                 'StageHook: add its prefix to factors')
            parts[id(parameter)] = part
        self.groups = []
        for group in runner.optim_wrapper.optimizer.param_groups:
            names = {parts[id(p)] for p in group['params']}
            if len(names) > 1:
                raise ValueError(
                    f'the parts {sorted(names)} share a parameter group: set '
                    'paramwise_cfg=dict(custom_keys=...) in optim_wrapper')
            # Kept in the group, so that a resumed run finds it there.
            group.setdefault('initial_lr', group['lr'])
            self.groups += [(group, names.pop())]

    def before_train_epoch(self, runner: Runner) -> None:
        """Set the rates; at a milestone reset the momentum."""
        if not trains_by_iteration(runner):
            self._set_stage(runner, runner.epoch)

    def before_train_iter(self, runner: Runner, *args, **kwargs) -> None:
        """The same, where milestones are iterations."""
        if trains_by_iteration(runner):
            self._set_stage(runner, runner.iter)

    def _set_stage(self, runner: Runner, step: int) -> None:
        stage = bisect_right(self.milestones, step)
        for group, part in self.groups:
            group['lr'] = group['initial_lr'] * self.factors[part][stage]
        if step in self.milestones:
            runner.optim_wrapper.optimizer.state.clear()
            runner.logger.info(f'stage {stage + 1} begins')
