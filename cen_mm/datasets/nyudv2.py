"""NYU Depth v2, and SUN RGB-D with its classes."""
import os
import os.path as osp
from typing import Optional

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


PALETTE = [bit_colour(index + 1) for index in range(len(CLASSES))]


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
        img_suffix (str, optional): Suffix of the images. Defaults to that of
            the files that are there, '.png' or '.jpg'.
        kwargs: As of :class:`MultimodalSegDataset`.

    Raises:
        ValueError: If there are images of both suffixes and none is chosen.
    """
    METAINFO = dict(classes=CLASSES, palette=PALETTE)

    def __init__(self, img_suffix: Optional[str] = None, **kwargs) -> None:
        if img_suffix is None:
            img_suffix = image_suffix(osp.join(
                kwargs.get('data_root') or '',
                kwargs.get('data_prefix', {}).get('img_path') or ''))
        super().__init__(img_suffix=img_suffix, **kwargs)


def image_suffix(folder: str) -> str:
    """Suffix of the images below a folder, '.png' if there is none.

    Args:
        folder (str): Of the images.

    Raises:
        ValueError: If there are '.png' and '.jpg'.
    """
    files = sorted(file for _, _, files in os.walk(folder, followlinks=True)
                   for file in files)
    found = {
        osp.splitext(file)[1]: file for file in files
        if file.endswith(('.png', '.jpg'))
    }
    if len(found) > 1:
        raise ValueError(
            f'{folder} holds both {" and ".join(found.values())}: set '
            "img_suffix='.png' or img_suffix='.jpg' of the data set")
    return next(iter(found), '.png')


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
    METAINFO = dict(classes=CLASSES[:37], palette=PALETTE[:37])

    def __init__(self, img_suffix: str = '.jpg', **kwargs) -> None:
        super().__init__(img_suffix=img_suffix, **kwargs)
