"""Where in a network something happens, by stages that any network has."""
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Tuple

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from torch import nn

Call = Tuple[str, Any, Any]


def _within(name: str, module: nn.Module) -> Iterator[Tuple[str, nn.Module]]:
    for key, child in module.named_children():
        held = isinstance(child, nn.ModuleList) and (
            type(child).forward is nn.Module.forward)
        if held or isinstance(child, BaseDecodeHead):
            yield from _within(f'{name}.{key}', child)
        else:
            yield f'{name}.{key}', child


def parts(net: nn.Module) -> Dict[str, nn.Module]:
    """What stages are made of, by name.

    The children of the network's own children, which are backbone, neck,
    heads or generator. A list that only holds modules stands for what it
    holds, and so does a decode head that is wrapped.
    """
    return {
        key: module
        for name, child in net.named_children()
        for key, module in _within(name, child)
    }


@contextmanager
def observed(net: nn.Module,
             mark: Callable[[], Any]) -> Iterator[List[Call]]:
    """Note when the parts of a network are at work.

    Args:
        net (nn.Module): Any network.
        mark (callable): What is noted: a time, or a count so far.

    Yields:
        list[tuple]: It fills while the network runs: for each call of a
        part its name, and the marks before and after.
    """
    calls: List[Call] = []
    begun: Dict[str, Any] = {}
    handles = []

    def watch(name: str, module: nn.Module) -> None:

        def before(*_) -> None:
            begun[name] = mark()

        def after(*_) -> None:
            calls.append((name, begun.pop(name), mark()))

        handles.append(module.register_forward_pre_hook(before))
        handles.append(module.register_forward_hook(after))

    for name, module in parts(net).items():
        watch(name, module)
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()


def stages_of(net: nn.Module, calls: List[Call]) -> Dict[str, List[str]]:
    """The stages of a network, in the order in which they end.

    A part is a stage. Parts without submodules that run one after the other
    and have the same parent are one stage together: the stem of a ResNet is
    ``backbone.conv1+bn1+relu+maxpool``.

    Args:
        net (nn.Module): The network that ran.
        calls (list[tuple]): Of :func:`observed`.

    Returns:
        dict[str, list[str]]: Their parts, by name. What never ran is in
        none.
    """
    modules = parts(net)

    def parent(name: str) -> str:
        return name.rpartition('.')[0]

    def simple(name: str) -> bool:
        return next(modules[name].children(), None) is None

    last = list(dict.fromkeys(name for name, *_ in reversed(calls)))[::-1]
    groups: List[List[str]] = []
    for name in last:
        before = groups[-1][-1] if groups else ''
        if (before and simple(before) and simple(name)
                and parent(before) == parent(name)):
            groups[-1].append(name)
        else:
            groups.append([name])
    return {
        '+'.join([group[0], *(n.rpartition('.')[2] for n in group[1:])]): group
        for group in groups
    }
