"""Convert checkpoints of the official CEN code to ours, and back.

    python tools/model_converters/official_cen.py model-best.pth.tar cen.pth
    python tools/model_converters/official_cen.py --reverse cen.pth out.pth.tar

SRC is the official dictionary (``segmenter``, ``epoch_start``, ``best_val``)
or a bare state dict, with or without the ``module.`` of DataParallel. Depth,
classes and modalities are read off the weights. Nothing may be missing and
nothing may be left over, on either side.
"""
import argparse
import re
from pathlib import Path
from typing import Dict, List

import torch
from torch import Tensor

import cen_mm  # registers the components, admits numpy scalars to torch.load
from cen_mm.models import CENSegmentor

BLOCKS = {6: 50, 23: 101, 36: 152}  # blocks in the third stage, depth
STATISTICS = 'num_batches_tracked'  # one count here, one a modality there

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
    """The official names of one of our entries, one a modality if private."""
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
            return [
                official.format(
                    s=4 - int(level), j=int(groups[0]) + 1, kind=groups[1])
            ]
    raise KeyError(name)


def expected(depth: int, num_classes: int,
             num_modalities: int) -> Dict[str, Tensor]:
    """Names and shapes of our entries, as tensors without data."""
    names = [str(m) for m in range(num_modalities)]
    norm = dict(type='PrivateBN', num_modalities=num_modalities)
    head = dict(
        type='RefineNetHead',
        in_channels=(256, 512, 1024, 2048),
        num_classes=num_classes)
    with torch.device('meta'):
        return CENSegmentor(
            backbone=dict(type='CENResNet', depth=depth, norm_cfg=norm),
            decode_head=dict(type='StreamHead', modalities=names, head=head),
        ).state_dict()


def read(path: str) -> dict:
    """The content of a checkpoint, without running code from it."""
    if not Path(path).is_file():
        raise SystemExit(f'{path} is not there: give the path of a checkpoint')
    try:
        return torch.load(path, map_location='cpu', weights_only=True)
    except Exception as error:
        raise SystemExit(
            f'{path} cannot be read as a checkpoint that holds nothing but '
            f'tensors and numbers: download it again ({error})')


def architecture(layers: set, path: str) -> int:
    """Depth of the ResNet whose third stage holds these blocks."""
    if len(layers) not in BLOCKS:
        raise SystemExit(
            f'{path} holds no CEN RefineNet of depth 50, 101 or 152 (its '
            f'layer3 has {len(layers)} blocks): give a checkpoint of the '
            'official segmentation code, or with --reverse one of ours')
    return BLOCKS[len(layers)]


def compare(have: Dict[str, Tensor], want: Dict[str, tuple],
            path: str) -> None:
    """Stop unless names and shapes agree exactly."""
    wrong = [f'{k} is missing' for k in want if k not in have]
    wrong += [f'{k} is left over' for k in have if k not in want]
    wrong += [
        f'{k} is {tuple(have[k].shape)} instead of {want[k]}' for k in want
        if k in have and tuple(have[k].shape) != want[k]
    ]
    if wrong:
        raise SystemExit(f'{path} does not fit ({len(wrong)} entries): '
                         + '; '.join(wrong[:5]))


def to_ours(checkpoint: dict, path: str) -> dict:
    """An official checkpoint in our format."""
    state = checkpoint.get('segmenter', checkpoint)
    prefix = 'module.' if all(k.startswith('module.') for k in state) else ''
    state = {k[len(prefix):]: v for k, v in state.items()}
    depth = architecture(
        {k.split('.')[1] for k in state if k.startswith('layer3.')}, path)
    m = len([k for k in state if re.fullmatch(r'bn1\.bn_\d+\.weight', k)])
    if not m or 'clf_conv.module.bias' not in state:
        raise SystemExit(f'{path} does not fit: bn1.bn_0.weight or '
                         'clf_conv.module.bias is missing')
    ours = expected(depth, len(state['clf_conv.module.bias']), m)
    names = {k: official_names(k, m) for k in ours}
    want = {
        name: shape if k.endswith(STATISTICS) or len(names[k]) == 1 else
        (shape[0] // m, )
        for k, shape in ((k, tuple(v.shape)) for k, v in ours.items())
        for name in names[k]
    }
    compare(state, want, path)
    converted = {}
    for k, official in names.items():
        values = [state[name] for name in official]
        if k.endswith(STATISTICS):
            if len({int(v) for v in values}) > 1:
                raise SystemExit(f'{path} does not fit: {official} differ')
            converted[k] = values[0]
        else:
            converted[k] = torch.cat(values) if len(values) > 1 else values[0]
    extra = {k: v for k, v in checkpoint.items()
             if k != 'segmenter'} if 'segmenter' in checkpoint else None
    return dict(
        state_dict=converted,
        meta=dict(official=dict(prefix=prefix, extra=extra)))


def to_official(checkpoint: dict, path: str) -> dict:
    """A checkpoint of ours in the official format."""
    state = checkpoint.get('state_dict', checkpoint)
    depth = architecture(
        {k.split('.')[2] for k in state if k.startswith('backbone.layer3.')},
        path)
    m = len(state.get('decode_head.ensemble.alpha', ()))
    classes = len(state.get('decode_head.head.conv_seg.bias', ()))
    if not m or not classes:
        raise SystemExit(f'{path} does not fit: its decode head is no '
                         'RefineNetHead in a StreamHead')
    ours = expected(depth, classes, m)
    compare(state, {k: tuple(v.shape) for k, v in ours.items()}, path)
    how = checkpoint.get('meta', {}).get(
        'official', dict(prefix='module.', extra=dict(epoch_start=0)))
    segmenter = {}
    for k, value in state.items():
        names = official_names(k, m)
        parts = ([value] * m if k.endswith(STATISTICS) else
                 value.clone().chunk(len(names)))
        for name, part in zip(names, parts):
            segmenter[how['prefix'] + name] = part.clone()
    if how['extra'] is None:
        return segmenter
    return dict(segmenter=segmenter, **how['extra'])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('src', help='checkpoint to convert')
    parser.add_argument('dst', help='file to write')
    parser.add_argument(
        '--reverse', action='store_true', help='from ours to the official one')
    args = parser.parse_args()
    convert = to_official if args.reverse else to_ours
    source = read(args.src)
    result = convert(source, args.src)
    Path(args.dst).parent.mkdir(parents=True, exist_ok=True)
    torch.save(result, args.dst)
    first, second = ((s.get('segmenter', s.get('state_dict', s)))
                     for s in (source, result))
    print(f'{args.src}: {len(first)} entries -> {args.dst}: {len(second)} '
          f'entries, nothing left over (cen_mm {cen_mm.__version__})')


if __name__ == '__main__':
    main()
