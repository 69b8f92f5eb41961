"""A small NYUDv2 folder for tests."""
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image

CONFIG = Path(__file__).parents[1] / 'configs/cen/refinenet_r50_nyudv2.py'
NAMES = ('000003', '000004', '000005')
SIZE = 24, 30


def write_nyudv2(root):
    """Three samples exactly as the paper's authors hand them out.

    The depth is larger than the image, and a sample's depth tells its number
    and the pixel's coordinates, as does the label: what belongs together can
    be checked behind any geometry. Written by Pillow, which our loaders of
    images do not use.
    """
    rng = np.random.default_rng(0)
    (height, width), (top, left) = SIZE, (2, 3)
    data = SimpleNamespace(root=root, names=NAMES, rgb=[], depth=[], masks=[])
    for number, name in enumerate(NAMES):
        rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
        y, x = np.mgrid[-top:height + top, -left:width + left + 1]
        depth = (10000 * (number + 1) + 64 * (y + top) + x + left).astype(
            np.uint16)
        mask = label_of(depth)[top:top + height, left:left + width].copy()
        for folder, array in (('rgb', rgb), ('depth', depth),
                              ('masks', mask)):
            path = root / folder / f'{name}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(path)
        data.rgb.append(rgb)
        data.depth.append(depth[top:top + height, left:left + width])
        data.masks.append(mask)
    lines = [f'rgb/{n}.png\tmasks/{n}.png\tdepth/{n}.png\n' for n in NAMES]
    (root / 'train.txt').write_text(''.join(lines))
    (root / 'val.txt').write_text(''.join(lines[:2]))
    return data


def label_of(depth):
    """The label of a pixel, from its depth."""
    return (depth.astype(int) * 7 // 3 % 40).astype(np.uint8)
