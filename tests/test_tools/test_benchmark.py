"""The benchmark compares what can be compared, and writes sound numbers."""
import json
import math

import pytest
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from cen_mm.analysis.cost import contestants
from cen_mm.analysis.cost.step_time import count_flops, peak_memory, step_of
from cen_mm.layers import exchangeable_norms

M, DEPTH, WIDTH = 2, 6, 8
FUSIONS = {
    'concat_all': lambda c: 2 * c * c,
    'self_attention_all': lambda c: 9 * (2 * c * c // 16 * 2 + 2 * c * c)}


@pytest.fixture(scope='module')
def nets():
    x = torch.rand(2 * M, 3, 64, 64)
    return dict(resnet=contestants.resnets(50, x, M, FUSIONS),
                unet=contestants.unets(DEPTH, x, M, WIDTH))


def drop(net, share):
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = share


@torch.no_grad()
@pytest.mark.parametrize('network, training, dropout', [
    ('resnet', True, 0.), ('resnet', False, 0.),
    # The same layers have it.
    *(('unet', training, p) for training in (True, False) for p in (0., 1.))])
def test_folded_and_loop_compute_the_same(nets, network, training, dropout):
    (folded, x), (loop, xs) = (
        nets[network][name] for name in ('folded', 'loop'))
    for net in (folded, loop):
        net.train(training)
        drop(net, dropout)
    if network == 'resnet':
        ours = folded(x)
        theirs = [torch.stack(streams, 1).flatten(0, 1)
                  for streams in loop(xs)]
        assert len(ours) == 4
    else:
        ours, theirs = [folded(x)], [torch.cat(loop(xs), 1)]
        assert ours[0].std() > 1e-2
    torch.testing.assert_close(list(ours), theirs)


@torch.no_grad()
def test_folded_without_private_norms_and_exchange_is_the_floor(nets):
    from cen_mm.translation import CENUNetGenerator
    (net, xs), x = nets['unet']['floor'], nets['unet']['folded'][1]
    assert len(xs) == 1 and len(xs[0]) == M * len(x)
    folded = CENUNetGenerator(
        M, num_down=DEPTH, base_channels=WIDTH, exchange=None)
    folded.load_state_dict(
        {
            key.replace('norm.0.', 'norm.'): value
            for key, value in net.state_dict().items()
        }, strict=False)
    for each in (net, folded):
        each.train()
        drop(each, 0.)
    streams = folded(x)[:, :-3].unflatten(1, (M, 3)).flatten(0, 1)
    torch.testing.assert_close(streams, net(xs)[0], rtol=0, atol=1e-5)


@pytest.mark.parametrize('network, layers, off', [
    ('resnet', 16, 0.03), ('unet', DEPTH - 2, 0.06)])
def test_a_share_of_the_channels_is_exchanged(nets, network, layers, off):
    rules = [norm for _, norm in exchangeable_norms(nets[network]['folded'][0])
             if norm.exchange is not None]
    replaced = torch.cat([
        norm.exchange.replaced(norm.gamma).flatten() for norm in rules])
    assert len(rules) == layers
    assert abs(replaced.float().mean() - contestants.EXCHANGED) < off


def test_contestants_differ_in_norm_parameters_alone(nets):
    size = {
        name: sum(p.numel() for p in net.parameters())
        for name, (net, _) in nets['resnet'].items()
    }
    norms = sum(
        p.numel() for module in nets['resnet']['floor'][0].modules()
        if isinstance(module, _BatchNorm) for p in module.parameters())
    assert size['folded'] == size['loop'] == size['floor'] + (M - 1) * norms


@pytest.mark.parametrize('name', FUSIONS)
def test_fusions_cost_their_own_convolutions(nets, name):
    net, x = nets['resnet'][name]
    extra = sum(2 * len(x) * (16 // 2**i)**2 * FUSIONS[name](256 * 2**i)
                for i in range(4))
    floor = count_flops(*nets['resnet']['floor'])
    assert floor == count_flops(*nets['resnet']['folded'])
    assert count_flops(net, x) == floor + extra


def test_peak_memory_counts_what_lives_at_once():
    def step():
        first = torch.empty(2**20)
        del first
        second, third = torch.empty(2**20), torch.empty(2**20)
        del second, third

    assert peak_memory(step, cuda=False) == pytest.approx(8)


@pytest.mark.parametrize('mode, statistics, expected', [
    ('train', 'image', [True, True]), ('train', 'running', [True, False]),
    ('infer', 'image', [True, True]), ('infer', 'running', [False, False])])
def test_what_a_mode_switches_on(nets, mode, statistics, expected):
    net, x = nets['unet']['folded']
    step_of(net, x, mode, statistics, torch.float32)
    assert [net.decoder[0].dropout.training,
            net.encoder[1].norm.stock.training] == expected


@pytest.mark.parametrize('network, args, modes', [
    ('resnet', ['--statistics', 'batch'],
     [('resnet50', 'train', 'batch'), ('resnet50', 'infer', 'running')]),
    ('unet', ['--depth', DEPTH, '--clock', 'cpu'],
     [('unet6', 'train', 'image'), ('unet6', 'infer', 'image'),
      ('unet6', 'infer', 'running')])])
def test_rows_are_finite_and_positive(monkeypatch, tmp_path, run_tool, nets,
                                      network, args, modes):
    some = {k: nets[network][k] for k in ('folded', 'loop', 'floor')}
    monkeypatch.setattr(contestants, f'{network}s', lambda *_: some)
    out = tmp_path / 'out.json'
    printed = run_tool(
        'analysis_tools/benchmark.py', '--network', network, '--device',
        'cpu', '--size', '64x64', '--iters', 1, '--warmup', 0, '--json', out,
        *args)
    result = json.loads(out.read_text())
    assert [tuple(row[k] for k in ('network', 'mode', 'statistics',
                                   'contestant')) for row in result['rows']
            ] == [(*mode, name) for mode in modes for name in some]
    for row in result['rows']:
        numbers = [*row['ms'], *row['time_to_floor'], row['mib'],
                   row['memory_to_floor'], row['faster_than_loop']]
        assert all(math.isfinite(n) and n > 0 for n in numbers)
        assert row['flops_to_floor'] == 1.
        if row['contestant'] == 'floor':
            assert row['time_to_floor'] == [1.] * 3
            assert row['memory_to_floor'] == 1.
        if row['contestant'] == 'loop':
            assert row['faster_than_loop'] == 1.
    assert result['environment']['torch'] == torch.__version__
    name, mode, statistics = modes[-1]
    assert f'| {name} | {mode} | fp32 | {statistics} | folded |' in printed


@pytest.mark.parametrize('network', ['resnet', 'unet'])
def test_networks_that_ship(monkeypatch, tmp_path, run_tool, network):
    for name in ('onnx', 'onnxruntime', 'onnxscript'):
        pytest.importorskip(name, reason='needs the extra deploy')
    from cen_mm.analysis.cost import deployed
    monkeypatch.setattr(deployed.benchmark_deployed, '__defaults__', ([0.3], ))
    monkeypatch.setattr(deployed, '_onnx_step', deployed._torch_step)
    out = tmp_path / 'out.json'
    printed = run_tool(
        'analysis_tools/benchmark.py', '--deployed', '--network', network,
        '--depth', dict(resnet=50, unet=DEPTH)[network], '--size', '64x64',
        '--batch', 1, '--iters', 1, '--warmup', 0, '--json', out)
    rows = json.loads(out.read_text())['rows']
    names = 'floor', 'naive, 30%', 'deployed, 30%'
    assert [(row['runtime'], row['contestant']) for row in rows] == [
        (runtime, name) for runtime in ('torch', 'onnxruntime')
        for name in names]
    floor, naive, shipped = (row['flops_to_floor'] for row in rows[:3])
    assert floor == naive == 1 and shipped < 0.95
    assert all(row['ms'][1] > 0 for row in rows)
    assert '| onnxruntime | deployed, 30% |' in printed


@pytest.mark.parametrize('args, error', [
    *((f'--size={size}', f"'{size}' is no HEIGHTxWIDTH of at least 64x64")
      for size in ('192', '192,256', '32x256', '-64x64')),
    *((f'--{field}=0', f'--{field} must be at least 1')
      for field in ('batch', 'iters')),
    ('--modalities=1', '--modalities must be at least 2'),
    ('--depth 101 18', r'--depth 18 is none of \(50, 101, 152\) of --network '
     'resnet'),
    ('--network unet --depth 50', r'--depth 50 is none of \(8, 7, 6, 5\) of '
     '--network unet'),
    ('--network unet --size 128x256', '--size must be multiples of 256'),
    ('--warmup -1', '--warmup must be at least 0'),
    ('--network unet --fusions concat_all --statistics batch',
     '--network unet has no use for --fusions, --statistics here'),
    ('--deployed --depth 50 101 --device cpu --dtype fp32 --statistics frozen '
     '--fusions concat_all --channels-last --compile',
     'has no use for --depth, --device, --dtype, --statistics, --fusions, '
     '--channels-last, --compile here'),
])
def test_wrong_arguments(run_tool, args, error):
    with pytest.raises(SystemExit, match=error):
        run_tool('analysis_tools/benchmark.py', *args.split())
