"""What is left of a net when sensors are absent or degraded."""
from .robustness import measure_robustness

__all__ = ['measure_robustness']
