"""Metrics and a visualizer, registered in mmseg."""
from .stream_iou import StreamIoUMetric
from .visualizer import NamedSegVisualizer

__all__ = ['NamedSegVisualizer', 'StreamIoUMetric']
