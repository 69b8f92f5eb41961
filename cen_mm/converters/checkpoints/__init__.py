"""Conversion of checkpoints of the official code and of ImageNet weights."""
from .efficientnet_lite import convert_efficientnet_lite
from .official_cen import convert_official

__all__ = ['convert_efficientnet_lite', 'convert_official']
