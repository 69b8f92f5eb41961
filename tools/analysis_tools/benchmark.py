"""Time and memory of the folded network, the loop and the stock ResNet.

    python tools/analysis_tools/benchmark.py --size 192x256 --json out.json

Three backbones do the same convolutions on N samples of M modalities:

    folded  CENResNet on a batch of N*M
    loop    the official way, modality by modality; same weights as folded
    floor   the stock ResNet on a batch of N*M: no private norm, no exchange

A train step is forward, backward and SGD update. The contestants take turns,
and every ratio is the median over the rounds of the ratio within a round, so
that a machine that slows down slows all of them. Brackets hold quartiles.

Memory is the most that a step holds at once of what torch allocates, beyond
weights and inputs: the allocator's own peak on CUDA, and on a CPU the sum
over the profiler's allocation events. Unlike the resident memory of the
process, both are exact and do not depend on what ran before, on malloc or on
the neighbours; scratch buffers inside CPU libraries are left out.
"""
import argparse
import json
import platform
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Callable, Dict, List, Tuple

import numpy as np
import torch
from mmseg.models.backbones import ResNet
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from tqdm import tqdm

from cen_mm.analysis.loop_resnet import LoopResNet
from cen_mm.layers import exchangeable_norms
from cen_mm.models import CENResNet

DTYPES = dict(fp32=torch.float32, bf16=torch.bfloat16, fp16=torch.float16)
EXCHANGED = 0.3  # share of the channels


@dataclass(frozen=True)
class Task:
    """What all contestants compute.

    Args:
        depth (int): Of the ResNet.
        size (tuple[int, int]): Height and width of the input.
        batch (int): N.
        modalities (int): M.
    """
    depth: int
    size: Tuple[int, int]
    batch: int
    modalities: int

    def inputs(self) -> Tensor:
        """``(N*M, 3, H, W)``, the same in every call."""
        generator = torch.Generator().manual_seed(0)
        return torch.rand(
            self.batch * self.modalities, 3, *self.size, generator=generator)


def folded(task: Task) -> Tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    norm_cfg = dict(type='PrivateBN', num_modalities=task.modalities)
    net = CENResNet(task.depth, norm_cfg=norm_cfg)
    for _, norm in exchangeable_norms(net):
        if norm.exchange is not None:
            small = torch.rand_like(norm.weight) < EXCHANGED
            norm.weight.data[small] = norm.exchange.threshold / 2
    return net, task.inputs()


def loop(task: Task) -> Tuple[nn.Module, List[Tensor]]:
    source, inputs = folded(task)
    state, m = source.state_dict(), task.modalities
    for name, norm in exchangeable_norms(source):
        for key in norm.state_dict():
            value = state.pop(f'{name}.{key}')
            parts = value.chunk(m) if value.dim() else [value] * m
            state.update(
                {f'{name}.{k}.{key}': part for k, part in enumerate(parts)})
    net = LoopResNet(task.depth, m)
    net.load_state_dict(state)
    return net, [inputs[k::m].contiguous() for k in range(m)]


def floor(task: Task) -> Tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    return ResNet(task.depth), task.inputs()


# A contestant is a network and what it is called with. It may return any
# nest of lists and tuples of tensors.
CONTESTANTS = dict(folded=folded, loop=loop, floor=floor)


def leaves(nest) -> List[Tensor]:
    """The tensors in nested lists and tuples."""
    if isinstance(nest, Tensor):
        return [nest]
    return [tensor for part in nest for tensor in leaves(part)]


def prepare(entry: tuple, device: torch.device, channels_last: bool,
            compiled: bool) -> tuple:
    """A contestant on its device, in its memory format."""
    net, inputs = entry
    layout = dict(memory_format=torch.channels_last) if channels_last else {}
    net = net.to(device, **layout)
    moved = [tensor.to(device, **layout) for tensor in leaves(inputs)]
    if compiled:
        net = torch.compile(net)
    return net, moved[0] if isinstance(inputs, Tensor) else moved


def step_of(net: nn.Module, inputs, mode: str, statistics: str,
            dtype: torch.dtype) -> Callable[[], None]:
    """One train step or one inference, ready to be called repeatedly."""
    device = leaves(inputs)[0].device.type
    half = dtype != torch.float32
    net.train(mode == 'train')
    net.zero_grad()
    if mode == 'infer':

        @torch.no_grad()
        def infer() -> None:
            with torch.autocast(device, dtype, enabled=half):
                net(inputs)

        return infer

    for module in net.modules():
        if isinstance(module, _BatchNorm):
            module.train(statistics == 'batch')
    # At a rate of zero the update costs the same and the weights, so the
    # exchanged channels, stay what they are.
    sgd = torch.optim.SGD(
        net.parameters(), lr=0., momentum=0.9, weight_decay=1e-5)

    def train() -> None:
        sgd.zero_grad()
        with torch.autocast(device, dtype, enabled=half):
            loss = sum(out.mean() for out in leaves(net(inputs)))
        loss.backward()
        sgd.step()

    return train


def peak_memory(step: Callable[[], None], device: torch.device) -> float:
    """MiB that a fresh step holds at most; it has all buffers from twice on."""
    if device.type == 'cuda':
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        step()
        step()
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    with torch.autograd.profiler.profile(profile_memory=True) as profile:
        step()
        step()
    sizes = [
        event.nbytes() for event in profile.kineto_results.events()
        if event.name() == '[memory]'
    ]
    return max(np.cumsum(sizes)) / 2**20


def seconds(step: Callable[[], None], device: torch.device) -> float:
    if device.type == 'cuda':
        torch.cuda.synchronize()
    start = time.perf_counter()
    step()
    if device.type == 'cuda':
        torch.cuda.synchronize()
    return time.perf_counter() - start


def measure(starts: Dict[str, Callable], device: torch.device, iters: int,
            warmup: int, progress: tqdm) -> Dict[str, dict]:
    """Time and memory of every contestant, by name.

    Args:
        starts (dict): By name, what makes a step (see :func:`step_of`).
        device (torch.device): Where they run.
        iters (int): Rounds that count.
        warmup (int): Rounds before, that do not.
        progress (tqdm): Told of every round.

    Returns:
        dict: The fields of a row.
    """
    peak, steps, times = {}, {}, {name: [] for name in starts}
    for name, start in starts.items():
        start()()  # what libraries allocate for good is no peak of a step
        steps[name] = start()
        peak[name] = peak_memory(steps[name], device)
    for i in range(warmup + iters):
        for name, step in steps.items():
            taken = seconds(step, device)
            if i >= warmup:
                times[name].append(taken)
        progress.update()
    times = {name: np.array(values) for name, values in times.items()}
    quartiles = (25, 50, 75)
    return {
        name: dict(
            ms=np.percentile(1e3 * own, quartiles).tolist(),
            time_to_floor=np.percentile(own / times['floor'],
                                        quartiles).tolist(),
            mib=peak[name],
            mib_to_floor=peak[name] / peak['floor'],
            faster_than_loop=float(np.median(times['loop'] / own)))
        for name, own in times.items()
    }


def environment(device: torch.device) -> Dict[str, str]:
    """What the numbers depend on."""
    name = platform.processor() or platform.machine()
    cpu = Path('/proc/cpuinfo')
    if device.type == 'cuda':
        name = torch.cuda.get_device_name(device)
    elif cpu.is_file():
        name = next(
            iter(re.findall(r'model name\s*: (.*)', cpu.read_text())), name)
    commit = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'],
                            cwd=Path(__file__).parent,
                            capture_output=True,
                            text=True,
                            check=False)
    return dict(
        device=name,
        threads=str(torch.get_num_threads()),
        torch=torch.__version__,
        commit=commit.stdout.strip() or 'none',
        date=time.strftime('%Y-%m-%d'),
        command=shlex.join(['python', *sys.argv]))


def table(rows: List[dict]) -> str:
    """The rows in Markdown."""
    lines = [
        '| depth | mode | dtype | statistics | contestant | ms | to floor '
        '| MiB | to floor | faster than loop |',
        '|' + ' --- |' * 5 + ' ---: |' * 5
    ]
    for row in rows:
        low, ms, high = row['ms']
        least, ratio, most = row['time_to_floor']
        lines.append(
            f'| {row["depth"]} | {row["mode"]} | {row["dtype"]} '
            f'| {row["statistics"]} | {row["contestant"]} '
            f'| {ms:.1f} ({low:.1f}-{high:.1f}) '
            f'| {ratio:.2f}x ({least:.2f}-{most:.2f}) | {row["mib"]:.0f} '
            f'| {row["mib_to_floor"]:.2f}x | {row["faster_than_loop"]:.2f}x |')
    return '\n'.join(lines)


def size(text: str) -> Tuple[int, int]:
    """``192x256`` as height and width."""
    match = re.fullmatch(r'(\d+)x(\d+)', text)
    if not match or min(map(int, match.groups())) < 64:
        raise argparse.ArgumentTypeError(
            f'takes HEIGHTxWIDTH of at least 64x64 (the last stage is a 32nd '
            f'of it), such as 192x256, got {text!r}')
    return int(match[1]), int(match[2])


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('--depth', type=int, nargs='+', default=[50], choices=[50, 101, 152])
    add('--size', type=size, default='192x256', metavar='HEIGHTxWIDTH')
    add('--batch', type=int, default=2, help='samples, N (default: 2)')
    add('--modalities', type=int, default=2, help='M (default: 2)')
    add('--device', default='auto', choices=['auto', 'cpu', 'cuda'])
    add('--dtype', nargs='+', default=['fp32'], choices=DTYPES,
        help='half types run under autocast')
    add('--statistics', nargs='+', default=['frozen', 'batch'],
        choices=['frozen', 'batch'],
        help='of the norms in training; inference always uses the running '
        'ones')
    add('--iters', type=int, default=30, help='rounds (default: 30)')
    add('--warmup', type=int, default=3, help='rounds before (default: 3)')
    add('--channels-last', action='store_true')
    add('--compile', action='store_true', help='torch.compile all of them')
    add('--json', help='file for the rows and the environment')
    args = parser.parse_args()
    if min(args.batch, args.modalities, args.iters) < 1:
        parser.error('--batch, --modalities and --iters must be at least 1')
    if args.device == 'cuda' and not torch.cuda.is_available():
        parser.error('torch sees no CUDA device: use --device cpu')
    if args.device == 'auto':
        args.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return args


def main() -> None:
    args = parse_args()
    device = torch.device(args.device)
    modes = [('train', name) for name in args.statistics]
    modes.append(('infer', 'running'))
    rounds = (args.warmup + args.iters) * len(modes)
    rows = []
    with tqdm(total=rounds * len(args.depth) * len(args.dtype)) as progress:
        for depth in args.depth:
            task = Task(depth, args.size, args.batch, args.modalities)
            entries = {
                name: prepare(build(task), device, args.channels_last,
                              args.compile)
                for name, build in CONTESTANTS.items()
            }
            for dtype, mode in product(args.dtype, modes):
                progress.set_description(f'R{depth} {dtype} {" ".join(mode)}')
                starts = {
                    name: partial(step_of, *entry, *mode, DTYPES[dtype])
                    for name, entry in entries.items()
                }
                measured = measure(starts, device, args.iters, args.warmup,
                                   progress)
                rows += [
                    dict(
                        depth=depth,
                        mode=mode[0],
                        dtype=dtype,
                        statistics=mode[1],
                        contestant=name,
                        **values) for name, values in measured.items()
                ]
    facts = environment(device)
    print(*(f'- {name}: {fact}' for name, fact in facts.items()), sep='\n')
    print(f'\n{table(rows)}')
    if args.json:
        Path(args.json).write_text(
            json.dumps(dict(environment=facts, rows=rows), indent=2))


if __name__ == '__main__':
    main()
