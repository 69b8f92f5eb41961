"""Old import path of :mod:`cen_mm.analysis.held_out`."""
from .held_out import (  # noqa: F401
    batch_of_one,
    check_folder,
    check_truth,
    held_out_set,
)
