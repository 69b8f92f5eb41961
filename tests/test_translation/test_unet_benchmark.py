"""The U-Nets of the benchmark do the same, and it times them."""
import json
import math

import pytest
import torch
from conftest import load_tool
from torch import nn

from cen_mm.layers import exchangeable_norms
from cen_mm.translation import CENUNetGenerator

benchmark = load_tool('analysis_tools/benchmark.py')
_steps = load_tool('analysis_tools/_steps.py')
_contestants = load_tool('analysis_tools/_contestants.py')
M, DEPTH, WIDTH = 2, 6, 8


@pytest.fixture(scope='module')
def entries():
    x = torch.rand(2 * M, 3, 64, 64)
    return {
        name: build(DEPTH, x, M, WIDTH)
        for name, build in benchmark.contestants('unet', []).items()
    }


def drop(net, share):
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = share


@torch.no_grad()
@pytest.mark.parametrize('mode', ['train', 'eval'])
@pytest.mark.parametrize('dropout', [0., 1.])  # the same layers have it
def test_folded_and_loop_compute_the_same(entries, mode, dropout):
    (folded_net, x), (loop_net, xs) = entries['folded'], entries['loop']
    for net in (folded_net, loop_net):
        net.train(mode == 'train')
        drop(net, dropout)
    folded, loop = folded_net(x), torch.cat(loop_net(xs), 1)
    assert folded.std() > 1e-2
    torch.testing.assert_close(folded, loop, rtol=0, atol=1e-5)


@torch.no_grad()
def test_folded_without_private_norms_and_exchange_is_the_floor(entries):
    (net, xs), x = entries['floor'], entries['folded'][1]
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


def test_a_share_of_the_channels_is_exchanged(entries):
    rules = [norm for _, norm in exchangeable_norms(entries['folded'][0])
             if norm.exchange is not None]
    replaced = torch.cat([
        norm.exchange.replaced(norm.gamma).flatten() for norm in rules])
    assert len(rules) == DEPTH - 2
    assert abs(replaced.float().mean() - _contestants.EXCHANGED) < 0.06


def run(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['benchmark.py', *args])
    benchmark.main()


def test_rows_are_finite_and_positive(monkeypatch, tmp_path, entries):
    monkeypatch.setattr(
        benchmark, 'contestants', lambda *_: {
            name: lambda *_, entry=entry: entry
            for name, entry in entries.items()
        })
    out = tmp_path / 'out.json'
    run(monkeypatch, '--network', 'unet', '--device', 'cpu', '--depth',
        str(DEPTH), '--size', '64x64', '--iters', '1', '--warmup', '0',
        '--clock', 'cpu', '--json', str(out))
    rows = json.loads(out.read_text())['rows']
    assert [(row['network'], row['mode'], row['statistics']) for row in rows
            ] == [('unet6', *mode) for mode in (('train', 'image'), (
                'infer', 'image'), ('infer', 'running')) for _ in entries]
    for row in rows:
        assert row['flops_to_floor'] == 1.
        numbers = [*row['ms'], *row['time_to_floor'], row['mib'],
                   row['memory_to_floor'], row['faster_than_loop']]
        assert all(math.isfinite(n) and n > 0 for n in numbers)


def test_what_a_mode_switches_on(entries):
    net, x = entries['folded']
    norm = net.encoder[1].norm

    def modes(*mode):
        _steps.step_of(net, x, *mode, torch.float32)
        return [net.decoder[0].dropout.training, norm.training]

    assert modes('train', 'image') == [True, True]
    assert modes('train', 'running') == [True, False]
    assert modes('infer', 'image') == [True, True]
    assert modes('infer', 'running') == [False, False]


@pytest.mark.parametrize('args, error', [
    (['--depth', '50'], '--depth 50 is none of (8, 7, 6, 5) of --network unet'
     ), (['--size', '128x256'], '--size must be multiples of 256'),
    (['--fusions', 'concat_all'], '--fusions is for --network resnet')])
def test_wrong_arguments(monkeypatch, capsys, args, error):
    with pytest.raises(SystemExit):
        run(monkeypatch, '--network', 'unet', *args)
    assert error in capsys.readouterr().err
