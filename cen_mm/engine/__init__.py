"""Hooks, registered in mmengine's root registry."""
from .epoch_seed_hook import EpochSeedHook
from .sparsity_hook import SparsityHook
from .stage_hook import StageHook

__all__ = ['EpochSeedHook', 'SparsityHook', 'StageHook']
