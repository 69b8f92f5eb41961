"""NYUDv2 itself, where it lies beside the clone; else it is skipped."""
import shutil
import subprocess
import sys

import pytest
import torch
from mmengine import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DATASETS, DefaultScope
from mmseg.registry import MODELS
from pages import ROOT

from cen_mm.converters.datasets.nyudv2 import verify

SOURCE = ROOT.parent / 'shared/nyudv2'
COUNTS = dict(train=4, val=2)
SIZE = '117x156'

pytestmark = pytest.mark.skipif(
    not (SOURCE / 'prepare.py').is_file(),
    reason='NYUDv2 is not at ../shared/nyudv2')


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    """A quarter of the size of some images, by the script beside them."""
    root = tmp_path_factory.mktemp('nyudv2')
    few, out = root / 'few', root / 'quarter'
    for folder in ('rgb', 'depth', 'label'):
        (few / folder).mkdir(parents=True)
    shutil.copy(SOURCE / 'prepare.py', few)
    for split, count in COUNTS.items():
        names = (SOURCE / f'{split}.txt').read_text().split()[:count]
        (few / f'{split}.txt').write_text('\n'.join(names))
        for name in names:
            for file in (f'rgb/{name}.jpg', f'depth/{name}.png',
                         f'label/{name}.png'):
                shutil.copy(SOURCE / file, few / file)
    subprocess.run([sys.executable, few / 'prepare.py', out, '4'], check=True)
    return out


def test_it_is_sound(tree):
    report = verify(tree, COUNTS)
    assert not report.problems, str(report)
    assert report.contents == {
        ('rgb', SIZE, 'uint8'): 6, ('masks', SIZE, 'uint8'): 6,
        ('depth', SIZE, 'uint16'): 6}


def test_some_steps_lower_the_loss(tree):
    """Of a batch that stays, from random weights."""
    pytest.importorskip('timm', reason='needs the extra timm')
    cfg = Config.fromfile(ROOT / 'configs/nyudv2_lite/cen.py')
    cfg.model.backbone.init_cfg = None
    # Random weights have statistics of their own.
    cfg.model.norm_eval = False
    dataset = dict(cfg.train_dataloader.dataset, data_root=str(tree))
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset, net = DATASETS.build(dataset), MODELS.build(cfg.model)
        assert len(dataset) == COUNTS['train']
        optim = build_optim_wrapper(net, cfg.optim_wrapper)
        data = pseudo_collate([dataset[i] for i in range(len(dataset))])
    net.train()
    losses = [net.train_step(data, optim)['loss'] for _ in range(5)]
    assert torch.stack(losses).isfinite().all()
    assert losses[-1] < 0.9 * losses[0], losses
