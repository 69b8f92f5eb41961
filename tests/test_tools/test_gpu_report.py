"""The report on a GPU, in a tiny form on a CPU."""
import json

import numpy as np
import pytest
import torch
from test_parity import small_cen
from torch import nn

from cen_mm.analysis.cost import gpu_report, gpu_sections
from cen_mm.layers.exchange import exchange_by_gather, exchange_by_where


def test_every_section_on_a_cpu(tmp_path, run_tool):
    out = tmp_path / 'gpu.md'
    run_tool('analysis_tools/gpu_report.py', '--tiny', '--device', 'cpu',
             '--out', out)
    page = out.read_text()
    assert 'Failed' not in page and '**No GPU was there.**' in page
    sections = json.loads(out.with_suffix('.json').read_text())['sections']
    assert list(sections) == list(gpu_report.SECTIONS)
    not_run = {name for name, section in sections.items()
               if 'not_run' in section['rows'][0]}
    assert not_run == {'Tests', 'Losses on GPU and CPU'}
    rows = {name: section['rows'] for name, section in sections.items()}
    assert rows['Graph breaks of the folded network'] == [
        dict(graphs=1, breaks=0)]
    assert len(rows['Training RefineNet']) == 2 * 3
    assert len(rows['The longest kernels']) == 10
    assert rows['PrivateSyncBN in a group of one'][0][
        'largest_difference'] < 1e-5
    assert [row['form'] for row in rows['Forms of the exchange']
            if row['choose']] in (['gather'], ['where'])


def test_a_section_that_fails_is_reported(tmp_path, monkeypatch):
    def fail(device, scale):
        raise RuntimeError('out of memory')

    monkeypatch.setattr(gpu_report, 'SECTIONS', dict(
        First=fail, Second=lambda device, scale: [dict(ms=1)]))
    page = gpu_report.gpu_report(str(tmp_path / 'gpu.md'), 'cpu', tiny=True)
    assert 'RuntimeError: out of memory' in page and '| 1 |' in page


def test_a_ratio_is_the_median_of_those_within_a_round(monkeypatch):
    """Not the ratio of the medians, which is 5 / 4."""
    monkeypatch.setattr(gpu_sections, 'networks_that_ship',
                        lambda *_: dict(floor=nn.Identity()))
    monkeypatch.setattr(gpu_sections, 'time_in_turns', lambda *_: dict(
        floor=np.array([2., 4., 8.]), deployed=np.array([5., 4., 16.])))
    floor, deployed = gpu_sections.shipped('cpu', gpu_sections.TINY)
    assert floor == dict(network='floor', ms=4., to_floor=1.)
    assert deployed == dict(network='deployed', ms=5., to_floor=2.)


def test_the_page_is_not_the_figures(run_tool):
    with pytest.raises(SystemExit, match='is the name of the figures'):
        run_tool('analysis_tools/gpu_report.py', '--out', 'gpu.json')


def test_the_whole_model_compiles_without_a_break():
    net = small_cen(50).eval()
    x = torch.randn(1, 6, 64, 64)
    with torch.no_grad():
        found = torch._dynamo.explain(net)(x, mode='tensor')
    assert found.graph_break_count == 0


@pytest.mark.parametrize('share', [0., 0.5, 1.])
def test_forms_of_the_exchange_agree(share):
    replaced = torch.rand(2, 6) < share
    results = []
    for form in (exchange_by_gather, exchange_by_where):
        x = torch.randn(
            4, 6, 5, 7, generator=torch.Generator().manual_seed(0),
            requires_grad=True)
        y = form(x, replaced)
        (y * torch.arange(y.numel()).view(y.shape)).sum().backward()
        results.append((y, x.grad))
    assert all(map(torch.equal, *results))
