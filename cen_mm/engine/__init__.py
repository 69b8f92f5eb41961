"""Hooks, registered in mmengine's root registry."""
from .epoch_seed_hook import EpochSeedHook
from .finite_weights_hook import FiniteWeightsHook
from .sparsity_hook import SparsityHook
from .stage_hook import StageHook

__all__ = ['EpochSeedHook', 'FiniteWeightsHook', 'SparsityHook', 'StageHook']
