"""Fusion baselines within any backbone."""
import re
from typing import Dict

from mmseg.registry import MODELS
from torch import nn

from ..layers import CHANNELS
from .small_image import run_small_image


def add_fusions(backbone: nn.Module, num_modalities: int, type: str,
                after: str, image_channels: int = CHANNELS, **kwargs) -> None:
    """Fuse the streams of a backbone after some of its layers.

    The columns "same with our setting" of Table 2: one stream a modality to
    the end; the fused map of a stream takes the place of its own, for the
    next layer and for the decode head. With private convolutions and
    ``AlignFusion`` it is the common setting of the alignment baseline, which
    keeps whole networks.

    Args:
        backbone (nn.Module): Takes ``(N*M, C, H, W)``.
        num_modalities (int): M.
        type (str): The fusion, such as 'ConcatFusion'.
        after (str): Regular expression of the full names, within the
            backbone, of the layers after which it fuses, each an
            ``nn.Sequential``. In a ResNet ``'layer2'`` is called early,
            ``'layer3'`` middle, ``'layer4'`` late and ``'layer[1-4]'`` all
            (supplement, section 2).
        image_channels (int): Of a folded image. Defaults to 3.
        kwargs: Further arguments of the fusion.

    Raises:
        ValueError: If no layer matches, or one is no ``nn.Sequential``.
    """
    layers = {
        name: layer
        for name, layer in backbone.named_modules()
        if re.fullmatch(after, name)
    }
    sequential = [name for name, layer in backbone.named_modules()
                  if isinstance(layer, nn.Sequential) and name]
    if not layers or not set(layers) <= set(sequential):
        raise ValueError(
            f'fusion.after={after!r} selects {list(layers)}, but must select '
            f'some of the sequential layers {sequential} of the backbone')
    widths = _widths(backbone, layers, num_modalities, image_channels)
    for name, width in widths.items():
        layers[name].add_module(
            'fusion',
            MODELS.build(
                dict(
                    type=type,
                    channels=width,
                    num_modalities=num_modalities,
                    **kwargs)))


def _widths(backbone: nn.Module, layers: Dict[str, nn.Module],
            num_modalities: int, channels: int) -> Dict[str, int]:
    """Channels of the layers' outputs, measured on a small image."""
    widths = {}
    hooks = [
        layer.register_forward_hook(
            lambda layer, args, out, name=name: widths.update(
                {name: out.shape[1]})) for name, layer in layers.items()
    ]
    try:
        run_small_image(backbone, num_modalities, channels)
    finally:
        for hook in hooks:
            hook.remove()
    return widths
