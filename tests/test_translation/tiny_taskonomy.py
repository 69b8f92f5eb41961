"""Small trees of both data sets for tests, and data sets over them."""
from copy import deepcopy
from functools import lru_cache
from pathlib import Path

import numpy as np
from mmagic.registry import DATASETS
from mmengine.config import Config
from mmengine.registry import DefaultScope
from PIL import Image

import cen_mm.translation  # noqa: F401
from cen_mm.converters.datasets import rooms

CONFIGS = Path(__file__).parents[2] / 'configs/_base_/datasets'
SCALED = dict(depth_euclidean=11.1, depth_zbuffer=11.1, edge_occlusion=11584,
              edge_texture=11355)
GREY = ('segment_unsup2d', 'segment_unsup25d')
DOMAINS = ('rgb', 'normal', 'reshading', 'principal_curvature', *GREY,
           *SCALED)
VIEWS = ('point_7_view_2', 'point_40_view_11')
TASK = dict(modalities=('reshading', 'edge_texture'), target='rgb')


def path_of(root, domain, view=VIEWS[0]):
    return Path(root) / domain / f'{view}_domain_{domain}.png'


def write_building(root, size, domains=DOMAINS):
    """Two views in the sample building's format, smaller and of noise."""
    rng = np.random.default_rng(0)
    for view in VIEWS:
        for domain in domains:
            if domain in SCALED:
                array = rng.integers(0, 11355, size, np.uint16)
                if 'depth' in domain:
                    array[::4] = 65535  # is missing
            else:
                shape = size if domain in GREY else (*size, 3)
                array = rng.integers(0, 256, shape, np.uint8)
            path = path_of(root, domain, view)
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(array).save(path)
    for split in ('train', 'val'):
        write_list(root, split)
    return root


def write_rooms(root):
    """Two rendered rooms for each split."""
    rooms.convert(root, dict(train=2, val=2), height=24, width=32, workers=1)


def write_list(root, split, views=VIEWS):
    """As the official lists, whose last line does not end."""
    (root / f'{split}_domain.txt').write_text('\n'.join(
        f'{{domain}}/{view}_domain_{{domain}}.png' for view in views))


@lru_cache
def base(name):
    return Config.fromfile(CONFIGS / f'{name}.py')


def make(root, task=TASK, split='val', config='taskonomy', **steps):
    """A data set of the base config; steps change its transforms."""
    cfg = deepcopy(base(config)[f'{split}_dataloader'].dataset)
    # Serialising collects garbage, which takes long beside mmagic.
    cfg.update(task, data_root=str(root), serialize_data=False)
    for step in cfg.pipeline:
        step.update(steps.get(step.type, {}))
    with DefaultScope.overwrite_default_scope('mmagic'):
        return DATASETS.build(cfg)
