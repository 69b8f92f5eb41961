"""Official checkpoints of segmentation to ours, and back."""
import re
from typing import Dict, List

import torch
from torch import Tensor

from ...models import CENSegmentor
from .entries import (
    COUNT,  # noqa: F401  (for the tests of parity)
    compare,
    join,
    plain_name,
    plain_names,
    split,
)

BLOCKS = {6: 50, 23: 101, 36: 152}  # blocks in the third stage, depth

# Our names and the official ones. {s} is the official number of a RefineNet
# stage, counted from the deepest, {j} and {k} count from one.
HEAD = {
    r'reduce\.weight': 'p_ims1d2_outl{s}_dimred.module.weight',
    r'merge\.weight': 'adapt_stage{s}_b2_joint_varout_dimred.module.weight',
    r'out\.weight': 'mflow_conv_g{s}_b3_joint_varout_dimred.module.weight',
    r'pool\.convs\.(\d)\.weight':
    'mflow_conv_g{s}_pool.0.{j}_outvar_dimred.module.weight',
    r'adapt\.(\d)\.conv1\.(weight|bias)':
    'adapt_stage{s}_b.0.{j}_conv.module.{kind}',
    r'adapt\.(\d)\.conv2\.(weight)':
    'adapt_stage{s}_b.0.{j}_conv_relu_varout_dimred.module.{kind}',
    r'refine\.(\d)\.conv1\.(weight|bias)':
    'mflow_conv_g{s}_b.0.{j}_conv.module.{kind}',
    r'refine\.(\d)\.conv2\.(weight)':
    'mflow_conv_g{s}_b.0.{j}_conv_relu_varout_dimred.module.{kind}',
}


def official_names(name: str, num_modalities: int) -> List[str]:
    """The official names of an entry of ours, one per modality if private."""
    name = plain_name(name)
    if name == 'decode_head.ensemble.alpha':
        return ['alpha']
    if name.startswith('backbone.'):
        layer, kind = name[len('backbone.'):].rsplit('.', 1)
        if re.search(r'(bn\d|downsample\.1)$', layer):
            return [f'{layer}.bn_{m}.{kind}' for m in range(num_modalities)]
        return [f'{layer}.module.{kind}']
    name = name[len('decode_head.head.'):]
    if name.startswith('conv_seg.'):
        return [name.replace('conv_seg', 'clf_conv.module')]
    _, level, name = name.split('.', 2)
    for pattern, official in HEAD.items():
        match = re.fullmatch(pattern, name)
        if match:
            groups = match.groups() + ('0', '')
            return [official.format(
                s=4 - int(level), j=int(groups[0]) + 1, kind=groups[1])]
    raise KeyError(name)


def expected(depth: int, num_classes: int,
             num_modalities: int) -> Dict[str, Tensor]:
    """Names and shapes of our entries, as tensors without data."""
    with torch.device('meta'):
        net = CENSegmentor(
            modalities=[f'm{m}' for m in range(num_modalities)],
            backbone=dict(type='ResNet', depth=depth),
            decode_head=dict(
                type='RefineNetHead', in_channels=(256, 512, 1024, 2048),
                num_classes=num_classes))
    return plain_names(net.state_dict())


def architecture(layers: set, path: str) -> int:
    """Depth of the ResNet with these blocks in its third stage."""
    if len(layers) not in BLOCKS:
        raise ValueError(
            f'{path} holds no CEN RefineNet of depth 50, 101 or 152 (its '
            f'layer3 has {len(layers)} blocks): give a checkpoint of the '
            'official code, or with --reverse one of ours')
    return BLOCKS[len(layers)]


def to_ours(checkpoint: dict, path: str) -> dict:
    """Convert an official checkpoint to ours.

    Args:
        checkpoint (dict): The official dictionary (``segmenter``,
            ``epoch_start``, ``best_val``) or a bare state dict, with or
            without the ``module.`` of DataParallel.
        path (str): Its file, for messages.

    Returns:
        dict: ``state_dict``, and in ``meta['official']`` what
        :func:`to_official` restores.

    Raises:
        ValueError: If an entry is missing, left over or of another shape.
    """
    state = checkpoint.get('segmenter', checkpoint)
    prefix = 'module.' if all(k.startswith('module.') for k in state) else ''
    state = {k[len(prefix):]: v for k, v in state.items()}
    depth = architecture(
        {k.split('.')[1] for k in state if k.startswith('layer3.')}, path)
    m = len([k for k in state if re.fullmatch(r'bn1\.bn_\d+\.weight', k)])
    if not m or 'clf_conv.module.bias' not in state:
        raise ValueError(f'{path} does not fit: bn1.bn_0.weight or '
                         'clf_conv.module.bias is missing')
    ours = expected(depth, len(state['clf_conv.module.bias']), m)
    names = {k: official_names(k, m) for k in ours}
    want = {name: tuple(part.shape) for k, value in ours.items()
            for name, part in split(value, names[k]).items()}
    compare(state, want, path)
    extra = None
    if 'segmenter' in checkpoint:
        extra = {k: v for k, v in checkpoint.items() if k != 'segmenter'}
    return dict(
        state_dict={k: join(state, names[k], path) for k in ours},
        meta=dict(official=dict(prefix=prefix, extra=extra)))


def to_official(checkpoint: dict, path: str) -> dict:
    """Convert a checkpoint of ours to the official format.

    Args:
        checkpoint (dict): With ``state_dict`` and ``meta``, or a bare state
            dict.
        path (str): Its file, for messages.

    Returns:
        dict: As the official checkpoint that it came from, or as the
        official code saves one.

    Raises:
        ValueError: If an entry is missing, left over or of another shape.
    """
    state = plain_names(checkpoint.get('state_dict', checkpoint))
    depth = architecture(
        {k.split('.')[2] for k in state if k.startswith('backbone.layer3.')},
        path)
    m = len(state.get('decode_head.ensemble.alpha', ()))
    classes = len(state.get('decode_head.head.conv_seg.bias', ()))
    if not m or not classes:
        raise ValueError(f'{path} does not fit: its decode head is no '
                         'RefineNetHead of a CENSegmentor')
    ours = expected(depth, classes, m)
    compare(state, {k: tuple(v.shape) for k, v in ours.items()}, path)
    how = checkpoint.get('meta', {}).get(
        'official', dict(prefix='module.', extra=dict(epoch_start=0)))
    segmenter = {}
    for k, value in state.items():
        for name, part in split(value, official_names(k, m)).items():
            segmenter[how['prefix'] + name] = part
    if how['extra'] is None:
        return segmenter
    return dict(segmenter=segmenter, **how['extra'])
