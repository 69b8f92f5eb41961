"""Hooks, registered in mmengine's root registry, and a file backend."""
from .atomic_backend import AtomicBackend
from .channels_hook import ChannelsHook
from .classes_hook import ClassesHook
from .epoch_seed_hook import EpochSeedHook
from .finite_weights_hook import FiniteWeightsHook
from .sparsity_hook import SparsityHook
from .stage_hook import StageHook

__all__ = [
    'AtomicBackend', 'ChannelsHook', 'ClassesHook', 'EpochSeedHook',
    'FiniteWeightsHook', 'SparsityHook', 'StageHook'
]
