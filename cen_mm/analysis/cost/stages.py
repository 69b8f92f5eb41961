"""The stages of any network, and when they run."""
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Tuple

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import nn

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

    ``mark`` returns what is recorded: a time, or a count so far.

    Yields:
        list[tuple]: Filled while the network runs: for each call of a part
        its name, and the marks before and after.
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
