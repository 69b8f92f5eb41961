"""What an installation brings along, and what it asks for."""
import re
import shutil
import subprocess
import sys
import tarfile
from configparser import ConfigParser

import pytest
import yaml
from mmengine import Config
from pages import ROOT


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """The package as a wheel has it."""
    target = tmp_path_factory.mktemp('built')
    subprocess.run(
        [sys.executable, 'setup.py', '-q', 'build_py', '--build-lib', target],
        cwd=ROOT, check=True, capture_output=True)
    return target / 'cen_mm'


def files(folder, pattern='*'):
    return {path.relative_to(folder) for path in folder.rglob(pattern)
            if path.is_file() and '__pycache__' not in path.parts}


def test_configs_and_tools_are_in_it(built):
    mim = built / '.mim'
    assert files(mim / 'configs') == files(ROOT / 'configs')
    assert files(mim / 'tools', '*.py') == files(ROOT / 'tools', '*.py')
    assert {path.name for path in files(mim / 'tools', '*.sh')} == {
        'dist_test.sh', 'dist_train.sh', 'slurm_test.sh', 'slurm_train.sh'}
    assert (built / 'py.typed').is_file()
    assert (built / 'analysis/report/page.html').is_file()
    assert files(ROOT / 'cen_mm', '*.py') == files(built, '*.py') - {
        path.relative_to(built) for path in mim.rglob('*.py')}
    cfg = Config.fromfile(mim / 'configs/cen/refinenet_r18_rooms.py')
    assert cfg.model.type == 'CENSegmentor'


def test_weights_are_in_wheel_and_source(tmp_path):
    """Those of a copy of the clone, as any that will come."""
    clone = tmp_path / 'clone'
    shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(
        '.*', 'tests', 'docs', 'docker', 'work_dirs', 'data', '__pycache__'))
    names = {f'tiny{end}' for end in ('.safetensors', '.py', '.json', '.md')}
    (clone / 'cen_mm/weights').mkdir(exist_ok=True)
    for name in names:
        (clone / 'cen_mm/weights' / name).write_text('')
    subprocess.run(
        [sys.executable, 'setup.py', '-q', 'build_py', '--build-lib',
         tmp_path / 'wheel', 'sdist', '--formats', 'gztar', '--dist-dir',
         tmp_path / 'source'], cwd=clone, check=True, capture_output=True)
    shipped = {path.name for path in (ROOT / 'cen_mm/weights').glob('*.*')}
    wheel = tmp_path / 'wheel/cen_mm/weights'
    assert {path.name for path in wheel.iterdir()} == names | shipped
    archive, = (tmp_path / 'source').iterdir()
    with tarfile.open(archive) as file:
        packed = {name.rpartition('/')[2] for name in file.getnames()
                  if '/cen_mm/weights/' in name}
    assert packed == names | shipped


def test_the_index_names_configs_that_are_there(built):
    index = yaml.safe_load((built / '.mim/model-index.yml').read_text())
    names = [model['Name'] for model in index['Models']]
    assert len(set(names)) == len(names) > 50
    for model in index['Models']:
        assert (built / '.mim' / model['Config']).is_file()
    model, = (m for m in index['Models'] if m['Config'].endswith(
        'cen/refinenet_r18_rooms.py'))
    assert model['Metadata'] == {
        'Training Data': 'Rooms', 'Epochs': 5, 'Batch Size': 4,
        'Parameters (M)': 1.332}
    assert model['Results']['Metrics']['mIoU'] == 49.8


def test_what_the_runtime_needs_is_what_the_page_installs():
    distributions = dict(cv2='opencv-python-headless', PIL='Pillow')
    imported = set()
    for path in (ROOT / 'cen_mm/runtime').glob('*.py'):
        imported |= {name for name in re.findall(
            r'^ *(?:import|from) ([A-Za-z]\w*)', path.read_text(), re.M)}
    imported -= {*sys.stdlib_module_names}
    line, = re.findall(r'^ +pip install (numpy .*)$', (
        ROOT / 'docs/install.md').read_text(), re.M)
    assert {distributions.get(n, n) for n in imported} == set(line.split())


def test_neither_family_is_installed_over_the_other():
    """The forks bring the modules of the stock packages."""
    parser = ConfigParser()
    parser.read(ROOT / 'setup.cfg')

    def named(text):
        return set(re.findall(r'^([\w-]+)', text, re.M))

    stock = {'mmengine', 'mmsegmentation', 'mmcv', 'mmcv-lite', 'mmagic'}
    forks = {'onedl-mmengine', 'onedl-mmsegmentation'}
    extras = parser['options.extras_require']
    for name, text in extras.items():
        if name != 'openmmlab':
            assert not named(text) & stock, name
        if name != 'onedl':
            assert not named(text) & forks, name
    assert not named(parser['options']['install_requires']) & (stock | forks)
    assert named(extras['openmmlab']) >= stock - {'mmcv', 'mmagic'}
    assert named(extras['onedl']) >= forks
