"""The two views that carry the whole design.

Modalities ride the channel axis in the data and the batch axis in the
network. Both directions are views of a contiguous tensor, so a shared layer
is the stock layer on ``N*M`` samples and a private one sees ``M*C`` channels
of ``N`` samples, without a copy.
"""
from typing import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def fold(x: Tensor, num_modalities: int) -> Tensor:
    """Move the modalities from the channel axis to the batch axis.

    Args:
        x (Tensor): ``(N, M*C, ...)``, modality-major channels: all C of the
            first modality, then all C of the second, and so on.
        num_modalities (int): M.

    Returns:
        Tensor: ``(N*M, C, ...)``, sample-major and modality-minor. A view
        if ``x`` is contiguous.

    Raises:
        ValueError: If the channels cannot be shared out among M modalities.
    """
    n, channels, *size = x.shape
    if channels % num_modalities:
        raise ValueError(
            f'{channels} channels cannot be split into num_modalities='
            f'{num_modalities} equal parts: the modalities of PackModalities '
            'and those of the model must agree')
    return x.reshape(n * num_modalities, channels // num_modalities, *size)


def fold_padded(x: Tensor, channels: Sequence[int]) -> Tensor:
    """Fold modalities that have channels of their own.

    The first layer, a :class:`~cen_mm.layers.PrivateStem`, reads of each
    modality no more than it has.

    Args:
        x (Tensor): ``(N, sum(channels), H, W)``.
        channels (Sequence[int]): Of each of the M modalities.

    Returns:
        Tensor: ``(N*M, max(channels), H, W)``, with zeros behind the channels
        of a modality that has fewer. If all have as many it is :func:`fold`,
        without a copy.

    Raises:
        ValueError: If ``x`` has other channels.
    """
    if len(set(channels)) == 1:
        return fold(x, len(channels))
    if x.shape[1] != sum(channels):
        raise ValueError(
            f'the input has {x.shape[1]} channels, but its modalities have '
            f'{tuple(channels)}: the channels of LoadModality and those of '
            'the model must agree')
    most = max(channels)
    parts = [F.pad(part, (0, 0, 0, 0, 0, most - part.shape[1]))
             for part in x.split(list(channels), dim=1)]
    return torch.stack(parts, dim=1).flatten(0, 1)


def unfold(x: Tensor, num_modalities: int) -> Tensor:
    """Move the modalities from the batch axis back to the channel axis.

    Args:
        x (Tensor): ``(N*M, C, ...)`` as :func:`fold` gives it.
        num_modalities (int): M.

    Returns:
        Tensor: ``(N, M*C, ...)``. A view if ``x`` is contiguous.

    Raises:
        ValueError: If the batch is not a multiple of M.
    """
    batch, c, *size = x.shape
    if batch % num_modalities:
        raise ValueError(
            f'a folded batch of {batch} is no multiple of num_modalities='
            f'{num_modalities}: fold the (N, M*C, H, W) input first, as '
            'CENSegmentor does')
    return x.reshape(batch // num_modalities, num_modalities * c, *size)


def refold(x: Tensor, num_modalities: int) -> Tensor:
    """Fold the fresh output of a layer, see :func:`reshape_fresh`.

    Args:
        x (Tensor): ``(N, M*C, ...)``; not to be used afterwards.
        num_modalities (int): M.

    Returns:
        Tensor: ``(N*M, C, ...)``.
    """
    n, channels, *size = x.shape
    return reshape_fresh(
        x, (n * num_modalities, channels // num_modalities, *size))


def reshape_fresh(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Reshape a tensor that nobody else holds, without a view in the graph.

    The result shares its memory with ``x`` but is no view to autograd, so
    the in-place ReLU that follows costs nothing: on a view, autograd would
    copy the gradient of the whole base, and behind activation checkpointing
    it would refuse.

    Args:
        x (Tensor): Not to be used afterwards.
        shape (Sequence[int]): Of as many elements.

    Returns:
        Tensor: Of that shape.
    """
    if torch.onnx.is_in_onnx_export():
        # torch's older exporter does not know the other one.
        return x.reshape(shape)
    return torch.ops.aten._unsafe_view(x.contiguous(), shape)
