"""Time and memory of the folded network, the loop and the plain network."""
import json
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple

import torch
from tqdm import tqdm

from ..files import prepare_file
from ..tables import markdown
from . import contestants
from .deployed import benchmark_deployed
from .environment import at_least, environment, height_width, pick_device
from .step_time import DTYPES, compare_steps, count_flops, step_of

# By network: default size, depths (the first is the default), and modes with
# the statistics of the norms.
SIZES = dict(resnet='192x256', unet='256x256')
DEPTHS = dict(resnet=(50, 101, 152), unet=(8, 7, 6, 5))
MODES = dict(
    resnet=(('train', 'frozen'), ('train', 'batch'), ('infer', 'running')),
    unet=(('train', 'image'), ('infer', 'image'), ('infer', 'running')))


def benchmark(network: str, depth: Optional[Sequence[int]],
              size: Optional[str], batch: int, modalities: int,
              device: Optional[str], dtype: Sequence[str],
              statistics: Sequence[str], fusions: Sequence[str], iters: int,
              warmup: int, clock: str, channels_last: bool, compile: bool,
              deployed: bool, json_file: Optional[str]) -> str:
    """Run the benchmark; the arguments are those of ``benchmark.py``.

    Returns:
        str: The environment and a table in Markdown.

    Raises:
        OSError: If ``json_file`` cannot be written.
        ValueError: If the arguments do not fit together.
    """
    at_least(1, batch=batch, iters=iters)
    at_least(2, modalities=modalities)
    at_least(0, warmup=warmup)
    depth = depth or DEPTHS[network][:1]
    shape = _shape(network, size or SIZES[network], depth)
    if network == 'unet':
        _refuse('--network unet has', fusions=fusions, statistics=statistics)
    if deployed:
        _refuse('--deployed, which is of one depth in fp32 on a CPU, has',
                depth=depth[1:], device=device, dtype=dtype,
                statistics=statistics, fusions=fusions,
                channels_last=channels_last, compile=compile)
    if json_file:
        prepare_file(json_file)
    if deployed:
        return benchmark_deployed(network, depth[0], shape, batch, modalities,
                                  iters, warmup, clock, json_file)
    cuda = pick_device(device or 'auto') == 'cuda'
    if cuda and clock == 'cpu':
        raise ValueError('--clock cpu cannot see what CUDA does: leave it '
                         'out, or add --device cpu')
    to = dict(
        device='cuda' if cuda else 'cpu',
        memory_format=torch.channels_last
        if channels_last else torch.contiguous_format)
    x = torch.rand(batch * modalities, 3, *shape).to(**to)
    groups = [
        (each, mode)
        for each, mode in product(dtype or ['fp32'], MODES[network])
        if not statistics or mode[1] not in {'frozen', 'batch'} - {*statistics}
    ]
    rows = []
    with tqdm(total=(warmup + iters) * len(groups) * len(depth)) as progress:
        for layers in depth:
            if network == 'resnet':
                nets = contestants.resnets(layers, x, modalities, fusions)
            else:
                nets = contestants.unets(layers, x, modalities)
            flops = {name: count_flops(net.to(**to), inputs)
                     for name, (net, inputs) in nets.items()}
            if compile:
                nets = {name: (torch.compile(net), inputs)
                        for name, (net, inputs) in nets.items()}
            for each, mode in groups:
                label = dict(network=f'{network}{layers}', mode=mode[0],
                             dtype=each, statistics=mode[1])
                progress.set_description(' '.join(label.values()))
                starts = {name: partial(step_of, *net, *mode, DTYPES[each])
                          for name, net in nets.items()}
                for row in compare_steps(starts, cuda, iters, warmup, clock,
                                         progress):
                    ratio = flops[row['contestant']] / flops['floor']
                    rows.append(dict(label, flops_to_floor=ratio, **row))
    facts = environment(cuda)
    if json_file:
        Path(json_file).write_text(
            json.dumps(dict(environment=facts, rows=rows), indent=2))
    return '\n'.join(
        [*(f'- {k}: {v}' for k, v in facts.items()), '', table(rows)])


def _refuse(who: str, **options: Any) -> None:
    """Raise ValueError if options are given that nothing would read."""
    given = [f'--{name.replace("_", "-")}' for name, value in options.items()
             if value]
    if given:
        raise ValueError(f'{who} no use for {", ".join(given)} here: leave '
                         'that out')


def _shape(network: str, size: str, depth: Sequence[int]) -> Tuple[int, int]:
    wrong = set(depth) - set(DEPTHS[network])
    if wrong:
        raise ValueError(f'--depth {min(wrong)} is none of {DEPTHS[network]} '
                         f'of --network {network}')
    height, width = height_width(size, 64)  # the last stage sees a 32nd
    stride = 2**max(depth)
    if network == 'unet' and (height % stride or width % stride):
        raise ValueError(f'--size must be multiples of {stride}, 2 to the '
                         'power of --depth, for --network unet')
    return height, width


def table(rows: List[dict]) -> str:
    """The rows in Markdown."""
    labels = ('network', 'mode', 'dtype', 'statistics', 'contestant')
    numbers = ('FLOPs to floor', 'ms', 'to floor', 'MiB', 'to floor',
               'faster than loop')
    lines = []
    for row in rows:
        low, ms, high = row['ms']
        least, ratio, most = row['time_to_floor']
        lines.append([
            *(row[name] for name in labels), f'{row["flops_to_floor"]:.3f}x',
            f'{ms:.1f} ({low:.1f}-{high:.1f})',
            f'{ratio:.2f}x ({least:.2f}-{most:.2f})', f'{row["mib"]:.0f}',
            f'{row["memory_to_floor"]:.2f}x', f'{row["faster_than_loop"]:.2f}x'
        ])
    return markdown([*labels, *numbers], lines, numbers)
