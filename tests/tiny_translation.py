"""A translation config for tests, and the files that it reads."""
from pathlib import Path

import numpy as np
import torch
from conftest import make_gammas
from mmagic.registry import MODELS
from mmengine.config import Config
from mmengine.registry import DefaultScope
from PIL import Image

from cen_mm.layers import exchangeable_norms

CONFIGS = Path(__file__).parents[1] / 'configs'
NAMES = ('00003', '50001', '50002')
SIZE = 48, 60


def write_rooms(root):
    """Noise in the folders and the types of rendered rooms."""
    rng = np.random.default_rng(0)
    for name in NAMES:
        write(root, 'rgb', name, rng.integers(0, 256, (*SIZE, 3), np.uint8))
        write(root, 'reshading', name, rng.integers(0, 256, SIZE, np.uint8))
        write(root, 'edge_texture', name,
              rng.integers(0, 65536, SIZE, np.uint16))
    for split in ('train', 'val'):
        (root / f'{split}.txt').write_text('\n'.join(NAMES))
    return root


def write(root, domain, name, array):
    path = root / domain / f'{name}.png'
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def rooms_config(root):
    """Shade and texture to RGB of ``root/rooms``, with few channels."""
    cfg = Config.fromfile(
        CONFIGS / 'translation/cen/shade-texture2rgb_rooms.py')
    cfg.model.generator.base_channels = 4
    cfg.model.discriminator.base_channels = 4
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        cfg[loader].dataset.data_root = str(root / 'rooms')
        cfg[loader].num_workers = 0
    return Config(cfg.to_dict(), format_python_code=False)


def prepare(root):
    """Files, config and a checkpoint whose channels exchange, in a folder."""
    write_rooms(root / 'rooms')
    cfg = rooms_config(root)
    cfg.dump(root / 'rooms.py')
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = MODELS.build(cfg.model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    torch.save(dict(meta=dict(cfg=cfg.pretty_text),
                    state_dict=net.state_dict()), root / 'rooms.pth')
    return cfg


def prepared(root, name):
    """Input of the network and target, ``(6 | 3, 64, 64)`` in 0 to 255."""
    paths = {d: root / f'rooms/{d}/{name}.png'
             for d in ('reshading', 'edge_texture', 'rgb')}
    arrays = {d: np.array(Image.open(path)) for d, path in paths.items()}
    edges = arrays['edge_texture'].astype(np.float64)
    edges = np.floor(np.minimum(255 * edges / 32768, 255))
    arrays['edge_texture'] = edges.astype(np.uint8)
    small = []
    for array in arrays.values():
        colours = Image.fromarray(array).convert('RGB')
        colours = colours.resize((64, 64), Image.Resampling.BILINEAR)
        small.append(torch.from_numpy(np.array(colours)).permute(2, 0, 1))
    return torch.cat(small[:2]).float(), small[2].float()
