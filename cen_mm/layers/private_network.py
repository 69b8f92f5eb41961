"""Conversion of plain networks to private layers that exchange."""
import difflib
import re
from contextlib import contextmanager
from functools import partial
from typing import Any, Callable, Iterator, List, Sequence, Tuple

import torch
from torch import nn
from torch.compiler import is_compiling
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from .conv import PrivateConv
from .exchange import ExchangeRule
from .norm import PrivateNorm
from .private_layer import PrivateLayer
from .sync_norm import SyncBN

CONVS = (nn.Conv2d, nn.ConvTranspose2d)
NORMS = (_BatchNorm, _InstanceNorm, nn.GroupNorm, nn.LayerNorm)


def make_private(net: nn.Module,
                 num_modalities: int,
                 private: Sequence[str] = ('affine', 'stats')) -> nn.Module:
    """Make norms, and convolutions if asked, of a plain network private.

    In place, as ``convert_sync_batchnorm`` does for SyncBN: weights,
    statistics, eps, momentum, ``requires_grad`` and names are kept, and every
    modality starts from the same values. A layer used in two places stays
    one layer. Layers that know their modalities already stay as they are.

    Args:
        net (nn.Module): Any network that takes its samples one by one.
        num_modalities (int): M.
        private (Sequence[str]): What each modality has of its own, of
            'affine' (scales and offsets of norms), 'stats' (mean and
            variance of norms) and 'convs'. The rows of Tables 7 to 9 are
            ``()``, ``('affine', )``, ``('stats', )``, ``('affine',
            'stats')`` and ``('convs', 'affine', 'stats')``. Defaults to
            ``('affine', 'stats')``.

    Returns:
        nn.Module: ``net``, or what takes its place if it is a layer itself.

    Raises:
        ValueError: If ``private`` names something else, or a layer cannot be
            private.
    """
    if not set(private) <= {'affine', 'stats', 'convs'}:
        raise ValueError(
            "private takes 'affine', 'stats' and 'convs', that of a "
            f"CENSegmentor 'stem' as well, got {tuple(private)}")
    of_norms = [part for part in private if part != 'convs']
    made = {}

    def convert(layer: nn.Module, name: str) -> nn.Module:
        if id(layer) not in made:
            made[id(layer)] = replace(layer, name)
        return made[id(layer)]

    def replace(layer: nn.Module, name: str) -> nn.Module:
        if hasattr(layer, 'num_modalities'):
            return layer
        if isinstance(layer, NORMS):
            if not of_norms:
                return layer
            if (type(layer).__name__ == 'SyncBatchNorm'
                    and not torch.cuda.is_available()):
                layer.__class__ = SyncBN  # the stock one is for GPUs alone
            return PrivateNorm(layer, num_modalities, of_norms)
        if 'convs' in private and isinstance(layer, CONVS):
            return PrivateConv(layer, num_modalities)
        _check_known(layer, name or 'the network', private)
        # Not named_children(), which leaves out the second place of a layer.
        for child_name, child in list(layer._modules.items()):
            if child is not None:
                setattr(layer, child_name,
                        convert(child, f'{name}.{child_name}'.lstrip('.')))
        return layer

    return convert(net, '')


def _check_known(layer: nn.Module, name: str, private: Sequence[str]) -> None:
    """Reject layers with parameters that should be private but cannot be."""
    if not list(layer.parameters(recurse=False)):
        return
    kind = type(layer).__name__
    if private and 'norm' in kind.lower():
        raise ValueError(
            f'{name} is a {kind}, which cannot be private: batch, instance, '
            'group and layer norms can; build the network with one of these')
    if 'convs' in private:
        raise ValueError(
            f"{name} is a {kind}, but private=('convs', ...) is for networks "
            'of convolutions and norms: leave its other weights shared by '
            "taking 'convs' out of private")


def set_exchange(net: nn.Module, pattern: str, rule: ExchangeRule) -> None:
    """Let the private norms that a name pattern selects exchange channels.

    Args:
        net (nn.Module): Any network with private norms.
        pattern (str): Regular expression that the end of a norm's qualified
            name matches: ``r'layer\\d\\.\\d+\\.bn2'`` or simply ``'bn2'``
            for ``backbone.layer3.5.bn2``.
        rule (ExchangeRule): What they exchange.

    Raises:
        ValueError: If there is one modality, no private norm matches, or one
            has no scales of its own.
    """
    norms = exchangeable_norms(net)
    if any(norm.num_modalities == 1 for _, norm in norms):
        raise ValueError(
            'channels are exchanged between modalities, and the '
            f'{type(net).__name__} has one: set exchange=None')
    chosen = [(name, norm) for name, norm in norms
              if re.search(rf'\b(?:{pattern})$', name)]
    if not chosen:
        names = [name for name, _ in norms]
        near = difflib.get_close_matches(pattern, names, cutoff=0) or 'none'
        raise ValueError(f'no layer of {type(net).__name__} matches the '
                         f'exchange pattern {pattern!r}; private norms with '
                         f'near names: {near}')
    for name, norm in chosen:
        try:
            norm.exchange = rule.of_layer(name)
        except ValueError as error:
            raise ValueError(f'{name}: {error}') from error


def exchangeable_norms(net: nn.Module) -> List[Tuple[str, PrivateNorm]]:
    """``(name, norm)`` of every private norm of ``net``."""
    return [(name, module) for name, module in net.named_modules()
            if isinstance(module, PrivateNorm)]


def modality_names(net: nn.Module) -> List[str]:
    """Names of the M modalities of a network with private norms.

    Args:
        net (nn.Module): One of whose modules knows its ``modalities``, or
            else any with private norms, whose modalities are then numbered.

    Returns:
        list[str]: In the order in which they are folded.
    """
    for module in net.modules():
        if hasattr(module, 'modalities'):
            return [str(name) for name in module.modalities]
    _, norm = exchangeable_norms(net)[0]
    return [str(m) for m in range(norm.num_modalities)]


def check_once(net: nn.Module, batch: int, run: Callable, *args) -> Any:
    """Call a function that runs a network, and the first time check that
    the network's private layers see the folded batch.

    Args:
        net (nn.Module): A network with private layers.
        batch (int): N*P, of the modalities present.
        run (Callable): What to call.
        args: Its arguments.

    Raises:
        ValueError: If a layer is called with another batch; it is named.
    """
    if getattr(net, 'batch_is_checked', False) or is_compiling():
        return run(*args)
    with _expect_batch(net, batch):
        result = run(*args)
    net.batch_is_checked = True
    return result


@contextmanager
def _expect_batch(net: nn.Module, batch: int) -> Iterator[None]:
    """Check that private layers see the folded batch, while ``net`` runs.

    Some networks hand windows or tokens to a norm as further samples, which
    a private norm would take for those of other modalities.

    Args:
        net (nn.Module): A network with private layers.
        batch (int): N*M.

    Raises:
        ValueError: If a layer is called with another batch; it is named.
    """
    def check(name: str, layer: nn.Module, args: tuple) -> None:
        if len(args[0]) != batch:
            raise ValueError(
                f'{name} is called with a batch of {len(args[0])}, where '
                f'{batch} images are folded: the network hands windows or '
                'tokens to it as samples, so the modalities cannot ride its '
                'batch axis; use another network')

    hooks = [
        layer.register_forward_pre_hook(partial(check, name))
        for name, layer in net.named_modules()
        if isinstance(layer, PrivateLayer)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def check_num_modalities(net: nn.Module, num_modalities: int) -> None:
    """Reject layers that were built for another number of modalities.

    Args:
        net (nn.Module): Any network.
        num_modalities (int): M of the model.

    Raises:
        ValueError: If a layer has another; it is named.
    """
    for name, module in net.named_modules():
        own = getattr(module, 'num_modalities', num_modalities)
        if own != num_modalities:
            raise ValueError(
                f'{name} is a {type(module).__name__} with num_modalities='
                f'{own}, but the model has {num_modalities} modalities: take '
                'num_modalities out of its config, or set it to '
                f'{num_modalities}')
