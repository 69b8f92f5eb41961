"""Time and memory of the folded network, the loop and the stock ResNet.

    python tools/analysis_tools/benchmark.py --size 192x256 --json out.json

Three backbones do the same convolutions on N samples of M modalities:

    folded  CENResNet on a batch of N*M
    loop    the official way, modality by modality; same weights as folded
    floor   the stock ResNet on a batch of N*M: no private norm, no exchange

and --fusions adds FusionResNets that fuse after every stage, whose time is
to be read beside their FLOPs.

A train step is forward, backward and SGD update. The contestants take turns,
and a ratio is the median over the rounds of the ratio within a round, so that
a machine that slows down slows all of them. Brackets hold the quartiles.

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
from functools import partial
from itertools import product
from pathlib import Path
from typing import Callable, Dict, List, Tuple

import numpy as np
import torch
from _contestants import CONTESTANTS, FUSIONS, leaves
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

DTYPES = dict(fp32=torch.float32, bf16=torch.bfloat16, fp16=torch.float16)
QUARTILES = (25, 50, 75)


def step_of(net: nn.Module, inputs, mode: str, statistics: str,
            dtype: torch.dtype) -> Callable[[], None]:
    """One train step or one inference, from a fresh state."""
    autocast = partial(
        torch.autocast, leaves(inputs)[0].device.type, dtype,
        enabled=dtype != torch.float32)
    net.train(mode == 'train')
    net.zero_grad()
    if mode == 'infer':

        def infer() -> None:
            with torch.no_grad(), autocast():
                net(inputs)

        return infer

    for module in net.modules():
        if isinstance(module, _BatchNorm):
            module.train(statistics == 'batch')
    # At a rate of zero the update costs the same, and the weights, so the
    # exchanged channels, stay what they are.
    sgd = torch.optim.SGD(
        net.parameters(), lr=0., momentum=0.9, weight_decay=1e-5)

    def train() -> None:
        sgd.zero_grad()
        with autocast():
            loss = sum(out.mean() for out in leaves(net(inputs)))
        loss.backward()
        sgd.step()

    return train


def peak_memory(step: Callable[[], None], cuda: bool) -> float:
    """MiB that a fresh step holds at most, the optimizer's buffers too."""
    if cuda:
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        for _ in range(2):  # the buffers are there from the second on
            step()
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    with torch.autograd.profiler.profile(profile_memory=True) as profile:
        for _ in range(2):
            step()
    changes = [
        event.nbytes() for event in profile.kineto_results.events()
        if event.name() == '[memory]'
    ]
    return np.cumsum(changes).max() / 2**20


def flops(net: nn.Module, inputs) -> int:
    """Of one forward pass, in convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(inputs)
    return counter.get_total_flops()


def measure(starts: Dict[str, Callable], cuda: bool, iters: int, warmup: int,
            progress: tqdm) -> List[dict]:
    """One row a contestant; ``starts`` are its calls of :func:`step_of`."""
    peak, steps = {}, {}
    for name, start in starts.items():
        start()()  # what libraries allocate for good is no peak of a step
        steps[name] = start()
        peak[name] = peak_memory(steps[name], cuda)
    times = {name: [] for name in steps}
    for _ in range(warmup + iters):
        for name, step in steps.items():
            begin = time.perf_counter()
            step()
            if cuda:
                torch.cuda.synchronize()
            times[name].append(1e3 * (time.perf_counter() - begin))
        progress.update()
    times = {name: np.array(ms[warmup:]) for name, ms in times.items()}
    return [
        dict(
            contestant=name,
            ms=np.percentile(ms, QUARTILES).tolist(),
            time_to_floor=np.percentile(ms / times['floor'],
                                        QUARTILES).tolist(),
            mib=peak[name],
            memory_to_floor=peak[name] / peak['floor'],
            faster_than_loop=float(np.median(times['loop'] / ms)))
        for name, ms in times.items()
    ]


def environment(cuda: bool) -> Dict[str, str]:
    """What the numbers depend on."""
    device = platform.processor() or platform.machine()
    cpus = Path('/proc/cpuinfo')
    if cuda:
        device = torch.cuda.get_device_name()
    elif cpus.is_file():
        found = re.search(r'model name\s*: (.*)', cpus.read_text())
        device = found[1] if found else device
    commit = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'],
                            cwd=Path(__file__).parent, capture_output=True,
                            text=True, check=False)
    return dict(
        device=device,
        threads=str(torch.get_num_threads()),
        torch=torch.__version__,
        commit=commit.stdout.strip() or 'none',
        date=time.strftime('%Y-%m-%d'),
        command=shlex.join(['python', *sys.argv]))


def table(rows: List[dict]) -> str:
    """The rows in Markdown."""
    names = ('depth', 'mode', 'dtype', 'statistics', 'contestant')
    lines = [
        '| ' + ' | '.join(names) +
        ' | FLOPs to floor | ms | to floor | MiB | to floor '
        '| faster than loop |', '|' + ' --- |' * 5 + ' ---: |' * 6
    ]
    for row in rows:
        low, ms, high = row['ms']
        least, ratio, most = row['time_to_floor']
        lines.append(
            '| ' + ' | '.join(str(row[name]) for name in names) +
            f' | {row["flops_to_floor"]:.3f}x'
            f' | {ms:.1f} ({low:.1f}-{high:.1f})'
            f' | {ratio:.2f}x ({least:.2f}-{most:.2f}) | {row["mib"]:.0f}'
            f' | {row["memory_to_floor"]:.2f}x'
            f' | {row["faster_than_loop"]:.2f}x |')
    return '\n'.join(lines)


def height_width(text: str) -> Tuple[int, int]:
    """Read ``192x256``."""
    match = re.fullmatch(r'(\d+)x(\d+)', text)
    if not match or min(int(match[1]), int(match[2])) < 64:
        raise argparse.ArgumentTypeError(
            f'{text!r} is no HEIGHTxWIDTH of at least 64x64, of which the '
            'last stage sees a 32nd: give for instance 192x256')
    return int(match[1]), int(match[2])


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('--depth', type=int, nargs='+', default=[50], choices=[50, 101, 152])
    add('--size', type=height_width, default='192x256', metavar='192x256')
    add('--batch', type=int, default=2, help='N (default: 2)')
    add('--modalities', type=int, default=2, help='M (default: 2)')
    add('--device', default='auto', choices=['auto', 'cpu', 'cuda'])
    add('--dtype', nargs='+', default=['fp32'], choices=DTYPES,
        help='bf16 and fp16 run under autocast')
    add('--statistics', nargs='+', default=['frozen', 'batch'],
        choices=['frozen', 'batch'], help='of the norms in training; '
        'inference always uses the running ones')
    add('--fusions', nargs='+', default=[], choices=FUSIONS)
    add('--iters', type=int, default=30, help='rounds (default: 30)')
    add('--warmup', type=int, default=3, help='rounds before (default: 3)')
    add('--channels-last', action='store_true')
    add('--compile', action='store_true', help='torch.compile all of them')
    add('--json', help='file for the rows and the environment')
    args = parser.parse_args()
    for name in ('batch', 'modalities', 'iters'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1')
    if args.device == 'cuda' and not torch.cuda.is_available():
        parser.error('torch sees no CUDA device: use --device cpu')
    if args.device == 'auto':
        args.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    return args


def main() -> None:
    args = parse_args()
    cuda, m = args.device == 'cuda', args.modalities
    layout = (
        torch.channels_last if args.channels_last else torch.contiguous_format)
    to = dict(device=args.device, memory_format=layout)
    x = torch.rand(args.batch * m, 3, *args.size).to(**to)
    modes = [('train', name) for name in args.statistics]
    modes.append(('infer', 'running'))
    groups = list(product(args.dtype, modes))
    rows = []
    with tqdm(total=(args.warmup + args.iters) * len(groups)
              * len(args.depth)) as progress:
        for depth in args.depth:
            entries = {}
            fusions = {name: FUSIONS[name] for name in args.fusions}
            work = {}
            for name, build in {**CONTESTANTS, **fusions}.items():
                net, inputs = build(depth, x, m)
                net.to(**to)
                work[name] = flops(net, inputs)
                entries[name] = (torch.compile(net) if args.compile else net,
                                 inputs)
            for dtype, mode in groups:
                progress.set_description(f'R{depth} {dtype} {" ".join(mode)}')
                starts = {
                    name: partial(step_of, *entry, *mode, DTYPES[dtype])
                    for name, entry in entries.items()
                }
                label = dict(
                    depth=depth, mode=mode[0], dtype=dtype, statistics=mode[1])
                measured = measure(starts, cuda, args.iters, args.warmup,
                                   progress)
                rows += [
                    dict(
                        label,
                        flops_to_floor=work[row['contestant']] / work['floor'],
                        **row) for row in measured
                ]
    facts = environment(cuda)
    print(*(f'- {name}: {fact}' for name, fact in facts.items()), sep='\n')
    print(f'\n{table(rows)}')
    if args.json:
        Path(args.json).write_text(
            json.dumps(dict(environment=facts, rows=rows), indent=2))


if __name__ == '__main__':
    main()
