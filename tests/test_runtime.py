"""cen_mm.runtime, where neither torch nor OpenMMLab is installed."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import TOOLS
from PIL import Image
from tiny_nyudv2 import NAMES

OPENMMLAB = 'mmengine', 'mmcv', 'mmseg'
ALL = (*OPENMMLAB, 'mmagic', 'torch', 'torchvision', 'timm', 'matplotlib',
       'prettytable', 'jinja2', 'scipy', 'pandas', 'onnx', 'onnxscript')
# Lets a Python see no package of these names, and runs the rest.
HIDE = '''
import sys
class Hide:
    @staticmethod
    def find_spec(name, *_):
        if name.partition('.')[0] in {}:
            raise ModuleNotFoundError('hidden: ' + name, name=name)
sys.meta_path.insert(0, Hide)
'''


def python(code, *args, path=''):
    return subprocess.run(
        [sys.executable, '-c', code, *map(str, args)], capture_output=True,
        text=True, env={**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH':
                        os.pathsep.join([str(path), str(TOOLS.parent)])})


def pictures(folder):
    """Content by name."""
    return {path.relative_to(folder): path.read_bytes()
            for path in Path(folder).rglob('*.png')}


def test_labels_are_those_of_a_full_installation(rgbd, tmp_path, monkeypatch,
                                                 run_tool):
    for name in 'onnx', 'onnxruntime':
        pytest.importorskip(name, reason='needs the extra deploy')
    shutil.copytree(rgbd.root / 'data', tmp_path / 'data')
    for name, depth in zip(NAMES, rgbd.data.depth):
        Image.fromarray(depth).save(tmp_path / f'data/depth/{name}.png')
    monkeypatch.chdir(tmp_path)
    run_tool('export.py', rgbd.root / 'CEN/config.py',
             rgbd.root / 'CEN/net.pth', '--out', 'net.onnx', '--dynamic',
             '--legacy')
    args = ['--backend', 'onnxruntime', 'net.onnx', '--rgb', 'data/rgb',
            '--depth', 'data/depth', '--out']
    run_tool('infer.py', *args, 'full')
    full = pictures('full')
    assert len(full) == 2 * 3 * len(NAMES)
    for name, hidden in ('small', ALL), ('alone', ('mmseg', )):
        done = python(HIDE.format(hidden) + f'''
import runpy
runpy.run_path({str(TOOLS / 'infer.py')!r}, run_name='__main__')
''', *args, name)
        assert done.returncode == 0, done.stderr
        assert pictures(name) == full


@pytest.mark.parametrize('code', [
    'from cen_mm import CENSegmentor', 'import cen_mm.models',
    'import cen_mm; from cen_mm.apis.train import train',
    'import cen_mm.runtime.read_array, cen_mm.rooms'])
@pytest.mark.parametrize('hidden', [ALL, ('mmseg', )])
def test_all_else_says_what_to_install(code, hidden):
    done = python(HIDE.format(hidden) + code)
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f'ImportError: cen_mm needs {hidden[0]}: run "pip '
                           'install -e .[openmmlab]"')


def test_a_program_of_openmmlab_is_told_at_once():
    """As by custom_imports: else its models would not be found."""
    done = python(HIDE.format(['mmseg']) + 'import mmengine, cen_mm')
    assert 'ImportError: cen_mm needs mmseg: run' in done.stderr


def test_a_broken_mmseg_is_no_absent_one(tmp_path):
    (tmp_path / 'mmseg').mkdir()
    (tmp_path / 'mmseg/__init__.py').write_text(
        "raise ImportError('libGL.so.1 is not there')")
    done = python('import cen_mm', path=tmp_path)
    assert done.stderr.endswith('ImportError: libGL.so.1 is not there\n')
