"""Rewrites a folded network as M plain streams."""
import operator
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, fx, nn

from .layers import (
    Affine,
    affine_of,
    conv_like,
    instance_norm,
    is_conv,
    is_depthwise,
    kernels,
    not_in_place,
    statistics_of,
    stock_of,
)
from .plan import IDLE, POINTWISE, exchanges, extras, norm_behind, plan

FUNCTIONS = (F.relu, F.relu6, F.leaky_relu, F.silu, F.gelu, torch.relu,
             torch.tanh, torch.sigmoid)


class Part(NamedTuple):
    """A node, and the number of each of its channels in the whole map."""
    node: fx.Node
    channels: Tuple[int, ...]


class Parts(tuple):
    """The parts that make up a map of one stream, in any order."""

    @property
    def channels(self) -> List[int]:
        return [c for part in self for c in part.channels]


class StreamWriter:
    """Writes the graph of M streams, node by node.

    A map of the folded network, ``(N*M, C, H, W)``, becomes M maps, each of
    which is a node ``(N, C, H, W)`` or is made up of :class:`Parts`. A part
    that two streams hold is one node, so it is computed once.

    Args:
        traced (fx.GraphModule): The folded network, in ``eval()``, with
            private layers as leaves.
        num_modalities (int): M.
    """

    def __init__(self, traced: fx.GraphModule, num_modalities: int) -> None:
        self.old, self.m = traced, num_modalities
        self.modules = dict(traced.named_modules())
        self.root, self.graph = nn.Module(), fx.Graph()
        self.made: Dict[str, fx.Node] = {}
        self.names: Dict[nn.Module, str] = {}
        self.copies: Dict[nn.Module, nn.Module] = {}
        self.values: Dict[fx.Node, List[Any]] = {}

    def write(self, inputs: Sequence[fx.Node], join: Any) -> None:
        """Write all streams.

        Args:
            inputs (Sequence[fx.Node]): M images.
            join (Callable): Makes one node of the M maps of an output.
        """
        for node in self.old.graph.nodes:
            if node.op == 'placeholder':
                self.values[node] = list(inputs)
            elif node.op == 'output':
                self.graph.output(fx.node.map_arg(
                    node.args[0],
                    lambda x: join([self.whole(y) for y in self.values[x]])))
            else:
                self.values[node] = self._streams_of(node)

    def add(self, layer: Any) -> str:
        """Register a layer or a buffer of the new network."""
        name = f'_{len(self.root._modules) + len(self.root._buffers)}'
        if isinstance(layer, Tensor):
            self.root.register_buffer(name, layer)
        else:
            self.root.add_module(name, layer)
        return name

    def emit(self, op: str, target: Any, *args, **kwargs) -> fx.Node:
        """Write a node; the same call again is the same node."""
        key = repr((op, target, args, sorted(kwargs.items())))
        if key not in self.made:
            self.made[key] = self.graph.create_node(op, target, args, kwargs)
        return self.made[key]

    def call(self, function: Any, *args, **kwargs) -> fx.Node:
        return self.emit('call_function', function, *args, **kwargs)

    def run(self, layer: nn.Module, *args, **kwargs) -> fx.Node:
        """Call a layer, which is registered where it is not yet."""
        if layer not in self.names:
            self.names[layer] = self.add(layer)
        return self.emit('call_module', self.names[layer], *args, **kwargs)

    def whole(self, stream: Any) -> Any:
        """A map in the order of its channels, as one node."""
        if not isinstance(stream, Parts):
            return stream
        joined, channels = self.join(stream), stream.channels
        if channels == sorted(channels):
            return joined
        order = torch.tensor(channels).argsort()
        index = self.emit('get_attr', self.add(order))
        return self.call(torch.index_select, joined, 1, index)

    def join(self, parts: Sequence[Part]) -> fx.Node:
        """The parts behind each other, as one node."""
        nodes = [part.node for part in parts]
        return nodes[0] if len(nodes) == 1 else self.call(torch.cat, nodes, 1)

    def _streams_of(self, node: fx.Node) -> List[Any]:
        layer = self.modules.get(node.target) if (
            node.op == 'call_module') else None
        if is_conv(layer):
            behind = norm_behind(node, self.modules)
            return self._convolve(node, layer, behind)
        before = self._folded_before(node)
        if before is not None:
            return self.values[before]
        if isinstance(layer, IDLE):
            return self.values[node.args[0]]
        if isinstance(layer, POINTWISE):
            return self._pointwise(layer, self.values[node.args[0]])
        if node.op == 'call_function' and node.target in FUNCTIONS:
            kwargs = {k: v for k, v in node.kwargs.items() if k != 'inplace'}
            return self._each_part(
                lambda x: self.call(node.target, x, *node.args[1:], **kwargs),
                self.values[node.args[0]])
        if node.target is torch.cat:
            joined = self._concatenate(node)
            if joined:
                return joined
        if statistics_of(layer) == 'running' and not exchanges(layer):
            return self._norm(layer, node)
        if hasattr(layer, 'num_modalities'):
            return self._folded(layer, node)
        return self._each_stream(node, layer)

    def _folded_before(self, node: fx.Node) -> Optional[fx.Node]:
        """The convolution that a norm has been folded into."""
        before = node.args[0] if node.args else None
        if (isinstance(before, fx.Node) and before.op == 'call_module'
                and is_conv(self.modules[before.target])
                and norm_behind(before, self.modules) is node):
            return before
        return None

    def _each_part(self, run: Any, streams: List[Any]) -> List[Any]:
        return [
            Parts(part._replace(node=run(part.node)) for part in stream)
            if isinstance(stream, Parts) else run(stream)
            for stream in streams
        ]

    def _pointwise(self, layer: nn.Module, streams: List[Any]) -> List[Any]:
        if getattr(layer, 'inplace', False):
            # Its input may belong to another stream too.
            layer = self.copies.setdefault(layer, not_in_place(layer))
        return self._each_part(lambda x: self.run(layer, x), streams)

    def _concatenate(self, node: fx.Node) -> Optional[List[Parts]]:
        """Channels of several maps, if all are known by their parts."""
        maps = [self.values[arg] for arg in node.args[0]]
        dim = node.kwargs.get('dim', (*node.args, None)[1])
        if dim != 1 or not all(
                isinstance(stream, Parts) for m in maps for stream in m):
            return None
        streams = []
        for parts in zip(*maps):
            start, found = 0, []
            for each in parts:
                found += [
                    Part(part.node, tuple(start + c for c in part.channels))
                    for part in each
                ]
                start += len(each.channels)
            streams.append(Parts(found))
        return streams

    def _each_stream(self, node: fx.Node, layer: Optional[nn.Module]
                     ) -> List[fx.Node]:
        """Run anything that knows no modalities on one stream after the
        other."""
        if node.op == 'get_attr':
            value = operator.attrgetter(node.target)(self.old)
            return [self.emit('get_attr', self.add(value.detach()))] * self.m
        streams = []
        for k in range(self.m):
            args, kwargs = fx.node.map_arg(
                (node.args, node.kwargs),
                lambda n, k=k: self.whole(self.values[n][k]))
            streams.append(
                self.run(layer, *args, **kwargs) if layer is not None else
                self.emit(node.op, node.target, *args, **kwargs))
        return streams

    def _folded(self, layer: nn.Module, node: fx.Node) -> List[fx.Node]:
        """Fold the streams for a layer that wants all modalities."""
        images = [self.whole(x) for x in self.values[node.args[0]]]
        x = self.call(torch.flatten, self.call(torch.stack, images, 1), 0, 1)
        x = self.run(layer, x, *node.args[1:], **node.kwargs)
        x = self.call(torch.unflatten, x, 0, (-1, self.m))
        return [self.call(torch.select, x, 1, k) for k in range(self.m)]

    def _norm(self, layer: nn.Module, node: fx.Node) -> List[Any]:
        """A norm that follows no convolution."""
        affine = affine_of(layer, self.m)
        streams = [
            self.run(Affine(*values), self.whole(x))
            for x, *values in zip(self.values[node.args[0]], *affine)
        ]
        return self._behind(layer, streams)

    def _behind(self, norm: nn.Module, streams: List[Any]) -> List[Any]:
        """The activation that a private norm fuses."""
        for extra in extras(norm):
            if not isinstance(extra, IDLE):
                streams = self._pointwise(extra, streams)
        return streams

    def _convolve(self, node: fx.Node, layer: nn.Module,
                  behind: Optional[fx.Node]) -> List[Parts]:
        """A convolution, the norm behind it and the exchange behind that."""
        norm = behind and self.modules[behind.target]
        statistics = statistics_of(norm)
        weight, bias = kernels(layer, self.m)
        if statistics:
            scale, offset = affine_of(norm, self.m)
        if statistics == 'running':
            weight = [w * s[:, None, None, None]
                      for w, s in zip(weight, scale)]
            bias = bias * scale + offset
        has_bias = statistics == 'running' or (
            # The image's mean takes a bias away again.
            statistics is None and stock_of(layer).bias is not None)
        streams = [[] for _ in range(self.m)]
        for group in plan(node, self.modules, self.m, bias.shape[1]):
            rows = list(group.channels)
            own: List[Optional[fx.Node]] = [None] * self.m
            for k in range(self.m):
                if not group.needed[k]:
                    continue
                x, kernel = self.values[node.args[0]][k], weight[k][rows]
                if is_depthwise(layer):
                    x = self._channels(x, rows)
                elif isinstance(x, Parts):
                    kernel, x = kernel[:, x.channels], self.join(x)
                own[k] = self.run(
                    conv_like(layer, kernel, bias[k, rows] if has_bias
                              else None), x)
                if statistics == 'image':
                    own[k] = self.run(
                        instance_norm(stock_of(norm), scale[k, rows],
                                       offset[k, rows]), own[k])
            for k, stream in enumerate(streams):
                x = own[k]
                if group.replaced[k]:
                    donors = own[:k] + own[k + 1:]
                    x = donors[0] if len(donors) == 1 else self.weigh(
                        donors, [1 / len(donors)] * len(donors))
                if x is not None:
                    stream.append(Part(x, group.channels))
        return self._behind(norm, [Parts(stream) for stream in streams])

    def _channels(self, stream: Any, wanted: Sequence[int]) -> fx.Node:
        """Some channels of a stream, in this order."""
        if isinstance(stream, Parts):
            for part in stream:
                if part.channels == tuple(wanted):
                    return part.node
            known, joined = stream.channels, self.join(stream)
            wanted = [known.index(channel) for channel in wanted]
        else:
            joined = stream
        index = self.emit('get_attr', self.add(torch.tensor(wanted)))
        return self.call(torch.index_select, joined, 1, index)

    def weigh(self, nodes: List[fx.Node], weights: Sequence[float]
              ) -> fx.Node:
        """Weighted sum of maps."""
        terms = [self.call(operator.mul, node, weight)
                 for node, weight in zip(nodes, weights)]
        total = terms[0]
        for term in terms[1:]:
            total = self.call(operator.add, total, term)
        return total
