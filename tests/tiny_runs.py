"""Two trained runs of each task, which tests of runs and sheets share."""
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import make_gammas
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, MODELS, DefaultScope
from PIL import Image
from tiny_nyudv2 import NAMES, write_nyudv2
from tiny_training import tiny_config

from cen_mm.layers import exchangeable_norms

RUNS = 'one', 'CEN'


@pytest.fixture(scope='session')
def rgbd(tmp_path_factory):
    """Three images whose light differs, one with labels that miss."""
    root = tmp_path_factory.mktemp('rgbd')
    data = write_nyudv2(root / 'data')
    shutil.copy(root / 'data/train.txt', root / 'data/val.txt')
    data.masks[1][2:14, 2:20] = 255
    Image.fromarray(data.masks[1]).save(root / f'data/masks/{NAMES[1]}.png')
    for share, rgb, name in zip((0.6, 1, 0.4), data.rgb, NAMES):
        rgb[:] = share * rgb
        Image.fromarray(rgb).save(root / f'data/rgb/{name}.png')
    cfg = tiny_config(root / 'data', root)
    return SimpleNamespace(root=root, data=data, cfg=cfg,
                           predictions=save_runs(root, cfg, 'pred_sem_seg'))


@pytest.fixture(scope='session')
def rooms(tmp_path_factory):
    """Three views whose light, that of the target, differs."""
    from tiny_translation import NAMES, prepare
    root = tmp_path_factory.mktemp('rooms')
    torch.manual_seed(0)
    cfg = prepare(root)
    for share, name in zip((0.9, 0.5, 1), NAMES):
        path = root / f'rooms/rgb/{name}.png'
        rgb = share * np.array(Image.open(path))
        Image.fromarray(rgb.astype(np.uint8)).save(path)
    return SimpleNamespace(root=root, cfg=cfg,
                           predictions=save_runs(root, cfg, 'pred_img'))


def save_runs(root, cfg, field):
    """Write two checkpoints, not far from each other, beside their configs.

    Returns:
        dict[str, list[dict[str, np.ndarray]]]: By run, image and stream what
        the model predicts without any of our tools.
    """
    predictions = {}
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        net = MODELS.build(cfg.model)
        for _, norm in exchangeable_norms(net):
            make_gammas(norm)
        for name in RUNS:
            (root / name).mkdir()
            cfg.dump(root / name / 'config.py')
            torch.save(dict(meta=dict(cfg=cfg.pretty_text),
                            state_dict=net.state_dict()),
                       root / name / 'net.pth')
            predictions[name] = []
            for data in dataset:
                torch.manual_seed(0)  # of the config
                with torch.no_grad():
                    sample = net.eval().test_step(pseudo_collate([data]))[0]
                predictions[name].append({
                    key[len(field):].strip('_') or 'ensemble': np.array(
                        getattr(sample, key).data).squeeze()
                    for key in sample.all_keys() if key.startswith(field)})
            with torch.no_grad():
                for weight in net.parameters():
                    weight *= 1 + 0.2 * torch.randn_like(weight)
    return predictions
