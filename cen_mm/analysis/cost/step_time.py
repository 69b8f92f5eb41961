"""How long a step of a network takes, and how much memory it holds."""
import time
from functools import partial
from typing import Any, Callable, Dict, List, Optional

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

DTYPES = dict(fp32=torch.float32, bf16=torch.bfloat16, fp16=torch.float16)
QUARTILES = (25, 50, 75)
FROM_INPUT = ('batch', 'image')  # statistics of the input itself
CLOCKS = dict(wall=time.perf_counter, cpu=time.process_time)


def leaves(nest: Any) -> List[Tensor]:
    """The tensors in nested lists and tuples."""
    if isinstance(nest, Tensor):
        return [nest]
    return [tensor for part in nest for tensor in leaves(part)]


def step_of(net: nn.Module, inputs: Any, mode: str, statistics: str,
            dtype: torch.dtype) -> Callable[[], None]:
    """One train step or one inference, from a fresh state.

    Args:
        net (nn.Module): Called with ``inputs``, a nest of tensors.
        mode (str): 'train' (forward, backward and SGD update) or 'infer'.
        statistics (str): 'batch' or 'image' for norms that take them from the
            input; any other name for running ones.
        dtype (torch.dtype): Under autocast unless float32.
    """
    autocast = partial(
        torch.autocast, leaves(inputs)[0].device.type, dtype,
        enabled=dtype != torch.float32)
    # Statistics of the input itself in inference mean that the network
    # predicts as it trains, with dropout too.
    net.train(mode == 'train' or statistics in FROM_INPUT)
    net.zero_grad()

    def infer() -> None:
        with torch.no_grad(), autocast():
            net(inputs)

    if mode == 'infer':
        return infer
    for module in net.modules():
        if isinstance(module, _NormBase):
            module.train(statistics in FROM_INPUT)
    # At a rate of zero the update costs the same, and the weights, so the
    # exchanged channels, stay what they are.
    sgd = torch.optim.SGD(
        net.parameters(), lr=0., momentum=0.9, weight_decay=1e-5)
    scaler = torch.amp.GradScaler(
        leaves(inputs)[0].device.type, enabled=dtype == torch.float16)

    def train() -> None:
        sgd.zero_grad()
        with autocast():
            loss = sum(out.mean() for out in leaves(net(inputs)))
        scaler.scale(loss).backward()
        scaler.step(sgd)
        scaler.update()

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


def count_flops(net: nn.Module, inputs: Any) -> int:
    """Of one forward pass, in convolutions and matrix products."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(inputs)
    return counter.get_total_flops()


def time_in_turns(calls: Dict[str, Callable], cuda: bool, iters: int,
                  warmup: int, clock: str, progress: Optional[tqdm] = None
                  ) -> Dict[str, np.ndarray]:
    """Time calls that take turns, so that a slow moment slows all of them.

    Args:
        calls (dict[str, Callable]): Without arguments, by name.
        cuda (bool): Whether they run on CUDA.
        iters, warmup (int): Rounds that count, and rounds before.
        clock (str): Key of ``CLOCKS``.
        progress (tqdm, optional): Advanced by one a round.

    Returns:
        dict[str, np.ndarray]: Milliseconds of each, ``(iters, )``.
    """
    now = CLOCKS[clock]
    times = {name: [] for name in calls}
    for _ in range(warmup + iters):
        for name, call in calls.items():
            begin = now()
            call()
            if cuda:
                torch.cuda.synchronize()
            times[name].append(1e3 * (now() - begin))
        if progress is not None:
            progress.update()
    return {name: np.array(ms[warmup:]) for name, ms in times.items()}


def compare_steps(starts: Dict[str, Callable], cuda: bool, iters: int,
                  warmup: int, clock: str, progress: Optional[tqdm] = None
                  ) -> List[dict]:
    """Time and memory of the steps of networks that take turns.

    Args:
        starts (dict[str, Callable]): Calls of :func:`step_of`, by network,
            among them 'floor' and 'loop'.
        cuda, iters, warmup, clock, progress: See :func:`time_in_turns`.

    Returns:
        list[dict]: A row a network: quartiles of milliseconds and of the
        ratio to the floor, MiB and their ratio, and the median ratio of the
        loop's time to its own.
    """
    peak, steps = {}, {}
    for name, start in starts.items():
        start()()  # what libraries allocate for good is no peak of a step
        steps[name] = start()
        peak[name] = peak_memory(steps[name], cuda)
    times = time_in_turns(steps, cuda, iters, warmup, clock, progress)
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
