"""Tiny weights that are published as those that come with cen_mm."""
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine import Config
from mmengine.runner import CheckpointLoader
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE

from cen_mm import pretrained

UNIT = 0.0002  # metres a step of NYUDv2's depth
LICENCE = 'weights: none', 'data: written by a test'


@pytest.fixture(scope='session')
def published(rgbd, tmp_path_factory):
    """The tiny CEN as 'tiny', beside its data with depth already cropped."""
    pytest.importorskip('safetensors', reason='needs the extra timm')
    from cen_mm.converters.checkpoints.publish import publish
    root = tmp_path_factory.mktemp('published')
    shutil.copytree(rgbd.root / 'data', root / 'data')
    for name, depth in zip(NAMES, rgbd.data.depth):
        Image.fromarray(depth).save(root / f'data/depth/{name}.png')
    cfg = Config.fromfile(rgbd.root / 'CEN/config.py')
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.dataset.data_root = str(root / 'data')
    cfg.dump(root / 'config.py')
    checkpoint = rgbd.root / 'CEN/net.pth'
    schemes = dict(CheckpointLoader._schemes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pretrained, 'WEIGHTS', root / 'weights')
        said = publish(str(root / 'config.py'), str(checkpoint), 'tiny',
                       SIZE[::-1], dict(depth=UNIT), LICENCE)
    CheckpointLoader._schemes = schemes
    return SimpleNamespace(
        root=root, config=root / 'config.py', checkpoint=checkpoint,
        medians=[float(np.median(depth)) for depth in rgbd.data.depth],
        said=said)


@pytest.fixture
def weights(published, tmp_path, monkeypatch):
    """A folder of weights of its own, of which mmengine knows the names."""
    folder = tmp_path / 'weights'
    shutil.copytree(published.root / 'weights', folder)
    monkeypatch.setattr(pretrained, 'WEIGHTS', folder)
    monkeypatch.setattr(CheckpointLoader, '_schemes',
                        dict(CheckpointLoader._schemes))
    pretrained.register_pretrained()
    return folder
