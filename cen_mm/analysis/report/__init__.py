"""What a checkpoint exchanges, and how much it relies on it."""
from .report import write_report

__all__ = ['write_report']
