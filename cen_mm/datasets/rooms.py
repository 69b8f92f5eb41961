"""Rendered rooms."""
from mmseg.registry import DATASETS

from ..rooms import CLASSES, PALETTE
from .multimodal import MultimodalSegDataset


@DATASETS.register_module()
class RoomsDataset(MultimodalSegDataset):
    """Rendered rooms with 13 classes, see ``docs/rooms.md``.

    ``tools/dataset_converters/rooms.py`` renders the tree: one folder per
    domain (``rgb``, ``sensor_depth``, ``depth``, ``normal`` ...), ``label``,
    ``train.txt`` and ``val.txt``.

    Args:
        kwargs: As of :class:`MultimodalSegDataset`.
    """
    METAINFO = dict(classes=CLASSES, palette=PALETTE)
