"""Official checkpoints of image translation to ours, and back.

The official modules hold norms that their forward does not use: of the first
and the last layer in the generator's encoder and in the discriminator, and
of the last layer in the decoder. Ours have none there. They are required in
official files, kept in the meta data and written back; without that meta
data they are written with the initial values of torch.
"""
import re
from collections import OrderedDict
from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from torch import Tensor

from .entries import COUNT, compare, join, plain_names, split

# Initial values of torch, by the last part of the name.
INITIAL = dict(
    weight=1., bias=0., running_mean=0., running_var=1., alpha=1.)
NETWORKS = ('generator', 'discriminator')
CONVOLUTIONS = dict(
    generator=(r'conv\d+\.conv\.module\.weight',
               r'generator\.encoder\.\d+\.conv\.weight'),
    discriminator=(r'conv\d+\.conv\.module\.weight',
                   r'discriminator\.model\.\d+\.(conv\.)?weight'))


class Entry(NamedTuple):
    """Our name of an official entry, None if it is unused, and its shape."""
    ours: Optional[str]
    shape: tuple


def convolution(official: str, ours: str, shape: tuple,
                width: int) -> Dict[str, Entry]:
    """Entries of a 4x4 convolution with ``width`` outputs."""
    return {
        f'{official}.module.weight': Entry(f'{ours}.weight', (*shape, 4, 4)),
        f'{official}.module.bias': Entry(f'{ours}.bias', (width, ))
    }


def norm(official: str, ours: Optional[str], width: int) -> Dict[str, Entry]:
    """Entries of one official norm."""
    kinds = ('weight', 'bias', 'running_mean', 'running_var', COUNT)
    return {
        f'{official}.{kind}': Entry(ours and f'{ours}.{kind}',
                                    () if kind == COUNT else (width, ))
        for kind in kinds
    }


def generator(m: int, channels: int, base: int, out: int,
              num_down: int) -> Dict[str, Entry]:
    """Entries of a generator of M modalities, in the official order."""
    widths = [base * min(2**i, 8) for i in range(num_down)]
    last = num_down - 1
    entries = dict(
        alpha=Entry('generator.ensemble.alpha' if m > 1 else None, (m, )))
    for i, (width, previous) in enumerate(zip(widths, [channels, *widths])):
        there, here = f'conv{i + 1}', f'generator.encoder.{i}'
        entries.update(convolution(
            f'{there}.conv', f'{here}.conv', (width, previous), width))
        used = f'{here}.norm' if 0 < i < last else None
        for k in range(m):
            entries.update(
                norm(f'{there}.insnorm_conv.insnorm_{k}', used, width))
    for i, width in enumerate([*widths[-2::-1], out]):
        there, here = f'deconv{i + 1}', f'generator.decoder.{i}'
        previous = widths[last - i] * (2 if i > 0 else 1)  # with the skip
        entries.update(convolution(
            f'{there}.deconv', f'{here}.conv', (previous, width), width))
        used = f'{here}.norm' if i < last else None
        for k in range(m):
            entries.update(
                norm(f'{there}.insnorm_deconv.insnorm_{k}', used, width))
    return entries


def discriminator(channels: int, base: int,
                  num_layers: int) -> Dict[str, Entry]:
    """Entries of a discriminator, in the official order."""
    last = num_layers - 1
    widths = [*(base * min(2**i, 8) for i in range(last)), 1]
    entries = {}
    for i, (width, previous) in enumerate(zip(widths, [channels, *widths])):
        there, here = f'conv{i + 1}', f'discriminator.model.{i}'
        entries.update(convolution(
            f'{there}.conv', f'{here}.conv' if i < last else here,
            (width, previous), width))
        used = f'{here}.in' if 0 < i < last else None
        entries.update(norm(f'{there}.insnorm.module', used, width))
    return entries


def entries_of(network: str, state: Dict[str, Tensor], official: bool,
               path: str) -> Dict[str, Entry]:
    """Entries of the network, with sizes read from its weights."""

    def shape(name: str, dims: int) -> Tuple[int, ...]:
        if name not in state or state[name].dim() != dims:
            raise ValueError(
                f'{path} holds no {network} of an image translation '
                f'({name} is missing): give '
                + ('checkpoint-gen.pkl first and checkpoint-dis.pkl as '
                   '--discriminator, or with --reverse one of ours'
                   if official else 'a checkpoint of CENPix2Pix'))
        return tuple(state[name].shape)

    pattern = CONVOLUTIONS[network][0 if official else 1]
    layers = sum(bool(re.fullmatch(pattern, k)) for k in state)
    if network == 'discriminator':
        base, channels = shape(
            'conv1.conv.module.weight'
            if official else 'discriminator.model.0.conv.weight', 4)[:2]
        shape('conv1.insnorm.module.weight' if official else
              'discriminator.model.1.in.weight', 1)
        return discriminator(channels, base, layers)
    if official:
        m, = shape('alpha', 1)
        base, channels = shape('conv1.conv.module.weight', 4)[:2]
        out = shape(f'deconv{layers}.deconv.module.weight', 4)[1]
    else:
        m = len(state.get('generator.ensemble.alpha', (0, )))
        base, channels = shape('generator.encoder.0.conv.weight', 4)[:2]
        out = shape(f'generator.decoder.{layers - 1}.conv.weight', 4)[1]
    return generator(m, channels, base, out, layers)


def sources(entries: Dict[str, Entry]) -> Dict[str, List[str]]:
    """The official names of every entry of ours, one per modality."""
    names: Dict[str, List[str]] = {}
    for name, entry in entries.items():
        if entry.ours is not None:
            names.setdefault(entry.ours, []).append(name)
    return names


def is_translation(checkpoint: dict) -> bool:
    """Whether a checkpoint, of either kind, is about image translation."""
    state = checkpoint.get('state_dict', checkpoint)
    return any(k.startswith(('conv1.conv.', 'generator.')) for k in state)


def to_ours(checkpoints: List[dict], paths: List[str]) -> dict:
    """Convert an official generator and discriminator to ours.

    Args:
        checkpoints (list[dict]): Their state dicts.
        paths (list[str]): Their files, for messages.

    Returns:
        dict: ``state_dict``, and unused entries in ``meta['official']``.

    Raises:
        ValueError: If an entry is missing, left over or of another shape.
    """
    converted, unused = {}, {}
    for network, state, path in zip(NETWORKS, checkpoints, paths):
        entries = entries_of(network, state, True, path)
        compare(state, {k: entry.shape for k, entry in entries.items()}, path)
        for ours, names in sources(entries).items():
            converted[ours] = join(state, names, path)
        unused[network] = {k: state[k] for k, entry in entries.items()
                           if entry.ours is None}
    return dict(
        state_dict=converted, meta=dict(official=dict(unused=unused)))


def to_official(checkpoint: dict, path: str) -> List[dict]:
    """Convert a checkpoint of ours to the official format.

    Args:
        checkpoint (dict): With ``state_dict`` and ``meta``, or a bare state
            dict.
        path (str): Its file, for messages.

    Returns:
        list[dict]: State dicts of generator and discriminator.

    Raises:
        ValueError: If an entry is missing, left over or of another shape.
    """
    state = plain_names(checkpoint.get('state_dict', checkpoint))
    kept = checkpoint.get('meta', {}).get('official', {}).get('unused', {})
    layouts = [entries_of(network, state, False, path) for network in NETWORKS]
    want = {}
    for entries in layouts:
        for ours, names in sources(entries).items():
            shape = entries[names[0]].shape
            want[ours] = shape and (shape[0] * len(names), *shape[1:])
    compare(state, want, path)
    checkpoints = []
    for network, entries in zip(NETWORKS, layouts):
        values = dict(kept.get(network, {}))
        for ours, names in sources(entries).items():
            values.update(split(state[ours], names))
        checkpoints.append(
            OrderedDict((k, values[k] if k in values else initial(k, entry))
                        for k, entry in entries.items()))
    return checkpoints


def initial(name: str, entry: Entry) -> Tensor:
    """Initial value of an official entry that ours does not have."""
    kind = name.rsplit('.', 1)[-1]
    return (torch.tensor(0) if kind == COUNT else
            torch.full(entry.shape, INITIAL[kind]))
