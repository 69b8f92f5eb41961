"""tools/analysis_tools/get_flops.py, by its command line."""
import re

import pytest
from conftest import TOOLS

TOOL = 'analysis_tools/get_flops.py'
ROOMS = TOOLS.parent / 'configs/cen/refinenet_r18_rooms.py'


def test_figures_of_a_config(run_tool):
    out = run_tool(TOOL, ROOMS, '--shape', 64, '--cfg-options',
                   'model.decode_head.num_classes=2')
    assert '2 modalities, 64 x 64' in out
    # 11 classes of 24 x 3 x 3 weights and a bias less than 1.331727 M.
    assert re.search(r'Params: 1\.329 M\n +shared: 1\.325 M\n +private: 0\.0',
                     out)


def test_time_is_measured_where_it_is_asked_for(run_tool):
    out = run_tool(TOOL, ROOMS, '--shape', 32, '--latency', '--device', 'cpu',
                   '--batch', 2, '--rounds', 3, '--warmup', 1)
    assert 'Timed: 3 rounds of 2 samples, cpu' in out
    assert {'device', 'threads', 'torch', 'commit', 'command'} <= {
        line.split(':')[0] for line in out.splitlines()}
    shares = [float(share) for share in re.findall(r'([\d.]+)% \|', out)]
    assert len(shares) == 13 and shares[-1] == 100
    assert all(share > 0 for share in shares[:10])


@pytest.mark.parametrize('args, words', [
    (('none.py', ), 'none.py is not there'),
    ((ROOMS, '--shape', 1, 2, 3), 'neither HEIGHT WIDTH'),
    ((ROOMS, '--rounds', 0), '--rounds must be at'),
    ((ROOMS, '--batch', 0), '--batch must be at'),
    ((ROOMS, '--warmup', -1), '--warmup must be at'),
    ((ROOMS, '--cfg-options', 'model.data_preprocessor.size=None'),
     'rooms.*size is not set.*--shape'),
])
def test_errors(run_tool, args, words):
    with pytest.raises(SystemExit, match=words):
        run_tool(TOOL, *args)
