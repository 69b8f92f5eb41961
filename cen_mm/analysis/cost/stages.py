"""The stages of any network, when they run, and how long."""
import time
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np
import torch
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import Tensor, nn

from ...layers import exchangeable_norms

Call = Tuple[str, Any, Any]


def _within(name: str, module: nn.Module) -> Iterator[Tuple[str, nn.Module]]:
    for key, child in module.named_children():
        holder = isinstance(child, nn.ModuleList) and (
            type(child).forward is nn.Module.forward)
        if holder or isinstance(child, BaseDecodeHead):
            yield from _within(f'{name}.{key}', child)
        else:
            yield f'{name}.{key}', child


def parts(net: nn.Module) -> Dict[str, nn.Module]:
    """The modules that stages are made of, by name.

    The children of the network's own children, which are backbone, neck,
    heads or generator. A list that only holds modules is replaced by what it
    holds, and so is a decode head within another.
    """
    return {
        key: module
        for name, child in net.named_children()
        for key, module in _within(name, child)
    }


@contextmanager
def observed(net: nn.Module,
             mark: Callable[[], Any]) -> Iterator[List[Call]]:
    """Record when the parts of any network run.

    Yields:
        list[tuple]: Filled while the network runs: for each call of a part
        its name, and what ``mark`` returned before and after.
    """
    calls: List[Call] = []
    begun: Dict[str, Any] = {}
    handles = []
    for name, module in parts(net).items():

        def before(*_, name=name) -> None:
            begun[name] = mark()

        def after(*_, name=name) -> None:
            calls.append((name, begun.pop(name), mark()))

        handles += [module.register_forward_pre_hook(before),
                    module.register_forward_hook(after)]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def stages_of(net: nn.Module, calls: List[Call]) -> Dict[str, List[str]]:
    """The stages of a network, in the order in which they end.

    A part is a stage. Layers (parts without submodules, and norms) that run
    one after the other and have the same parent are one stage together: the
    stem of a ResNet is ``backbone.conv1+bn1+relu+maxpool``.

    Args:
        net (nn.Module): The network that ran.
        calls (list[tuple]): Of :func:`observed`.

    Returns:
        dict[str, list[str]]: The parts of each that ran.
    """
    layers = {name for name, _ in exchangeable_norms(net)} | {
        name for name, part in parts(net).items() if not [*part.children()]}
    groups: List[List[str]] = []
    for name in [*dict.fromkeys(n for n, *_ in reversed(calls))][::-1]:
        before = groups[-1][-1] if groups else ''
        if ({before, name} <= layers
                and before.rpartition('.')[0] == name.rpartition('.')[0]):
            groups[-1].append(name)
        else:
            groups.append([name])
    return {
        '+'.join([group[0], *(n.rpartition('.')[2] for n in group[1:])]): group
        for group in groups
    }


class Moment(float):
    """Seconds, which are compared as CUDA's events are."""

    def elapsed_time(self, end: float) -> float:
        """Milliseconds until ``end``."""
        return 1e3 * (end - self)


def wall_mark() -> Moment:
    """Now, for devices that have finished when a call returns."""
    return Moment(time.perf_counter())


def cuda_mark() -> torch.cuda.Event:
    """A mark in the queue, which CUDA works off while calls return."""
    event = torch.cuda.Event(enable_timing=True)
    event.record()
    return event


class Latency(NamedTuple):
    """Milliseconds of each round: from end to end, and in each stage. The
    rest passes between the stages."""
    total: np.ndarray
    stages: Dict[str, np.ndarray]


def time_stages(net: nn.Module, inputs: Tensor, stages: Dict[str, List[str]],
                rounds: int, warmup: int,
                mark: Callable[[], Any] = wall_mark) -> Latency:
    """Time a network and its stages, parts by name, in the same runs.

    Args:
        net (nn.Module): As it predicts.
        inputs (Tensor): ``(N, M*C, H, W)``, on the device of the network.
        stages (dict[str, list[str]]): Of :func:`stages_of`.
        rounds, warmup (int): Runs that count, and runs before.
        mark (callable): Defaults to :func:`wall_mark`; for CUDA
            :func:`cuda_mark`.
    """
    total: List[float] = []
    times: Dict[str, List[float]] = {name: [] for name in stages}
    with torch.no_grad(), observed(net, mark) as calls:
        for _ in range(warmup + rounds):
            calls.clear()
            begin = mark()
            net(inputs, mode='tensor')
            end = mark()
            if inputs.is_cuda:
                torch.cuda.synchronize()
            total.append(begin.elapsed_time(end))
            for name, members in stages.items():
                times[name].append(sum(
                    before.elapsed_time(after)
                    for part, before, after in calls if part in members))
    return Latency(
        np.array(total[warmup:]),
        {name: np.array(ms[warmup:]) for name, ms in times.items()})
