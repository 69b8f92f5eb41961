"""First convolutions of modalities that have channels of their own."""
from copy import deepcopy
from typing import Dict, Sequence

import torch
from torch import Tensor, nn

from .fold import refold, unfold
from .private_layer import PrivateLayer


class PrivateStem(PrivateLayer):
    """One convolution a modality, each of as many channels as that has.

    In the place of :class:`PrivateConv` where the channels differ: near
    infrared has one, a multispectral camera five. What :func:`fold_padded`
    has padded is not read, and has no weights.

    Pretrained weights of C channels load into it by one rule. A modality of C
    channels gets them as they are. One of B channels gets, in each, their
    mean times C/B, so that it answers to inputs that are equal in all
    channels as the plain layer does: B=1 is a grey map repeated C times. A
    new layer starts by the same rule, from the weights of ``stock``.

    Args:
        stock (nn.Conv2d): The convolution of a plain network, of one group.
        channels (Sequence[int]): Of each of the M modalities.

    Raises:
        ValueError: If the convolution is grouped; when a state dict is
            loaded, if its weights are of another layer.
    """
    entries: Dict[str, str] = {}  # see _load_from_state_dict()

    def __init__(self, stock: nn.Conv2d, channels: Sequence[int]) -> None:
        if stock.groups != 1:
            raise ValueError(
                f'{stock} is grouped, so it cannot take modalities of '
                f'{tuple(channels)} channels: use another backbone')
        super().__init__(nn.ModuleList(), len(channels))
        self.channels = tuple(channels)
        for count in channels:
            conv = deepcopy(stock)
            conv.in_channels = count
            conv.weight.data = with_channels(stock.weight.data, count)
            self.stock.append(conv)

    def forward(self, x: Tensor) -> Tensor:
        """``(N*P, C, H, W)``, padded, to ``(N*P, D, H', W')``."""
        p = self.num_present
        images = unfold(x, p).chunk(p, dim=1)
        present = range(p) if self.present is None else self.present
        outs = [self.stock[m](image[:, :self.channels[m]])
                for m, image in zip(present, images)]
        out = torch.cat(outs, dim=1)
        if self.training and p < self.num_modalities:
            # All weights take part, as distributed training asks for.
            out = out + 0 * sum(v.sum() for v in self.parameters())
        return refold(out, p)

    def _load_from_state_dict(self, state_dict: Dict[str, Tensor],
                              prefix: str, *args) -> None:
        for name, own in self.stock[0].named_parameters():
            for key in (prefix + name, f'{prefix}stock.{name}'):
                if key in state_dict:
                    parts = self._parts(key, state_dict.pop(key), own)
                    for m, part in enumerate(parts):
                        state_dict[f'{prefix}stock.{m}.{name}'] = part
        for name, own in self.named_parameters():
            value = state_dict.get(prefix + name, own)
            if value.shape != own.shape:
                raise ValueError(self._misfit(prefix + name, value))
        super()._load_from_state_dict(state_dict, prefix, *args)

    def _parts(self, key: str, value: Tensor, own: Tensor
               ) -> Sequence[Tensor]:
        """An entry of a plain layer, or of a :class:`PrivateConv`, for each
        modality."""
        m = self.num_modalities
        if value.shape[2:] != own.shape[2:] or len(value) not in (
                len(own), m * len(own)):
            raise ValueError(self._misfit(key, value))
        parts = value.chunk(m) if len(value) > len(own) else [value] * m
        if value.dim() == 1:
            return parts
        return [with_channels(part, count)
                for part, count in zip(parts, self.channels)]

    def _misfit(self, key: str, value: Tensor) -> str:
        return (f'{key} of the checkpoint is {tuple(value.shape)}, but the '
                f'modalities have {self.channels} channels, and '
                f'{tuple(self.stock[0].weight.shape)} is the weight of the '
                'first: set channels of the model to those of the '
                'checkpoint, or load another one')


def with_channels(weight: Tensor, channels: int) -> Tensor:
    """Weights for inputs of other channels, see :class:`PrivateStem`.

    Args:
        weight (Tensor): ``(D, C, k, k)``.
        channels (int): B.

    Returns:
        Tensor: ``(D, B, k, k)``.
    """
    if weight.shape[1] == channels:
        return weight.clone()
    return weight.sum(1, keepdim=True).repeat(1, channels, 1, 1) / channels
