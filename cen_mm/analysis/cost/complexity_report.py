"""Multiply-adds, parameters and time of a config, as text."""
from typing import List, Optional, Sequence

import numpy as np
from mmengine import Config

from ..tables import markdown
from .complexity import Complexity, Parameters, build, input_of, measure
from .environment import at_least, environment, pick_device
from .stages import Latency, cuda_mark, time_stages, wall_mark


def complexity_report(cfg: Config, shape: Sequence[int] = (),
                      latency: bool = False, device: str = 'auto',
                      batch: int = 1, rounds: int = 20, warmup: int = 3
                      ) -> str:
    """Measure a config; the arguments are those of ``get_flops.py``.

    Returns:
        str: Figures of the whole network, and a table of its stages.

    Raises:
        ValueError: If the config or an argument does not fit.
    """
    if len(shape) > 2 or min(shape, default=1) < 1:
        raise ValueError(f'--shape {shape} is neither HEIGHT WIDTH nor one '
                         'number for both')
    at_least(1, batch=batch, rounds=rounds)
    at_least(0, warmup=warmup)
    device = pick_device(device)
    found = measure(cfg, tuple(shape) * 2 if len(shape) == 1 else shape)
    lines, timed = _summary(found), None
    if latency:
        net = build(cfg, device)
        timed = time_stages(
            net, input_of(net, cfg, found.shape, batch)[0],
            {name: stage.modules for name, stage in found.stages.items()},
            rounds, warmup, cuda_mark if device == 'cuda' else wall_mark)
        lines.append(f'Timed: {rounds} rounds of {batch} '
                     f'sample{"s" * (batch > 1)}, {device}')
        facts = environment(device == 'cuda')
        lines += [f'{k}: {v}' for k, v in facts.items()]
    return '\n'.join([*lines, '', stage_table(found, timed)])


def _summary(found: Complexity) -> List[str]:
    m, params = found.modalities, found.parameters
    height, width = found.shape
    lines = [
        f'Input shape: 1 sample, {m} {"modality" if m == 1 else "modalities"}'
        f', {height} x {width}',
        f'Flops: {found.flops / 1e9:.4g} G (multiply-adds)',
        f'Params: {params.total / 1e6:.3f} M',
        f'  shared: {params.shared / 1e6:.3f} M',
        f'  private: {params.private / 1e6:.3f} M'
    ]
    if params.fusion:
        lines.append(f'  of both, for fusion: {params.fusion / 1e6:.3f} M')
    if found.discriminator is not None:
        lines.append(f'Discriminator: {found.discriminator / 1e6:.3f} M '
                     '(only trains)')
    return lines


def stage_table(found: Complexity, latency: Optional[Latency] = None) -> str:
    """The stages in Markdown, with the median, quartiles and share of their
    times if there are any."""
    stages = found.stages
    between = Parameters(*(
        whole - sum(of_stages) for whole, *of_stages in zip(
            found.parameters, *(s.parameters for s in stages.values()))))
    flops = found.flops - sum(s.flops for s in stages.values())
    lines = [(name, s.parameters, s.flops) for name, s in stages.items()]
    lines += [('between', between, flops),
              ('total', found.parameters, found.flops)]
    head = ['stage', *Parameters._fields, 'GFLOPs']
    rows = [[name, *(f'{count:,}' for count in parameters), f'{f / 1e9:.4g}']
            for name, parameters, f in lines]
    if latency:
        head += ['ms', 'share']
        times = [latency.stages[name] for name in stages]
        times += [latency.total - sum(times), latency.total]
        for row, ms in zip(rows, times):
            low, middle, high = np.percentile(ms, (25, 50, 75))
            row += [f'{middle:.2f} ({low:.2f}-{high:.2f})',
                    f'{np.median(ms / latency.total):.1%}']
    if not found.parameters.fusion:
        for cells in (head, *rows):
            del cells[3]
    return markdown(head, rows, head[1:], padded=True)
