"""Any row of segmentation, made small by rules that know no single config.

Every channel count is divided by the same power of two, so heads go on
fitting their backbones, and nothing is loaded from the network.
"""
import inspect
from pathlib import Path

import numpy as np
from mmengine import Config
from mmseg.registry import DATASETS, MODELS, TRANSFORMS
from PIL import Image

from cen_mm.analysis.zoo import read_rows

ROOT = Path(__file__).parents[1] / 'configs'
ROWS = {
    row.name: row for row in read_rows(ROOT)
    if 'translation' not in row.path.parts
}
SIZE = 49, 70
FEWEST = 3  # channels that a layer keeps; no more than those of an image


def shrunk_config(name):
    """The config of a row with a model for tests."""
    loaded = ROWS[name].load()
    shrink(loaded.model)
    # Formatting is what a runner would spend most of its time on.
    return Config(loaded.to_dict(), format_python_code=False)


def shrink(model):
    """Cut width and depth of the config of a model, in place."""
    nodes = []
    for node in dicts_of(model):
        node.pop('init_cfg', None)
        if node.get('depth', 0) > 50:
            node.depth = 50
        if 'num_blocks' in node:  # of an HRNet's stage
            node.update(num_modules=1, num_blocks=[1] * node.num_branches)
        if 'type' in node:
            node.update(defaults(MODELS.get(node.type), node))
        nodes.append(node)
    counts = [
        count for node in nodes for key, value in node.items()
        if key.endswith('channels') for count in numbers(value)
    ]
    factor = 2**int(np.log2(min(counts) / FEWEST))
    if model.backbone.type == 'TIMMBackbone':
        factor = 1  # its widths are in its name
    for node in nodes:
        for key, value in node.items():
            if key.endswith('channels') and numbers(value):
                small = [count // factor for count in numbers(value)]
                node[key] = small[0] if isinstance(value, int) else small
    # Images keep their odd sizes.
    model.data_preprocessor.update(size=None, size_divisor=1)


def dicts_of(node):
    """Every dict in a config, itself first."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from dicts_of(child)


def numbers(value):
    """The channel counts in a field, but not the three of an image."""
    values = [value] if isinstance(value, int) else value
    return [v for v in values if v > FEWEST]


def defaults(cls, given):
    """Channel counts of a constructor that the config leaves alone."""
    return {
        name: parameter.default
        for base in reversed(cls.__mro__) if '__init__' in vars(base)
        for name, parameter in inspect.signature(
            base.__init__).parameters.items()
        if name.endswith('channels') and name not in given
        and isinstance(parameter.default, int) and numbers(parameter.default)
    }


def write_files(cfg, root, names=('a', 'b'), size=SIZE):
    """Write what the data sets of a config read, and point them there.

    Random numbers of the type, in the folders and with the suffixes that
    data sets and pipelines ask for. Call it within the scope of mmseg.
    """
    rng = np.random.default_rng(0)
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        dataset = cfg[loader].dataset
        dataset.data_root = str(root)
        dataset.serialize_data = False  # collects garbage, for long lists
        built = DATASETS.build(dict(dataset, lazy_init=True))
        suffixes = dict(
            img_path=built.img_suffix,
            seg_map_path=built.seg_map_suffix,
            **{f'{k}_path': v for k, v in built.suffixes.items()})
        types = dict(img_path=np.dtype('uint8'))
        for step in dataset.pipeline:
            if step.type == 'LoadModality':
                loads = TRANSFORMS.build(step)
                types[f'{loads.modality}_path'] = loads.dtype
        for key, folder in built.data_prefix.items():
            for name in names:
                dtype = np.dtype(types.get(key, 'uint16'))
                if key == 'seg_map_path':
                    classes = len(built.metainfo['classes'])
                    array = rng.integers(0, classes, size, 'uint8')
                elif dtype == np.uint8:  # colours
                    array = rng.integers(0, 256, (*size, 3), dtype)
                else:  # one channel of a sensor
                    array = rng.integers(0, 5000, size).astype(dtype)
                path = Path(folder) / (name + suffixes.get(key, '.png'))
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.suffix == '.npy':
                    np.save(path, array)
                else:
                    Image.fromarray(array).save(path)
        if built.ann_file:
            Path(built.ann_file).write_text('\n'.join(names))
