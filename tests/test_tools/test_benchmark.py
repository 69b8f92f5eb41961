"""The benchmark compares what can be compared, and writes sound numbers."""
import json
import math

import pytest
import torch
from conftest import load_tool
from torch.nn.modules.batchnorm import _BatchNorm

from cen_mm.layers import exchangeable_norms

benchmark = load_tool('analysis_tools/benchmark.py')
_steps = load_tool('analysis_tools/_steps.py')
_contestants = load_tool('analysis_tools/_contestants.py')
M = 2


@pytest.fixture(scope='module')
def entries():
    x = torch.rand(2 * M, 3, 64, 64)
    return {
        name: build(50, x, M)
        for name, build in benchmark.contestants('resnet', []).items()
    }


@torch.no_grad()
def test_folded_and_loop_compute_the_same(entries):
    (folded_net, x), (loop_net, xs) = entries['folded'], entries['loop']
    folded, loop = folded_net(x), loop_net(xs)  # statistics of the batch
    assert len(folded) == 4
    for stage, streams in enumerate(loop):
        torch.testing.assert_close(folded[stage],
                                   torch.stack(streams, 1).flatten(0, 1))


def test_a_share_of_the_channels_is_exchanged(entries):
    rules = [norm for _, norm in exchangeable_norms(entries['folded'][0])
             if norm.exchange is not None]
    replaced = torch.cat([
        norm.exchange.replaced(norm.gamma).flatten() for norm in rules])
    assert len(rules) == 16
    assert abs(replaced.float().mean() - _contestants.EXCHANGED) < 0.03


def test_contestants_differ_in_norm_parameters_alone(entries):
    size = {
        name: sum(p.numel() for p in net.parameters())
        for name, (net, _) in entries.items()
    }
    norms = sum(
        p.numel() for module in entries['floor'][0].modules()
        if isinstance(module, _BatchNorm) for p in module.parameters())
    assert size['folded'] == size['loop'] == size['floor'] + (M - 1) * norms


@pytest.mark.parametrize('name, taps', [('concat_all', lambda c: 2 * c * c), (
    'self_attention_all', lambda c: 9 * (2 * c * c // 16 * 2 + 2 * c * c))])
def test_fusions_cost_their_own_convolutions(entries, name, taps):
    net, x = _contestants.FUSIONS[name](50, entries['floor'][1], M)
    extra = sum(
        2 * len(x) * (16 // 2**i)**2 * taps(256 * 2**i) for i in range(4))
    floor = _steps.flops(*entries['floor'])
    assert floor == _steps.flops(*entries['folded'])
    assert _steps.flops(net, x) == floor + extra


def test_peak_memory_counts_what_lives_at_once():
    def step():
        first = torch.empty(2**20)
        del first
        second, third = torch.empty(2**20), torch.empty(2**20)
        del second, third

    assert _steps.peak_memory(step, cuda=False) == pytest.approx(8)


def run(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['benchmark.py', *args])
    benchmark.main()


def test_rows_are_finite_and_positive(monkeypatch, tmp_path, capsys, entries):
    monkeypatch.setattr(
        benchmark, 'contestants', lambda *_: {
            name: lambda *_, entry=entry: entry
            for name, entry in entries.items()
        })
    out = tmp_path / 'out.json'
    run(monkeypatch, '--device', 'cpu', '--size', '64x64', '--iters', '1',
        '--warmup', '0', '--statistics', 'batch', '--json', str(out))
    result = json.loads(out.read_text())
    assert [(row['mode'], row['contestant']) for row in result['rows']] == [
        (mode, name) for mode in ('train', 'infer') for name in entries]
    for row in result['rows']:
        numbers = [*row['ms'], *row['time_to_floor'], row['mib'],
                   row['memory_to_floor'], row['faster_than_loop'],
                   row['flops_to_floor']]
        assert all(math.isfinite(n) and n > 0 for n in numbers)
        if row['contestant'] == 'floor':
            assert row['time_to_floor'] == [1.] * 3
            assert row['memory_to_floor'] == 1.
        if row['contestant'] == 'loop':
            assert row['faster_than_loop'] == 1.
    assert result['environment']['torch'] == torch.__version__
    printed = capsys.readouterr().out
    assert '| resnet50 | infer | fp32 | running | folded |' in printed


@pytest.mark.parametrize('size', ['192', '192,256', '32x256', '-64x64'])
def test_wrong_size(monkeypatch, capsys, size):
    with pytest.raises(SystemExit):
        run(monkeypatch, f'--size={size}')
    error = capsys.readouterr().err
    assert f"'{size}' is no HEIGHTxWIDTH of at least 64x64" in error


def test_wrong_depth(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, '--depth', '101', '18')
    assert ('--depth 18 is none of (50, 101, 152) of --network resnet'
            in capsys.readouterr().err)


@pytest.mark.parametrize('field', ['batch', 'modalities', 'iters'])
def test_wrong_count(monkeypatch, capsys, field):
    with pytest.raises(SystemExit):
        run(monkeypatch, f'--{field}', '0')
    assert f'--{field} must be at least 1' in capsys.readouterr().err
