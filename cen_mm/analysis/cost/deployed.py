"""Inference of a network that ships, against that of plain networks."""
import json
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Callable, Dict, Optional, Sequence, Tuple

import numpy as np
import torch
from mmseg.registry import MODELS
from torch import Tensor, nn
from tqdm import tqdm

from ...deployment.network import GeneratorStreams, plain_streams
from ...layers import CHANNELS, ExchangeRule, exchangeable_norms, fold
from ...models import CENResNet
from ...runtime.onnx_inferencer import require
from ..tables import markdown
from .environment import environment
from .step_time import QUARTILES, count_flops, time_in_turns

SHARES = 0., 0.15, 0.3, 0.45  # of the channels, exchanged


class Folding(nn.Module):
    """Calls a network on the folded batch."""

    def __init__(self, net: nn.Module, num_modalities: int) -> None:
        super().__init__()
        self.net, self.m = net, num_modalities

    def forward(self, inputs: Tensor):
        """``(N, M*C, H, W)`` to whatever the network gives."""
        return self.net(fold(inputs, self.m))


def benchmark_deployed(network: str, depth: int, shape: Tuple[int, int],
                       batch: int, modalities: int, iters: int, warmup: int,
                       clock: str, json_file: Optional[str],
                       shares: Sequence[float] = SHARES) -> str:
    """Time floor, naive and deployed networks in torch and onnxruntime.

    ``floor`` is the plain network with folded norms on a batch of N*M,
    ``naive`` the folded CEN as it is, ``deployed`` what it becomes. They take
    turns on one thread of a CPU; a ratio is the median of those within a
    round.

    Args:
        network, depth, batch, modalities, iters, warmup, clock, json_file:
            As of ``benchmark.py``.
        shape (tuple[int, int]): Height and width.
        shares (Sequence[float]): Shares of the channels of each exchanging
            layer that are replaced, at random and disjoint, at most 1/M.

    Returns:
        str: The environment and a table in Markdown.

    Raises:
        ValueError: If a package is absent.
    """
    require('onnx', 'onnxruntime', 'onnxscript')
    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.rand(batch, 3 * modalities, *shape)
    nets = networks_that_ship(network, depth, modalities,
                              [s for s in shares if s * modalities <= 1])
    flops = {name: count_flops(net, x) for name, net in nets.items()}
    rows = []
    for runtime, prepare in (('torch', _torch_step), ('onnxruntime',
                                                      _onnx_step)):
        steps = {name: prepare(net, x) for name, net in nets.items()}
        with tqdm(desc=runtime, total=warmup + iters) as progress:
            times = time_in_turns(steps, False, iters, warmup, clock, progress)
        for name, ms in times.items():
            rows.append(dict(
                runtime=runtime, contestant=name,
                flops_to_floor=flops[name] / flops['floor'],
                ms=np.percentile(ms, QUARTILES).tolist(),
                time_to_floor=np.percentile(
                    ms / times['floor'], QUARTILES).tolist()))
    facts = environment(False)
    if json_file:
        Path(json_file).write_text(
            json.dumps(dict(environment=facts, rows=rows), indent=2))
    return '\n'.join(
        [*(f'- {k}: {v}' for k, v in facts.items()), '', _table(rows)])


@torch.no_grad()
def networks_that_ship(network: str, depth: int, m: int,
                       shares: Sequence[float]) -> Dict[str, nn.Module]:
    """Floor, naive and deployed networks, each of ``(N, M*C, H, W)``; the
    arguments are those of :func:`benchmark_deployed`."""
    if network == 'resnet':
        plain = MODELS.build(dict(type='ResNet', depth=depth))
        build = partial(CENResNet, depth, m)
    else:
        from ...translation import CENUNetGenerator  # it imports mmagic
        plain = GeneratorStreams(
            CENUNetGenerator(1, num_down=depth, exchange=None))
        build = partial(_unet, m, depth)
    plain.eval()
    nets = dict(floor=Folding(plain_streams(plain, (CHANNELS, )), m))
    for share in shares:
        net = build()
        net.eval()
        for name, norm in exchangeable_norms(net):
            if norm.exchange is not None:
                norm.exchange = ExchangeRule(
                    random_share=share * m).of_layer(name)
        if share == shares[-1]:
            nets[f'naive, {share:.0%}'] = Folding(net, m)
        nets[f'deployed, {share:.0%}'] = plain_streams(
            net, (CHANNELS, ) * m)
    return nets


def _unet(m: int, depth: int) -> nn.Module:
    from ...translation import CENUNetGenerator
    return GeneratorStreams(CENUNetGenerator(m, num_down=depth))


def _torch_step(net: nn.Module, x: Tensor) -> Callable[[], None]:

    @torch.no_grad()
    def step() -> None:
        net(x)

    return step


def _onnx_step(net: nn.Module, x: Tensor) -> Callable[[], None]:
    import onnxruntime
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        path = os.path.join(folder, 'net.onnx')
        torch.onnx.export(net, (x, ), path, input_names=['inputs'],
                          dynamo=True, external_data=False, verbose=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(
            path, options, providers=['CPUExecutionProvider'])
    return partial(session.run, None, dict(inputs=x.numpy()))


def _table(rows: Sequence[dict]) -> str:
    head = ['runtime', 'contestant', 'FLOPs to floor', 'ms', 'to floor']
    lines = []
    for row in rows:
        low, ms, high = row['ms']
        least, ratio, most = row['time_to_floor']
        lines.append([
            row['runtime'], row['contestant'],
            f'{row["flops_to_floor"]:.3f}x',
            f'{ms:.1f} ({low:.1f}-{high:.1f})',
            f'{ratio:.3f}x ({least:.3f}-{most:.3f})'])
    return markdown(head, lines, head[2:])
