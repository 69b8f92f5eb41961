"""A network without folding, private norms and exchange, for inference."""
import copy
import operator
from typing import List, Optional, Sequence

import torch
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from ..layers import AlignFusion, Ensemble, Fusion
from ..layers.private_layer import PrivateLayer
from .streams import StreamWriter

# What sees all modalities of a folded batch, and what is to be rewritten.
MIXING = (PrivateLayer, Fusion, AlignFusion)
SEEN = (*MIXING, _BatchNorm, _InstanceNorm)
TOLERANCE = 1e-3  # of the largest output
REFUSED = '{} cannot become plain streams, {}: use or export it as it is'


def deploy(model: nn.Module) -> fx.GraphModule:
    """Make the network that ships of a trained one.

    Each private norm becomes part of the convolution before it, one a
    modality, and the exchange a choice of the channels that the next
    convolution reads: what nobody reads is not computed, and what several
    streams read is computed once. Norms that use the statistics of the image,
    such as those of a translation with ``predict_mode='train'``, stay norms,
    of the channels that are read; its dropout is left out.

    The weights are those of the moment, and the model stays as it is. The
    outputs of both are compared on random images.

    Args:
        model (nn.Module): A :class:`~cen_mm.CENSegmentor` or a
            :class:`~cen_mm.translation.CENPix2Pix`.

    Returns:
        fx.GraphModule: Maps normalised images ``(N, M*C, H, W)`` to
        ``(N, (M+1)*K, h, w)``, the streams and their ensemble, as
        ``model(inputs, mode='tensor')`` does.

    Raises:
        ValueError: If modalities are absent, the network merges them, cannot
            be traced by torch.fx, or would come out with other outputs.

    Example:
        >>> net = cen_mm.deploy(model)
        >>> logits = net(images)
    """
    name = type(getattr(model, 'backbone', model)).__name__
    check_all_present(model)
    if getattr(model, 'merges', False):
        raise ValueError(REFUSED.format(
            name, 'since its backbone merges the modalities'))
    model = copy.deepcopy(model).eval().requires_grad_(False)
    m = len(model.modalities)
    if hasattr(model, 'generator'):
        core, ensemble = GeneratorStreams(model.generator), (
            model.generator.ensemble if m > 1 else None)
        channels = (model.generator.in_channels, ) * m
        size = model.generator.stride
        if model.predict_mode == 'train':
            for module in core.modules():
                if isinstance(module, _InstanceNorm):
                    module.train()
    else:
        core, ensemble = SegmentorStreams(model), model.decode_head.ensemble
        channels, size = model.channels, 32
    try:
        net = plain_streams(core, channels, ensemble)
    except (AttributeError, TypeError, ValueError, fx.proxy.TraceError,
            NotImplementedError, RuntimeError) as error:
        raise ValueError(REFUSED.format(
            name, f'since torch.fx cannot trace it ({error})')) from error
    weight = next(core.parameters())
    with torch.no_grad():
        images = torch.randn(2, sum(channels), max(size, 64), max(size, 64))
        images = images.to(weight)
        expected, found = model(images, mode='tensor'), net(images)
    off = (found - expected).abs().max() / expected.abs().max()
    if not off <= TOLERANCE:
        raise ValueError(REFUSED.format(
            name, f'since its outputs would be off by {off:.1e}'))
    return net


def check_all_present(model: nn.Module) -> None:
    """Refuse to ship a model that is told to do without modalities.

    Raises:
        ValueError: If its ``present`` lacks some of its modalities.
    """
    absent = [name for name in model.modalities if name not in model.present]
    if absent:
        raise ValueError(
            f'the model is to do without {", ".join(absent)}, but a network '
            'that ships takes all modalities: take modalities out of test_cfg '
            'of the model (present, of a translation)')


def plain_streams(core: nn.Module, channels: Sequence[int],
                  ensemble: Optional[Ensemble] = None) -> fx.GraphModule:
    """Rewrite a folded network.

    Args:
        core (nn.Module): Maps ``(N*M, C, H, W)`` to a folded map or to
            several, in the mode that it shall have.
        channels (Sequence[int]): Of each of the M modalities.
        ensemble (Ensemble, optional): Of the streams.

    Returns:
        fx.GraphModule: Maps ``(N, M*C, H, W)`` to the streams on the channel
        axis, and their ensemble, if there is any, behind them.
    """
    graph = _Tracer().trace(core)
    m = len(channels)
    writer = StreamWriter(fx.GraphModule(core, graph), m)
    inputs = writer.graph.placeholder('inputs')
    parts = writer.call(torch.split, inputs, list(channels), 1)
    images = [writer.call(operator.getitem, parts, k) for k in range(m)]

    def join(streams: List[fx.Node]) -> fx.Node:
        if ensemble is not None:
            mean = writer.weigh(streams, ensemble.alpha.softmax(0).tolist())
            streams = [*streams, mean]
        return writer.call(torch.cat, streams, 1)

    writer.write(images, join)
    net = fx.GraphModule(writer.root, writer.graph, 'Deployed').eval()
    net.graph.eliminate_dead_code()
    net.delete_all_unused_submodules()
    net.recompile()
    return net


class SegmentorStreams(nn.Module):
    """``(N*M, C, H, W)`` to logits ``(N*M, K, h, w)``."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, model.decode_head.head
        self.neck = model.neck if model.with_neck else None

    def forward(self, x: Tensor) -> Tensor:
        features = self.backbone(x)
        return self.head(features if self.neck is None else self.neck(
            features))


class GeneratorStreams(nn.Module):
    """``(N*M, C, H, W)`` to images ``(N*M, C', H, W)``."""

    def __init__(self, generator: nn.Module) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, x: Tensor) -> Tensor:
        return self.generator.translate(x)


class _Tracer(fx.Tracer):
    """Looks into nothing but sequences and what holds layers of ``SEEN``."""

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        if isinstance(module, MIXING):
            return True
        if isinstance(module, nn.Sequential):
            return False
        return super().is_leaf_module(module, name) or not any(
            isinstance(child, SEEN) for child in module.modules())

    def to_bool(self, proxy: fx.Proxy) -> bool:
        """Where a layer asks whether a map is on a CPU."""
        if getattr(proxy, 'attr', None) == 'is_cpu':
            return next(self.root.parameters()).is_cpu
        return super().to_bool(proxy)
