"""The tools tell their options without importing what they work with."""
import subprocess
import sys

import pytest
from conftest import TOOLS

PROGRAM = '''
import runpy, sys
sys.argv[1:] = ['--help']
try:
    runpy.run_path(sys.argv[0], run_name='__main__')
finally:
    heavy = {'cen_mm', 'cv2', 'matplotlib', 'mmengine', 'numpy', 'torch'}
    print('imported:', *heavy & set(sys.modules))
'''


@pytest.mark.parametrize('name', [
    'benchmark', 'benchmark_pipeline', 'compare_sheet', 'contact_sheet',
    'get_flops', 'sweep', 'sweep_plot'])
def test_help_imports_nothing_heavy(name):
    path = TOOLS / f'analysis_tools/{name}.py'
    done = subprocess.run(
        [sys.executable, '-c', 'import sys; sys.argv[0] = sys.argv.pop(1)\n'
         + PROGRAM, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(f'usage: {name}.py')
    assert done.stdout.endswith('imported:\n')
