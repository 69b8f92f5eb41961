"""What the report on a GPU measures, a function a section.

Each takes the device, 'cuda' or 'cpu', and a :class:`Scale`, and gives the
rows of its table. Where it cannot run it raises :class:`NotRun`.
"""
import subprocess
import sys
import tempfile
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

from ...layers import PrivateBN, PrivateSyncBN
from ...layers.exchange import exchange_by_gather, exchange_by_where
from ...models import CENResNet
from . import contestants
from .deployed import networks_that_ship
from .step_time import DTYPES, compare_steps, step_of, time_in_turns

M = 2
TESTS = Path(__file__).parents[3] / 'tests' / 'test_gpu.py'


class Scale(NamedTuple):
    """How large and how long: RefineNet's depth, width, image and batch, the
    U-Net's depth and image, and rounds."""
    depth: int = 101
    channels: int = 256
    size: int = 500
    batch: int = 6
    unet_depth: int = 8
    unet_size: int = 256
    iters: int = 10
    warmup: int = 3
    dtypes: Tuple[str, ...] = ('fp32', 'bf16', 'fp16')


TINY = Scale(50, 4, 64, 1, 6, 64, 1, 0, ('fp32', ))


class NotRun(Exception):
    """Why a section cannot run here."""


Rows = List[Dict[str, Any]]


def tests(device: str, scale: Scale) -> Rows:
    """The tests of ``tests/test_gpu.py``, in a process of their own."""
    if device == 'cpu':
        raise NotRun('these tests skip without a GPU')
    if not TESTS.is_file():
        raise NotRun(f'{TESTS} is not there: run it in a clone of cen_mm')
    run = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', str(TESTS)],
        capture_output=True, text=True, check=False)
    return [dict(result=run.stdout.strip().splitlines()[-1])]


def steps(kind: str, mode: str, device: str, scale: Scale) -> Rows:
    """Folded, loop and floor at work, by type, memory format and compiler."""
    rows: Rows = []
    for layout in ('contiguous', 'channels_last'):
        nets = _contestants(kind, dict(
            device=device, memory_format=torch.channels_last
            if layout == 'channels_last' else torch.contiguous_format), scale)
        statistics = 'image' if kind == 'unet' else (
            'frozen' if mode == 'train' else 'running')
        for dtype, compiled in product(scale.dtypes, (False, True)):
            if compiled and device == 'cpu':
                continue  # asks for a compiler of C++
            starts: Dict[str, Callable] = {}
            for name, (net, inputs) in nets.items():
                # A graph break is an error.
                net = torch.compile(net, fullgraph=True) if compiled else net
                starts[name] = partial(step_of, net, inputs, mode, statistics,
                                       DTYPES[dtype])
            found = compare_steps(starts, device == 'cuda', scale.iters,
                                  scale.warmup, 'wall')
            rows += [
                dict(dtype=dtype, layout=layout, compiled=compiled,
                     contestant=row['contestant'], ms=round(row['ms'][1], 2),
                     to_floor=round(row['time_to_floor'][1], 3),
                     MiB=round(row['mib']),
                     faster_than_loop=round(row['faster_than_loop'], 3))
                for row in found
            ]
    return rows


def _contestants(kind: str, to: Dict[str, Any], scale: Scale
                 ) -> contestants.Contestants:
    """Folded, loop and floor, on a device and in a memory format."""
    if kind == 'refinenet':
        x = torch.rand(scale.batch * M, 3, scale.size, scale.size).to(**to)
        nets = contestants.refinenets(scale.depth, x, M, scale.channels)
    else:
        size = scale.unet_size
        x = torch.rand(scale.batch * M, 3, size, size).to(**to)
        nets = contestants.unets(scale.unet_depth, x, M, scale.channels // 4)
    return {name: (net.to(**to), inputs)
            for name, (net, inputs) in nets.items()}


def forms(device: str, scale: Scale) -> Rows:
    """Forward and backward of the exchange, by gather and elementwise."""
    side = max(scale.size // 4, 8)
    x = torch.randn(scale.batch * M, 64, side, side, device=device,
                    requires_grad=True)
    replaced = torch.rand(M, 64, device=device) < 0.3
    kinds = dict(gather=exchange_by_gather, where=exchange_by_where)

    def work(exchange: Callable) -> None:
        exchange(x, replaced).mean().backward()

    times = time_in_turns(
        {k: partial(work, f) for k, f in kinds.items()}, device == 'cuda',
        scale.iters, scale.warmup, 'wall')
    medians = {k: float(np.median(ms)) for k, ms in times.items()}
    best = min(medians, key=medians.get)
    return [dict(form=k, ms=round(ms, 3), choose='x' if k == best else '')
            for k, ms in medians.items()]


def breaks(device: str, scale: Scale) -> Rows:
    """Graph breaks that torch.compile would make."""
    net = CENResNet(scale.depth, M).to(device)
    x = torch.rand(M, 3, 64, 64, device=device)
    found = torch._dynamo.explain(net)(x)
    return [dict(graphs=found.graph_count, breaks=found.graph_break_count)]


def kernels(device: str, scale: Scale) -> Rows:
    """The ten that a train step of the folded RefineNet spends most on."""
    x = torch.rand(scale.batch * M, 3, scale.size, scale.size, device=device)
    net, inputs = contestants.refinenets(
        scale.depth, x, M, scale.channels)['folded']
    step = step_of(net.to(device), inputs, 'train', 'frozen', torch.float32)
    step()
    kinds = [torch.profiler.ProfilerActivity.CPU]
    if device == 'cuda':
        kinds.append(torch.profiler.ProfilerActivity.CUDA)
    with torch.profiler.profile(activities=kinds) as profile:
        step()
    field = 'self_device_time_total' if device == 'cuda' else (
        'self_cpu_time_total')
    events = sorted(profile.key_averages(), key=lambda e: -getattr(e, field))
    total = sum(getattr(e, field) for e in events)
    return [dict(kernel=f'`{event.key[:80]}`',
                 ms=round(getattr(event, field) / 1e3, 3),
                 share=round(getattr(event, field) / total, 3),
                 calls=event.count) for event in events[:10]]


def sync_norm(device: str, scale: Scale) -> Rows:
    """PrivateSyncBN in a group of one process against PrivateBN."""
    backend = 'nccl' if device == 'cuda' else 'gloo'
    with tempfile.TemporaryDirectory() as folder:
        dist.init_process_group(
            backend, init_method=f'file://{folder}/store', rank=0,
            world_size=1)
        try:
            outs = []
            for kind in (PrivateBN, PrivateSyncBN):
                torch.manual_seed(0)
                x = torch.randn(2 * M, 8, 16, 16).to(device).requires_grad_()
                net = kind(8, num_modalities=M).to(device).train()
                y = net(x)
                y.square().mul(x.detach()).sum().backward()
                outs.append((y, x.grad))
        finally:
            dist.destroy_process_group()
    off = max(float((a - b).abs().max()) for a, b in zip(*outs))
    return [dict(backend=backend, largest_difference=off)]


def losses(device: str, scale: Scale) -> Rows:
    """Ten steps of SGD from the same weights on GPU and CPU."""
    if device == 'cpu':
        raise NotRun('there is no GPU to compare the CPU with')
    found = {}
    for where in ('cpu', device):
        torch.manual_seed(0)
        net = CENResNet(50, M, base_channels=8, stem_channels=8)
        x = torch.randn(2 * M, 3, 96, 96)
        head = nn.Conv2d(256, 5, 1)
        labels = torch.randint(0, 5, (2 * M, 3, 3))
        net, head = net.to(where), head.to(where)
        sgd = torch.optim.SGD([*net.parameters(), *head.parameters()], 1e-2)
        found[where] = []
        for _ in range(10):
            loss = nn.functional.cross_entropy(
                head(net(x.to(where))[-1]), labels.to(where))
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            found[where].append(loss.item())
    return [dict(step=k + 1, cpu=round(a, 6), gpu=round(b, 6))
            for k, (a, b) in enumerate(zip(*found.values()))]


@torch.no_grad()
def shipped(device: str, scale: Scale) -> Rows:
    """Inference of networks that ship against plain ones."""
    shares = (0., 0.3, 0.45)
    nets = networks_that_ship('resnet', scale.depth, M, shares)
    x = torch.rand(1, 3 * M, scale.size, scale.size, device=device)
    nets = {name: net.to(device) for name, net in nets.items()}
    times = time_in_turns(
        {k: partial(net, x) for k, net in nets.items()}, device == 'cuda',
        scale.iters, scale.warmup, 'wall')
    return [dict(network=k, ms=round(float(np.median(ms)), 2),
                 to_floor=round(float(np.median(ms / times['floor'])), 3))
            for k, ms in times.items()]


SECTIONS: Dict[str, Callable[[str, Scale], Rows]] = {
    'Tests': tests,
    'Graph breaks of the folded network': breaks,
    'Forms of the exchange': forms,
    'Training RefineNet': partial(steps, 'refinenet', 'train'),
    'Inference of RefineNet': partial(steps, 'refinenet', 'infer'),
    'Training U-Net-256': partial(steps, 'unet', 'train'),
    'The longest kernels': kernels,
    'PrivateSyncBN in a group of one': sync_norm,
    'Losses on GPU and CPU': losses,
    'Inference of networks that ship': shipped,
}
