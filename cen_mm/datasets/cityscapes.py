"""Cityscapes with its disparity."""
from typing import Dict, Optional

from mmseg.datasets import CityscapesDataset
from mmseg.registry import DATASETS

from .multimodal import MultimodalSegDataset


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
        img_suffix (str): Suffix of the images. Defaults to
            '_leftImg8bit.png'.
        seg_map_suffix (str): Suffix of the labels. Defaults to
            '_gtFine_labelTrainIds.png'.
        suffixes (dict[str, str], optional): Suffix of every modality.
            Defaults to ``dict(depth='_disparity.png')``.
        kwargs: As of :class:`MultimodalSegDataset`.
    """
    METAINFO = CityscapesDataset.METAINFO

    def __init__(self,
                 img_suffix: str = '_leftImg8bit.png',
                 seg_map_suffix: str = '_gtFine_labelTrainIds.png',
                 suffixes: Optional[Dict[str, str]] = None,
                 **kwargs) -> None:
        super().__init__(
            img_suffix=img_suffix,
            seg_map_suffix=seg_map_suffix,
            suffixes=suffixes or dict(depth='_disparity.png'),
            **kwargs)
