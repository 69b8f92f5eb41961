"""Private stems within any backbone."""
from typing import List, Sequence, Tuple

from torch import Tensor, nn

from ..layers import PrivateConv, PrivateStem
from .small_image import run_small_image


def needs_stems(private: Sequence[str], channels: Sequence[int], taken: int
                ) -> bool:
    """Whether the first convolution is to be made private by itself.

    Args:
        private (Sequence[str]): What each modality has of its own.
        channels (Sequence[int]): Of each of the M modalities.
        taken (int): Channels that the backbone is built for.

    Raises:
        ValueError: If it is shared, and does not take these channels.
    """
    if 'stem' in private or set(channels) == {taken}:
        return 'stem' in private
    if 'convs' not in private:
        raise ValueError(
            f'the modalities have {tuple(channels)} channels, but share a '
            f'first convolution of {taken}: give each its own by private='
            f"{('stem', *private)} of the model")
    return True


def add_stems(backbone: nn.Module, channels: Sequence[int], taken: int
              ) -> None:
    """Give each modality a stem of its own: the first convolution.

    That is every convolution which reads the image itself, as it runs on a
    small one. Where all modalities have the channels that it was built for, it
    becomes a :class:`~cen_mm.layers.PrivateConv`, as ``private=('convs', )``
    makes of it, or else a :class:`~cen_mm.layers.PrivateStem`.

    Args:
        backbone (nn.Module): Of one modality.
        channels (Sequence[int]): Of each of the M modalities.
        taken (int): Channels that the backbone is built for.

    Raises:
        ValueError: If no convolution reads the image, or it is grouped.
    """
    seen: List[Tuple[str, Tensor]] = []
    hooks = [
        conv.register_forward_pre_hook(
            lambda conv, args, name=name: seen.append((name, args[0])))
        for name, conv in backbone.named_modules()
        if isinstance(conv, nn.Conv2d)
    ]
    try:
        image = run_small_image(backbone, 1, taken)
    finally:
        for hook in hooks:
            hook.remove()
    names = [name for name, x in seen if x is image]
    if not names:
        raise ValueError(
            f'no convolution of {type(backbone).__name__} reads the image '
            "itself, so it has no stem: take 'stem' out of private and "
            'channels out of the model, or use another backbone')
    for name in names:
        replace_stem(backbone, name, channels)


def replace_stem(backbone: nn.Module, name: str, channels: Sequence[int]
                 ) -> None:
    """Make one convolution private, see :func:`add_stems`.

    Args:
        backbone (nn.Module): Holds it.
        name (str): Its qualified name.
        channels (Sequence[int]): Of each of the M modalities.
    """
    conv = backbone.get_submodule(name)
    above, _, own = name.rpartition('.')
    setattr(
        backbone.get_submodule(above), own,
        PrivateConv(conv, len(channels)) if set(channels) == {
            conv.in_channels} else PrivateStem(conv, channels))
