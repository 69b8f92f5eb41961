"""Every tool answers --help without importing anything heavy."""
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / 'tools'
NAMES = sorted(p.relative_to(TOOLS).as_posix() for p in TOOLS.rglob('*.py'))
HEAVY = ('cen_mm', 'cv2', 'matplotlib', 'mmengine', 'mmseg', 'numpy', 'torch')


def test_there_are_no_private_modules():
    assert len(NAMES) > 15
    assert not [name for name in NAMES if Path(name).name.startswith('_')]


@pytest.mark.parametrize('name', NAMES)
def test_help(name, monkeypatch, capsys):
    for module in list(sys.modules):
        if module.split('.')[0] in HEAVY:
            monkeypatch.delitem(sys.modules, module)
    for module in HEAVY:
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr('sys.argv', [name, '--help'])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(TOOLS / name), run_name='__main__')
    assert end.value.code == 0
    assert 'usage: ' in capsys.readouterr().out


def test_the_tests_say_how_to_run_them_before_they_install(tmp_path):
    """Without env.sh, which would install."""
    shutil.copy(TOOLS / 'run_tests.sh', tmp_path)
    run = subprocess.run(['bash', tmp_path / 'run_tests.sh', '--help'],
                         capture_output=True, text=True, check=True)
    assert '[--newest] [options of pytest]' in run.stdout
