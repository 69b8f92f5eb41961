"""Randomness that depends on the epoch alone."""
from functools import partial

import numpy as np
from mmengine.dataset import worker_init_fn
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner, set_random_seed


@HOOKS.register_module()
class EpochSeedHook(Hook):
    """Seed every epoch by (seed of the run, epoch, rank).

    A resumed run then draws what the undisturbed one would have drawn and
    ends with the same weights. It also mends two flaws: without it, workers
    that are started anew each epoch repeat the augmentation of the first
    (as the official code does), and processes share their dropout masks.

    Raises:
        ValueError: If the workers are persistent, since those keep the
            random state of the epoch before.
    """

    def before_train_epoch(self, runner: Runner) -> None:
        """Seed this process, and the workers about to be started."""
        loader = runner.train_dataloader
        if loader.persistent_workers:
            raise ValueError(
                'EpochSeedHook cannot seed persistent workers: set '
                'persistent_workers=False in train_dataloader')
        rank = get_rank()
        entropy = np.random.SeedSequence([runner.seed, runner.epoch, rank])
        seed = int(entropy.generate_state(1)[0] >> 1)
        set_random_seed(seed)
        loader.worker_init_fn = partial(
            worker_init_fn,
            num_workers=loader.num_workers,
            rank=0,  # is part of the seed already
            seed=seed)
