"""Metrics, registered in mmseg."""
from .stream_iou import StreamIoUMetric

__all__ = ['StreamIoUMetric']
