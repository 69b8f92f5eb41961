"""Multiply-adds and parameters of a config, whole and by stage."""
from typing import Dict, List, NamedTuple, Optional, Tuple, Union

import torch
from mmengine import Config
from mmengine.registry import MODELS, init_default_scope
from torch import nn

from ...layers import (
    CHANNELS,
    AlignFusion,
    Ensemble,
    Fusion,
    PrivateConv,
    PrivateStem,
    exchangeable_norms,
)
from .multiply_adds import MultiplyAdds
from .stages import observed, parts, stages_of


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


class Stage(NamedTuple):
    """Names of the modules of a part of a network, see :mod:`.stages`, their
    multiply-adds for one sample of M modalities, and their parameters."""
    modules: List[str]
    flops: int
    parameters: Parameters


class Complexity(NamedTuple):
    """Result of :func:`measure`.

    Attributes:
        modalities (int): M.
        shape (tuple[int, int]): Height and width of the input.
        flops (int): Multiply-adds for one sample of M modalities.
        parameters (Parameters): Of what is used at inference: without
            auxiliary heads and discriminator.
        stages (dict[str, Stage]): In the order in which they run.
        discriminator (int, optional): Its parameters; None without one.
    """
    modalities: int
    shape: Tuple[int, int]
    flops: int
    parameters: Parameters
    stages: Dict[str, Stage] = {}
    discriminator: Optional[int] = None


def build(cfg: Config, device: Union[str, torch.device] = 'meta') -> nn.Module:
    """The network of a config as it predicts, with random weights.

    Args:
        cfg (Config): Of a segmentor with backbone and decode head, or of a
            :class:`~cen_mm.translation.CENPix2Pix`.
        device (str | torch.device): Where it lives. Defaults to the meta
            device, where it takes no memory.

    Returns:
        nn.Module: In ``eval()``; a generator in the mode that it predicts
        in, which is by default that of training.

    Raises:
        ValueError: If the config has no model, or one of another kind.
    """
    if 'model' not in cfg:
        raise ValueError(f'{cfg.filename} has no model: give the config of a '
                         'segmentor or of CENPix2Pix')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    try:
        with torch.device(device):
            net = MODELS.build(cfg.model).eval()
    except KeyError as error:  # of a type that is not registered
        raise ValueError(f'{cfg.filename}: {error.args[0]}') from error
    if hasattr(net, 'predict_mode'):
        net.generator.train(net.predict_mode == 'train')
    elif hasattr(net, 'backbone') and hasattr(net, 'decode_head'):
        net.auxiliary_head = None
    else:
        raise ValueError(
            f'{cfg.filename}: model.type={cfg.model.type!r} can not be '
            'measured: it is neither a segmentor with backbone and '
            'decode_head nor CENPix2Pix')
    return net


def count_parameters(*nets: nn.Module) -> Parameters:
    """Count the parameters by who uses them."""
    net = nn.ModuleList(nets)
    private = [norm for _, norm in exchangeable_norms(net)
               if norm.num_modalities > 1 and 'affine' in norm.private]
    private += [m for m in net.modules()
                if isinstance(m, (PrivateConv, PrivateStem))
                and m.num_modalities > 1
                or isinstance(m, Ensemble) and m.alpha.numel() > 1]
    fusions = [
        m for m in net.modules() if isinstance(m, (Fusion, AlignFusion))]
    total, private, fusion = (
        sum(p.numel() for module in some for p in module.parameters())
        for some in (nets, private, fusions))
    return Parameters(total - private, private, fusion)


def default_shape(cfg: Config) -> Tuple[int, int]:
    """Height and width that a segmentor trains, a translation tests on.

    Raises:
        ValueError: If the config does not say.
    """
    if 'generator' in cfg.model:
        field = "Resize(scale=(...)) of test_dataloader's pipeline"
        pipeline = cfg.get('test_dataloader',
                           {}).get('dataset', {}).get('pipeline', [])
        scales = [t.get('scale') for t in pipeline if t['type'] == 'Resize']
        # (width, height) there.
        size = scales[-1][::-1] if scales and isinstance(
            scales[-1], (tuple, list)) else None
    else:
        field = 'model.data_preprocessor.size'
        size = cfg.model.data_preprocessor.get('size')
    if size is None:
        raise ValueError(f'{cfg.filename}: {field} is not set, so the size of '
                         'its images is unknown: give --shape HEIGHT WIDTH')
    return tuple(size)


def input_of(net: nn.Module, cfg: Config, shape: Tuple[int, int] = (),
             samples: int = 1) -> Tuple[torch.Tensor, int]:
    """Random input, ``(N, M*C, H, W)``, for a network of :func:`build`, on
    its device, and M. Defaults to one sample of :func:`default_shape`.

    Raises:
        ValueError: If the generator cannot halve the shape as often as it
            does.
    """
    height, width = tuple(shape) or default_shape(cfg)
    if hasattr(net, 'generator'):
        stride, m = net.generator.stride, net.generator.num_modalities
        channels = m * net.generator.in_channels
        if height % stride or width % stride:
            raise ValueError(
                f'{cfg.filename}: its generator halves images so often that '
                f'{height} x {width} is no multiple of {stride}: give a '
                '--shape that is')
    else:
        m = len(getattr(net, 'modalities', ('rgb', )))
        channels = sum(getattr(net, 'channels', ())) or getattr(
            net.backbone, 'in_channels', CHANNELS)
    device = next(net.parameters()).device
    return torch.randn(samples, channels, height, width, device=device), m


def measure(cfg: Config, shape: Tuple[int, int] = ()) -> Complexity:
    """Multiply-adds and parameters of a config, as of :func:`build`, for
    images of a height and width, by default of :func:`default_shape`.

    Raises:
        ValueError: If the config or the shape does not fit.
    """
    net = build(cfg)
    inputs, modalities = input_of(net, cfg, shape)
    with torch.no_grad(), MultiplyAdds() as counter, observed(
            net, counter.so_far) as calls:
        net(inputs, mode='tensor')
    modules = parts(net)
    stages = {
        name: Stage(
            members, sum(end - begin for part, begin, end in calls
                         if part in members),
            count_parameters(*(modules[part] for part in members)))
        for name, members in stages_of(net, calls).items()
    }
    discriminator = getattr(net, 'discriminator', None)
    return Complexity(
        modalities, tuple(inputs.shape[2:]), counter.so_far(),
        count_parameters(getattr(net, 'generator', net)), stages,
        discriminator and count_parameters(discriminator).total)
