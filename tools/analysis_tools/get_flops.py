"""Multiply-adds and parameters of a config, for any number of modalities.

    python tools/analysis_tools/get_flops.py \
        configs/cen/refinenet_r101_nyudv2.py --shape 480 640

The interface of mmseg's tool of that name, and its units: for one sample with
all of its modalities, without the auxiliary heads, which only train; a
multiply-add counts once. What counts, and how much, is as in mmengine's
analysis: convolutions and matrix products, two an element for a batch norm,
four for bilinear enlargement, one for adaptive pooling (to one cell: none,
unlike there). Elementwise work is free, and so is the exchange of channels,
which moves features and computes nothing.

The network lives on the meta device, which knows shapes and no values, so
any size takes about a second. mmengine's own analysis cannot be used there:
it traces, and what traces needs values.
"""
import argparse
from math import prod
from pathlib import Path
from typing import Dict, NamedTuple, Tuple

import torch
from mmengine import Config, DictAction
from mmengine.registry import MODELS, init_default_scope
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cen_mm.layers import (
    AlignFusion,
    Ensemble,
    Fusion,
    PrivateConv2d,
    PrivateConvTranspose2d,
)
from cen_mm.layers.norm import PrivateNorm


# FlopCounterMode counts a multiply-add as two, so these do so, too.
def _norm(x, weight, *args, out_shape=None, **kwargs) -> int:
    return 2 * prod(x) * (1 if weight is None else 2)


def _enlargement(x, *args, out_shape=None, **kwargs) -> int:
    return 2 * 4 * prod(out_shape)


def _pooling(x, *args, out_shape=None, **kwargs) -> int:
    return 2 * prod(x)


FURTHER_OPS = {
    # One or the other, by the version of torch.
    torch.ops.aten.native_batch_norm: _norm,
    torch.ops.aten._native_batch_norm_legit_no_training: _norm,
    torch.ops.aten.upsample_bilinear2d: _enlargement,
    torch.ops.aten._adaptive_avg_pool2d: _pooling
}


class Parameters(NamedTuple):
    """Numbers of parameters.

    Attributes:
        shared (int): Of what all modalities go through.
        private (int): Of what one of several modalities has to itself.
        fusion (int): Of the fusions of Table 2, among the former two.
    """
    shared: int
    private: int
    fusion: int

    @property
    def total(self) -> int:
        return self.shared + self.private


class Complexity(NamedTuple):
    """What :func:`measure` finds.

    Attributes:
        modalities (int): M.
        shape (tuple[int, int]): Height and width of the input.
        flops (int): Multiply-adds for one sample of M modalities.
        parameters (Parameters): Without the auxiliary heads.
    """
    modalities: int
    shape: Tuple[int, int]
    flops: int
    parameters: Parameters


def build(cfg: Config) -> nn.Module:
    """The network of a config on the meta device, as it predicts."""
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    with torch.device('meta'):
        net = MODELS.build(cfg.model).eval()
    net.auxiliary_head = None
    return net


def _own(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters(recurse=False))


def _is_private(module: nn.Module) -> bool:
    if isinstance(module, Ensemble):
        return module.alpha.numel() > 1
    if isinstance(module, PrivateNorm):
        return module.num_modalities > 1 and 'affine' in module.private
    convolutions = PrivateConv2d, PrivateConvTranspose2d
    return isinstance(module, convolutions) and module.num_modalities > 1


def count_parameters(net: nn.Module) -> Parameters:
    """Count the parameters by who uses them."""
    modules = list(net.modules())
    private = sum(_own(m) for m in modules if _is_private(m))
    fusion = sum(
        p.numel() for m in modules if isinstance(m, (Fusion, AlignFusion))
        for p in m.parameters())
    total = sum(p.numel() for p in net.parameters())
    return Parameters(total - private, private, fusion)


def count_flops(net: nn.Module, channels: int, shape: Tuple[int,
                                                            int]) -> int:
    """Multiply-adds for an input of ``(1, channels, *shape)``.

    Args:
        net (nn.Module): A segmentor on the meta device.
        channels (int): ``M*C``, those of all modalities.
        shape (tuple[int, int]): Height and width.

    Returns:
        int: As mmengine's analysis counts them.
    """
    inputs = torch.empty(1, channels, *shape, device='meta')
    counter = FlopCounterMode(display=False, custom_mapping=FURTHER_OPS)
    with torch.no_grad(), counter:
        net(inputs, mode='tensor')
    return counter.get_total_flops() // 2


def training_shape(cfg: Config) -> Tuple[int, int]:
    """Height and width of what a config trains on.

    Raises:
        ValueError: If the config does not say.
    """
    size = cfg.model.data_preprocessor.get('size')
    if size is None:
        raise ValueError(
            f'{cfg.filename}: model.data_preprocessor.size is not set, so '
            'the size it trains on is unknown: give --shape HEIGHT WIDTH')
    return tuple(size)


def measure(cfg: Config, shape: Tuple[int, int] = ()) -> Complexity:
    """Multiply-adds and parameters of a config.

    Args:
        cfg (Config): Of a segmentor.
        shape (tuple[int, int]): Height and width. Defaults to those that
            the config trains on.

    Returns:
        Complexity: For one sample of M modalities.
    """
    shape = tuple(shape) or training_shape(cfg)
    net = build(cfg)
    channels = len(cfg.model.data_preprocessor.mean)
    return Complexity(channels // getattr(net.backbone, 'in_channels', 3),
                      shape, count_flops(net, channels, shape),
                      count_parameters(net))


def lines(complexity: Complexity) -> Dict[str, str]:
    """What is printed."""
    height, width = complexity.shape
    noun = 'modality' if complexity.modalities == 1 else 'modalities'
    m, params = complexity.modalities, complexity.parameters
    return {
        'Input shape': f'1 sample, {m} {noun}, {height} x {width}',
        'Flops': f'{complexity.flops / 1e9:.4g} G (multiply-adds)',
        'Params': f'{params.total / 1e6:.3f} M',
        '  shared': f'{params.shared / 1e6:.3f} M',
        '  private': f'{params.private / 1e6:.3f} M'
    }


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('config', help='config file of a segmentor')
    parser.add_argument(
        '--shape', type=int, nargs='+', default=[], metavar='SIZE',
        help='height and width, or one number for both; by default what the '
        'config trains on')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config')
    args = parser.parse_args()
    if not Path(args.config).is_file():
        parser.error(f'{args.config} is not there: give the path of a config')
    if len(args.shape) > 2 or min(args.shape, default=1) < 1:
        parser.error(f'--shape {args.shape} is neither HEIGHT WIDTH nor one '
                     'number for both')
    args.shape = args.shape * 2 if len(args.shape) == 1 else args.shape
    return args


def main() -> None:
    args = parse_args()
    cfg = Config.fromfile(args.config)
    cfg.merge_from_dict(args.cfg_options or {})
    try:
        complexity = measure(cfg, args.shape)
    except ValueError as error:
        raise SystemExit(str(error))
    print(*(f'{name}: {value}' for name, value in lines(complexity).items()),
          sep='\n')


if __name__ == '__main__':
    main()
