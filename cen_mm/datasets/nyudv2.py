"""NYU Depth v2."""
from mmseg.registry import DATASETS

from .multimodal import MultimodalSegDataset

CLASSES = ('wall', 'floor', 'cabinet', 'bed', 'chair', 'sofa', 'table', 'door',
           'window', 'bookshelf', 'picture', 'counter', 'blinds', 'desk',
           'shelves', 'curtain', 'dresser', 'pillow', 'mirror', 'floor mat',
           'clothes', 'ceiling', 'books', 'refrigerator', 'television',
           'paper', 'towel', 'shower curtain', 'box', 'whiteboard', 'person',
           'night stand', 'toilet', 'sink', 'lamp', 'bathtub', 'bag',
           'otherstructure', 'otherfurniture', 'otherprop')


def bit_colour(index: int) -> list:
    """The PASCAL VOC colour of a class: its bits, in turn, in R, G and B."""
    return [
        sum(((index >> (3 * bit + channel)) & 1) << (7 - bit)
            for bit in range(8)) for channel in range(3)
    ]


@DATASETS.register_module()
class NYUDv2Dataset(MultimodalSegDataset):
    """NYU Depth v2 with 40 classes: 795 training and 654 test images.

    ``tools/dataset_converters/nyudv2.py`` writes the tree from the official
    files; the ready-made folder of the paper's authors serves too::

        data/nyudv2/rgb/000003.png      8 bits, 468 x 625
                    depth/000003.png    16 bits, 1/5000 m; in the authors'
                                        folder not yet cropped
                    masks/000003.png    0 to 39, 255 is ignored
                    train.txt val.txt

    Args:
        kwargs: As of :class:`MultimodalSegDataset`.
    """
    METAINFO = dict(
        classes=CLASSES,
        palette=[bit_colour(index + 1) for index in range(len(CLASSES))])
