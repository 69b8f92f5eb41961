"""Multiply-adds, parameters and time of a config, for any number of
modalities, whole and by stage.

    python tools/analysis_tools/get_flops.py \\
        configs/cen/refinenet_r101_nyudv2.py --shape 480 640
    python tools/analysis_tools/get_flops.py \\
        configs/translation/cen/shade-texture2rgb_taskonomy.py --latency

The interface of mmseg's tool of that name, and its units: for one sample with
all of its modalities, from its images to what leaves the network, which for a
segmentor are logits before they are enlarged; a multiply-add counts once, and
what counts is as in mmengine's analysis but for some details, see
cen_mm/analysis/multiply_adds.py. Auxiliary heads and the discriminator only
train: the former are left out, the latter's parameters have their own line.

A stage is a child of backbone, neck, decode head or generator, or of a list
in them; simple modules that run one after the other are one stage. What is
done between the stages (enlarging, adding, joining maps) has the last row.

--latency adds milliseconds with random weights: the median over the rounds,
quartiles in brackets, and the median share of a round.
"""
import argparse
from pathlib import Path
from typing import Dict, Optional

import numpy as np
import torch
from _environment import environment
from mmengine import Config, DictAction

from cen_mm.analysis.complexity import (
    Complexity,
    Parameters,
    build,
    input_of,
    measure,
)
from cen_mm.analysis.latency import (
    CudaClock,
    Latency,
    WallClock,
    time_stages,
)

QUARTILES = (25, 50, 75)


def lines(complexity: Complexity) -> Dict[str, str]:
    """The figures of the whole network."""
    height, width = complexity.shape
    noun = 'modality' if complexity.modalities == 1 else 'modalities'
    m, params = complexity.modalities, complexity.parameters
    found = {
        'Input shape': f'1 sample, {m} {noun}, {height} x {width}',
        'Flops': f'{complexity.flops / 1e9:.4g} G (multiply-adds)',
        'Params': f'{params.total / 1e6:.3f} M',
        '  shared': f'{params.shared / 1e6:.3f} M',
        '  private': f'{params.private / 1e6:.3f} M'
    }
    if params.fusion:
        found['  of both, for fusion'] = f'{params.fusion / 1e6:.3f} M'
    if complexity.discriminator is not None:
        found['Discriminator'] = (
            f'{complexity.discriminator / 1e6:.3f} M (only trains)')
    return found


def row(name: str, parameters: Parameters, flops: int,
        ms: Optional[np.ndarray], total: Optional[np.ndarray]) -> list:
    """A line of the table; times of the rounds, if there are any."""
    cells = [
        name, *(f'{count:,}' for count in parameters), f'{flops / 1e9:.4g}'
    ]
    if ms is None:
        return cells
    low, middle, high = np.percentile(ms, QUARTILES)
    return [
        *cells, f'{middle:.2f} ({low:.2f}-{high:.2f})',
        f'{np.median(ms / total):.1%}'
    ]


def table(complexity: Complexity, latency: Optional[Latency] = None) -> str:
    """The stages, in Markdown."""
    head = ['stage', 'shared', 'private', 'fusion', 'GFLOPs']
    if latency:
        head += ['ms', 'share']
    stages, total = complexity.stages, latency and latency.total
    rows = [
        row(name, stage.parameters, stage.flops, latency
            and latency.stages[name], total) for name, stage in stages.items()
    ]
    between = Parameters(*(
        whole - sum(parts) for whole, *parts in zip(
            complexity.parameters, *(s.parameters for s in stages.values()))))
    rows.append(
        row('between', between,
            complexity.flops - sum(s.flops for s in stages.values()), latency
            and total - sum(latency.stages.values()), total))
    rows.append(
        row('total', complexity.parameters, complexity.flops, total, total))
    sides = ['---', *['---:'] * (len(head) - 1)]
    if not complexity.parameters.fusion:
        for cells in (head, sides, *rows):
            del cells[3]
    widths = [max(map(len, column)) for column in zip(head, sides, *rows)]
    return '\n'.join(
        '| ' + ' | '.join(cell.ljust(width) if i == 0 else cell.rjust(width)
                          for i, (cell, width) in enumerate(
                              zip(cells, widths))) + ' |'
        for cells in (head, sides, *rows))


def time_config(cfg: Config, complexity: Complexity,
                args: argparse.Namespace) -> Latency:
    """Time the stages of a config."""
    net = build(cfg, args.device)
    inputs, _ = input_of(net, cfg, complexity.shape, args.batch)
    stages = {name: s.modules for name, s in complexity.stages.items()}
    clock = CudaClock() if args.device == 'cuda' else WallClock()
    return time_stages(net, inputs, stages, clock, args.rounds, args.warmup)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add = parser.add_argument
    add('config', help='config file of a segmentor or of CENPix2Pix')
    add('--shape', type=int, nargs='+', default=[], metavar='SIZE',
        help='height and width, or one number for both; by default what the '
        'config\ntrains on, of translation: tests on')
    add('--latency', action='store_true', help='measure the time, too')
    add('--device', default='auto', choices=['auto', 'cpu', 'cuda'],
        help='for --latency; by default CUDA if it is there')
    add('--batch', type=int, default=1, metavar='N',
        help='samples for --latency (default: 1)')
    add('--rounds', type=int, default=20, help='that count (default: 20)')
    add('--warmup', type=int, default=3, help='rounds before (default: 3)')
    add('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config')
    args = parser.parse_args()
    if not Path(args.config).is_file():
        parser.error(f'{args.config} is not there: give the path of a config')
    if len(args.shape) > 2 or min(args.shape, default=1) < 1:
        parser.error(f'--shape {args.shape} is neither HEIGHT WIDTH nor one '
                     'number for both')
    for name in ('batch', 'rounds'):
        if getattr(args, name) < 1:
            parser.error(f'--{name} must be at least 1')
    if args.warmup < 0:
        parser.error('--warmup must be at least 0')
    if args.device == 'cuda' and not torch.cuda.is_available():
        parser.error('torch sees no CUDA device: use --device cpu')
    if args.device == 'auto':
        args.device = 'cuda' if torch.cuda.is_available() else 'cpu'
    args.shape = args.shape * 2 if len(args.shape) == 1 else args.shape
    return args


def main() -> None:
    args = parse_args()
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options or {})
    try:
        complexity = measure(cfg, args.shape)
    except ValueError as error:
        raise SystemExit(str(error))
    found = lines(complexity)
    latency = None
    if args.latency:
        latency = time_config(cfg, complexity, args)
        found['Timed'] = (f'{args.rounds} rounds of {args.batch} '
                          f'sample{"s" * (args.batch > 1)}, {args.device}')
        found.update(environment(args.device == 'cuda'))
    print(*(f'{name}: {value}' for name, value in found.items()), sep='\n')
    print(f'\n{table(complexity, latency)}')


if __name__ == '__main__':
    main()
