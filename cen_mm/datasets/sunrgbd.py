"""SUN RGB-D."""
from mmseg.registry import DATASETS

from .multimodal import MultimodalSegDataset
from .nyudv2 import NYUDv2Dataset

NUM_CLASSES = 37


@DATASETS.register_module()
class SUNRGBDDataset(MultimodalSegDataset):
    """SUN RGB-D with 37 classes: 5,285 training and 5,050 test images.

    The classes are the first 37 of NYUDv2, in the same order and colours.
    ``tools/dataset_converters/sunrgbd.py`` writes the tree from the official
    files; sizes differ with the camera::

        data/sunrgbd/rgb/000001.jpg      8 bits
                     depth/000001.png    16 bits, millimetres
                     masks/000001.png    0 to 36, 255 is ignored
                     train.txt val.txt

    Args:
        img_suffix (str): Suffix of the images. Defaults to '.jpg'.
        kwargs: As of :class:`MultimodalSegDataset`.
    """
    METAINFO = dict(
        classes=NYUDv2Dataset.METAINFO['classes'][:NUM_CLASSES],
        palette=NYUDv2Dataset.METAINFO['palette'][:NUM_CLASSES])

    def __init__(self, img_suffix: str = '.jpg', **kwargs) -> None:
        super().__init__(img_suffix=img_suffix, **kwargs)
