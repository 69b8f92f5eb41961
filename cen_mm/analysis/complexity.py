"""Old import path of :mod:`cen_mm.analysis.cost.complexity`."""
from .cost.complexity import (  # noqa: F401
    Complexity,
    build,
    count_parameters,
    default_shape,
    measure,
)
