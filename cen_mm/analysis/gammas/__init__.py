"""What became of the gammas while networks trained, by their records."""
from .records import GammaLog, read_gammas

__all__ = ['GammaLog', 'read_gammas']
