"""Every tool answers --help without importing anything heavy."""
import runpy
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
