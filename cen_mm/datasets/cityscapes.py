"""Cityscapes with its disparity."""
from mmseg.datasets import CityscapesDataset
from mmseg.registry import DATASETS

from .multimodal import MultimodalSegDataset

SUFFIXES = dict(
    img_suffix='_leftImg8bit.png',
    seg_map_suffix='_gtFine_labelTrainIds.png',
    suffixes=dict(depth='_disparity.png'))


@DATASETS.register_module()
class CityscapesRGBDDataset(MultimodalSegDataset):
    """Cityscapes with 19 classes: 2,975 training and 500 validation images.

    The tree is the official one;
    ``tools/dataset_converters/cityscapes.py`` adds the last file::

        data/cityscapes/
            leftImg8bit/<split>/<city>/<stem>_leftImg8bit.png
            disparity/<split>/<city>/<stem>_disparity.png
            gtFine/<split>/<city>/<stem>_gtFine_labelTrainIds.png

    All images of ``data_prefix['img_path']`` are used. A disparity ``d`` in
    pixels is stored as ``256 d + 1`` in 16 bits, 0 where there is none; it is
    decoded by mean and std of the data preprocessor.

    Args:
        kwargs: As of :class:`MultimodalSegDataset`; the suffixes default to
            those above.
    """
    METAINFO = CityscapesDataset.METAINFO

    def __init__(self, **kwargs) -> None:
        super().__init__(**{**SUFFIXES, **kwargs})
