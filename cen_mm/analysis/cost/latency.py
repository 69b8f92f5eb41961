"""How long the stages of a network take."""
import time
from typing import Any, Dict, List, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from .stages import observed


class WallClock:
    """For devices that have finished when a call returns."""

    def mark(self) -> float:
        """A point in time."""
        return time.perf_counter()

    def finish(self) -> None:
        """Wait until all marks have been passed."""

    def milliseconds(self, begin: float, end: float) -> float:
        """From one mark to another."""
        return 1e3 * (end - begin)


class CudaClock:
    """For CUDA, which works off its queue while calls return."""
    finish = staticmethod(torch.cuda.synchronize)
    milliseconds = staticmethod(torch.cuda.Event.elapsed_time)

    def mark(self) -> torch.cuda.Event:
        """A mark in the queue."""
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event


class Latency(NamedTuple):
    """Milliseconds of each round: from end to end, and in each stage. The
    rest passes between the stages."""
    total: np.ndarray
    stages: Dict[str, np.ndarray]


def time_stages(net: nn.Module, inputs: Tensor, stages: Dict[str, List[str]],
                clock: Any, rounds: int, warmup: int) -> Latency:
    """Time a network and its stages in the same runs.

    Args:
        net (nn.Module): As it predicts.
        inputs (Tensor): ``(N, M*C, H, W)``, on the device of the network.
        stages (dict[str, list[str]]): Names of the parts of each stage.
        clock (object): :class:`WallClock`, :class:`CudaClock` or their like.
        rounds (int): Runs that count.
        warmup (int): Runs before, which do not.
    """
    total: List[float] = []
    times: Dict[str, List[float]] = {name: [] for name in stages}
    with torch.no_grad(), observed(net, clock.mark) as calls:
        for _ in range(warmup + rounds):
            calls.clear()
            begin = clock.mark()
            net(inputs, mode='tensor')
            end = clock.mark()
            clock.finish()
            total.append(clock.milliseconds(begin, end))
            for name, members in stages.items():
                times[name].append(sum(
                    clock.milliseconds(*marks)
                    for part, *marks in calls if part in members))
    return Latency(
        np.array(total[warmup:]),
        {name: np.array(ms[warmup:]) for name, ms in times.items()})
