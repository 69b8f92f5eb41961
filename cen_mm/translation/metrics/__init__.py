from .distribution_metric import StreamDistributionMetric
from .feature_nets import EfficientNetLite0, FIDInception
from .image_metric import StreamImageMetric

__all__ = [
    'EfficientNetLite0', 'FIDInception', 'StreamDistributionMetric',
    'StreamImageMetric'
]
