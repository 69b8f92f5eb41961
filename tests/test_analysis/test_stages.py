"""Stages of a network, and their times by a clock that the test turns."""
import numpy as np
import pytest
import torch
from torch import nn

from cen_mm.analysis.cost.complexity import Complexity, Parameters, Stage
from cen_mm.analysis.cost.complexity_report import stage_table
from cen_mm.analysis.cost.stages import (
    Latency,
    Moment,
    cuda_mark,
    observed,
    parts,
    stages_of,
    time_stages,
    wall_mark,
)


class Clock:
    """Seconds go by when a module works."""
    now = 0.

    def mark(self):
        return Moment(self.now)


class Work(nn.Module):
    """Takes so many seconds, longer each time it is called."""

    def __init__(self, clock, seconds):
        super().__init__()
        self.clock, self.seconds, self.calls = clock, seconds, 0

    def forward(self, x):
        self.calls += 1
        self.clock.now += self.seconds * self.calls
        return x


class Net(nn.Module):
    """Convolution and norm, two blocks in a list, and a head."""

    def __init__(self, clock):
        super().__init__()
        self.clock = clock
        blocks = [nn.Sequential(Work(clock, ms)) for ms in (4., 8.)]
        self.backbone = nn.ModuleDict(dict(
            conv=Work(clock, 1.), norm=Work(clock, 2.),
            blocks=nn.ModuleList(blocks), spare=nn.ReLU()))
        self.head = nn.Sequential(Work(clock, 16.), nn.Flatten())

    def forward(self, x, mode):
        assert mode == 'tensor' and not torch.is_grad_enabled()
        x = self.backbone['norm'](self.backbone['conv'](x))
        for block in self.backbone['blocks']:
            x = block(x)
        self.clock.now += 32.  # between the stages
        return self.head(x)


STAGES = {
    'backbone.conv+norm': ['backbone.conv', 'backbone.norm'],
    'backbone.blocks.0': ['backbone.blocks.0'],
    'backbone.blocks.1': ['backbone.blocks.1'],
    'head.0+1': ['head.0', 'head.1']
}


@pytest.fixture
def net():
    return Net(Clock())


@torch.no_grad()
def test_stages_in_the_order_in_which_they_run(net):
    """A list is taken apart, layers that run in a row are joined."""
    assert list(parts(net)) == [
        'backbone.conv', 'backbone.norm', 'backbone.blocks.0',
        'backbone.blocks.1', 'backbone.spare', 'head.0', 'head.1'
    ]
    with observed(net, net.clock.mark) as calls:
        net(torch.zeros(1, 1), mode='tensor')
    assert calls[:3] == [('backbone.conv', 0., 1.), ('backbone.norm', 1., 3.),
                         ('backbone.blocks.0', 3., 7.)]
    assert stages_of(net, calls) == STAGES
    count = len(calls)
    net(torch.zeros(1, 1), mode='tensor')
    assert len(calls) == count  # it looks no longer


def test_times_of_the_rounds_that_count(net):
    found = time_stages(net, torch.zeros(1, 1), STAGES, rounds=3, warmup=2,
                        mark=net.clock.mark)
    rounds = np.array([3., 4., 5.])
    assert {k: v.tolist() for k, v in found.stages.items()} == {
        name: (1e3 * seconds * rounds).tolist()
        for name, seconds in zip(STAGES, (3., 4., 8., 16.))
    }
    assert found.total.tolist() == (1e3 * (31 * rounds + 32)).tolist()


def test_a_module_that_runs_twice_counts_twice(net):
    net.backbone['norm'] = net.backbone['conv']
    found = time_stages(net, torch.zeros(1, 1), {'a': ['backbone.conv']},
                        rounds=1, warmup=0, mark=net.clock.mark)
    assert found.stages['a'].tolist() == [1e3 * (1. + 2.)]


def test_what_stages_leave_is_between():
    """Median and quartiles over rounds, shares of each round."""
    complexity = Complexity(
        2, (8, 8), 10 * 10**9, Parameters(7, 3, 0),
        dict(
            a=Stage(['a'], 4 * 10**9, Parameters(5, 1, 0)),
            b=Stage(['b'], 3 * 10**9, Parameters(2, 0, 0))))
    latency = Latency(
        np.array([10., 20., 40.]),
        dict(a=np.array([1., 10., 10.]), b=np.array([4., 4., 4.])))
    rows = [[cell.strip() for cell in line.strip('| ').split('|')]
            for line in stage_table(complexity, latency).splitlines()]
    assert rows[0] == ['stage', 'shared', 'private', 'GFLOPs', 'ms', 'share']
    assert rows[2:] == [
        ['a', '5', '1', '4', '10.00 (5.50-10.00)', '25.0%'],
        ['b', '2', '0', '3', '4.00 (4.00-4.00)', '20.0%'],
        # 5, 6 and 26 ms; 0.5, 0.3 and 0.65
        ['between', '0', '2', '3', '6.00 (5.50-16.00)', '50.0%'],
        ['total', '7', '3', '10', '20.00 (15.00-30.00)', '100.0%'],
    ]


@pytest.mark.parametrize('device, mark', [
    ('cpu', wall_mark), pytest.param('cuda', cuda_mark, marks=pytest.mark.
                                     skipif(not torch.cuda.is_available(),
                                            reason='needs a GPU'))])
def test_marks_wait_for_the_work(device, mark):
    x = torch.rand(1024, 1024, device=device)
    begin = mark()
    for _ in range(100):
        x = x @ x
    end = mark()
    if x.is_cuda:
        torch.cuda.synchronize()
    assert begin.elapsed_time(end) > 1


def test_a_cuda_mark_stands_in_the_queue(monkeypatch):
    queue = []

    class Event:

        def __init__(self, enable_timing):
            assert enable_timing

        def record(self):
            queue.append(self)

    monkeypatch.setattr(torch.cuda, 'Event', Event)
    mark = cuda_mark()
    assert queue == [mark]
