"""Conversion of checkpoints of the official code."""
from .official_cen import convert_official

__all__ = ['convert_official']
