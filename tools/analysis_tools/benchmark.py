"""Time and memory of the folded network, the loop and the plain network.

    python tools/analysis_tools/benchmark.py --size 192x256 --json out.json
    python tools/analysis_tools/benchmark.py --network unet --batch 1

Three networks do the same convolutions on N samples of M modalities:

    folded  CENResNet or CENUNetGenerator on a batch of N*M
    loop    the official way, modality by modality; same weights as folded
    floor   one unimodal network on a batch of N*M, with neither private
            norms nor exchange: mmseg's stock ResNet, or the loop's U-Net
            for one modality, without an ensemble

and --fusions adds FusionResNets that fuse after every stage, whose time is
to be read beside their FLOPs.

A train step is forward, backward and SGD update. The contestants take turns,
and a ratio is the median over the rounds of the ratio within a round, so that
a machine that slows down slows all of them. Brackets hold the quartiles.
Where other processes wait for the same cores, --clock cpu leaves out the
waiting, though not what they do to caches and memory.

Memory is the most that a step holds at once of what torch allocates, beyond
weights and inputs: the allocator's own peak on CUDA, and on a CPU the sum
over the profiler's allocation events. Unlike the resident memory of the
process, both are exact and do not depend on what ran before, on malloc or on
the neighbours; scratch buffers inside CPU libraries are left out.
"""
import argparse
import json
import re
from functools import partial
from itertools import product
from pathlib import Path
from typing import Callable, Dict, List, Tuple

import torch
from _contestants import CONTESTANTS, FUSIONS
from _environment import environment
from _steps import CLOCKS, DTYPES, flops, measure, step_of
from tqdm import tqdm

# Network to its depths, of which the first is the default, and its modes with
# the statistics of the norms.
DEPTHS = dict(resnet=(50, 101, 152), unet=(8, 7, 6, 5))
MODES = dict(
    resnet=(('train', 'frozen'), ('train', 'batch'), ('infer', 'running')),
    unet=(('train', 'image'), ('infer', 'image'), ('infer', 'running')))


def contestants(network: str, fusions: List[str]) -> Dict[str, Callable]:
    """Name to what builds it."""
    if network == 'resnet':
        return {**CONTESTANTS, **{name: FUSIONS[name] for name in fusions}}
    # Here, because it imports mmagic.
    from _unet_contestants import CONTESTANTS as unets
    return unets


def table(rows: List[dict]) -> str:
    """The rows in Markdown."""
    names = ('network', 'mode', 'dtype', 'statistics', 'contestant')
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
    add('--network', default='resnet', choices=DEPTHS)
    add('--depth', type=int, nargs='+', help='of the ResNet: 50 (default), '
        '101, 152; layers of the encoder of the U-Net: 8 (default), 7, 6, 5')
    add('--size', type=height_width, metavar='HEIGHTxWIDTH',
        help='default: 192x256; 256x256 for the U-Net')
    add('--batch', type=int, default=2, help='N (default: 2)')
    add('--modalities', type=int, default=2, help='M (default: 2)')
    add('--device', default='auto', choices=['auto', 'cpu', 'cuda'])
    add('--dtype', nargs='+', default=['fp32'], choices=DTYPES,
        help='bf16 and fp16 run under autocast')
    add('--statistics', nargs='+', default=['frozen', 'batch'],
        choices=['frozen', 'batch'], help='of the norms of the ResNet in '
        'training, whose inference always uses the running ones')
    add('--fusions', nargs='+', default=[], choices=FUSIONS,
        help='for the ResNet')
    add('--iters', type=int, default=30, help='rounds (default: 30)')
    add('--warmup', type=int, default=3, help='rounds before (default: 3)')
    add('--clock', default='wall', choices=CLOCKS, help='time of the wall, '
        'or of the processor, for CPUs that others use too')
    add('--channels-last', action='store_true')
    add('--compile', action='store_true', help='torch.compile all of them')
    add('--json', help='file for the rows and the environment')
    args = parser.parse_args()
    for name in ('batch', 'modalities', 'iters'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1')
    args.depth = args.depth or [DEPTHS[args.network][0]]
    wrong = set(args.depth) - set(DEPTHS[args.network])
    if wrong:
        parser.error(f'--depth {min(wrong)} is none of '
                     f'{DEPTHS[args.network]} of --network {args.network}')
    if args.network == 'unet':
        args.size = args.size or (256, 256)
        stride = 2**max(args.depth)
        if any(length % stride for length in args.size):
            parser.error(f'--size must be multiples of {stride}, 2 to the '
                         'power of --depth, for --network unet')
        if args.fusions:
            parser.error('--fusions is for --network resnet')
    args.size = args.size or (192, 256)
    if args.device == 'cuda' and not torch.cuda.is_available():
        parser.error('torch sees no CUDA device: use --device cpu')
    if args.device == 'auto':
        args.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    if args.device == 'cuda' and args.clock == 'cpu':
        parser.error('--clock cpu cannot see what CUDA does: leave it out, '
                     'or add --device cpu')
    return args


def main() -> None:
    args = parse_args()
    cuda, m = args.device == 'cuda', args.modalities
    layout = (
        torch.channels_last if args.channels_last else torch.contiguous_format)
    to = dict(device=args.device, memory_format=layout)
    x = torch.rand(args.batch * m, 3, *args.size).to(**to)
    modes = [
        mode for mode in MODES[args.network]
        if args.network == 'unet' or mode[0] == 'infer'
        or mode[1] in args.statistics
    ]
    groups = list(product(args.dtype, modes))
    chosen = contestants(args.network, args.fusions)
    rows = []
    with tqdm(total=(args.warmup + args.iters) * len(groups)
              * len(args.depth)) as progress:
        for depth in args.depth:
            entries = {}
            work = {}
            for name, build in chosen.items():
                net, inputs = build(depth, x, m)
                net.to(**to)
                work[name] = flops(net, inputs)
                entries[name] = (torch.compile(net) if args.compile else net,
                                 inputs)
            for dtype, mode in groups:
                progress.set_description(
                    f'{args.network}{depth} {dtype} {" ".join(mode)}')
                starts = {
                    name: partial(step_of, *entry, *mode, DTYPES[dtype])
                    for name, entry in entries.items()
                }
                label = dict(
                    network=f'{args.network}{depth}',
                    mode=mode[0],
                    dtype=dtype,
                    statistics=mode[1])
                measured = measure(starts, cuda, args.iters, args.warmup,
                                   args.clock, progress)
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
