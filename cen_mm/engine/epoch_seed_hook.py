"""Randomness that depends on the epoch, or the iteration, alone."""
from functools import partial
from typing import Any, Iterator

import numpy as np
from mmengine.dataset import worker_init_fn
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner, set_random_seed
from torch.utils.data import DataLoader

from .runner import trains_by_iteration


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seed every epoch by (seed of the run, epoch, rank).

    A resumed run then draws what the undisturbed one would have drawn and
    ends with the same weights. It also mends two flaws: without it, workers
    that are started anew each epoch repeat the augmentation of the first
    (as the official code does), and processes share their dropout masks. In
    an iteration-based loop every iteration is seeded likewise, before its
    batch is loaded.

    Raises:
        ValueError: If the workers are persistent, since those keep the
            random state of the epoch before.
    """

    def before_train(self, runner: Runner) -> None:
        """In an iteration-based loop: seed before each batch.

        The batches that a resumed run skips are counted, too.
        """
        if trains_by_iteration(runner):
            loop = runner.train_loop
            loop.dataloader_iterator = SeededBatches(
                loop.dataloader_iterator, runner)

    def before_train_epoch(self, runner: Runner) -> None:
        """In an epoch-based loop: seed, also the workers to be started."""
        if trains_by_iteration(runner):
            return
        if runner.train_dataloader.persistent_workers:
            raise ValueError(
                'EpochSeedHook cannot seed persistent workers: set '
                'persistent_workers=False in train_dataloader')
        seed_all(runner, runner.train_dataloader, runner.epoch)


class SeededBatches:
    """The batches of an iteration-based loop, each seeded by its number.

    Args:
        batches (Iterator): The loop's.
        runner (Runner): The runner.
    """

    def __init__(self, batches: Iterator[Any], runner: Runner) -> None:
        self.batches, self.runner, self.count = batches, runner, 0

    def __next__(self) -> Any:
        """Seed this process, and workers that the batch may start."""
        seed_all(self.runner, self.runner.train_dataloader, self.count)
        self.count += 1
        return next(self.batches)

    def skip_iter(self, num_iters: int) -> None:
        """Skip batches, as the loop of onedl-mmengine asks for."""
        for _ in range(num_iters):
            next(self)


def seed_all(runner: Runner, loader: DataLoader, step: int) -> None:
    """Seed a process and its next workers by (seed of the run, step, rank).

    Args:
        runner (Runner): With the seed of the run.
        loader (DataLoader): The training loader.
        step (int): An epoch or iteration.
    """
    entropy = np.random.SeedSequence([runner.seed, step, get_rank()])
    seed = int(entropy.generate_state(1)[0] >> 1)
    set_random_seed(seed)
    loader.worker_init_fn = partial(
        worker_init_fn,
        num_workers=loader.num_workers,
        rank=0,  # is part of the seed already
        seed=seed)
