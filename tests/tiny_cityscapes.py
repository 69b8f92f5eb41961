"""A small Cityscapes folder for tests, as the official zips unpack."""
from types import SimpleNamespace

import numpy as np
from PIL import Image

STEMS = dict(
    train=('aachen/aachen_000000_000019', 'ulm/ulm_000093_000019'),
    val=('munster/munster_000173_000019', ))
# Name, id and training id in the official order of ids.
TABLE = '''unlabeled 0 255, ego_vehicle 1 255, rectification_border 2 255,
out_of_roi 3 255, static 4 255, dynamic 5 255, ground 6 255, road 7 0,
sidewalk 8 1, parking 9 255, rail_track 10 255, building 11 2, wall 12 3,
fence 13 4, guard_rail 14 255, bridge 15 255, tunnel 16 255, pole 17 5,
polegroup 18 255, traffic_light 19 6, traffic_sign 20 7, vegetation 21 8,
terrain 22 9, sky 23 10, person 24 11, rider 25 12, car 26 13, truck 27 14,
bus 28 15, caravan 29 255, trailer 30 255, train 31 16, motorcycle 32 17,
bicycle 33 18'''
TRAIN_ID = np.array([int(row.split()[2]) for row in TABLE.split(',')])
SIZE = 32, 64


def path_of(root, folder, split, stem, suffix):
    """Where the official layout has a file."""
    return root / folder / split / f'{stem}_{suffix}.png'


def write_cityscapes(root):
    """Two training samples and one to validate.

    Returns:
        SimpleNamespace: ``root`` and, by split, lists of the arrays ``rgb``,
        ``disparity`` in pixels (NaN where there is none) and ``ids``.
    """
    rng = np.random.default_rng(0)
    data = SimpleNamespace(root=root, rgb={}, disparity={}, ids={})
    for split, stems in STEMS.items():
        data.rgb[split], data.disparity[split] = [], []
        data.ids[split] = []
        for stem in stems:
            rgb = rng.integers(0, 256, (*SIZE, 3), np.uint8)
            # In steps of 1/256 px, as much as 16 bits hold.
            disparity = rng.integers(0, 127 * 256, SIZE) / 256
            disparity[rng.random(SIZE) < 0.2] = np.nan
            disparity[0, :2] = 0, 126.5
            official = np.where(np.isnan(disparity), 0, disparity * 256 + 1)
            ids = rng.integers(0, 34, SIZE).astype(np.uint8)
            for folder, suffix, array in (
                    ('leftImg8bit', 'leftImg8bit', rgb),
                    ('disparity', 'disparity', official.astype(np.uint16)),
                    ('gtFine', 'gtFine_labelIds', ids),
                    ('gtFine', 'gtFine_color', rgb)):
                path = path_of(root, folder, split, stem, suffix)
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array).save(path)
            data.rgb[split].append(rgb)
            data.disparity[split].append(disparity)
            data.ids[split].append(ids)
    return data
