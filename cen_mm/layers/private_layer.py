"""Base of private layers: a stock layer widened to M modalities."""
from copy import copy
from typing import Any, Dict, Tuple

import torch
from torch import Tensor, nn

from .fold import refold, unfold
from .present import OfModalities


class PrivateLayer(OfModalities):
    """Wraps a stock layer and makes it private to each modality.

    A layer that is wide runs as the one stock layer over the ``M*C``
    channels of ``(N, M*C, H, W)``: no split, no concatenation. The stock
    layer is changed in place; its values are copied to every modality. Where
    modalities are absent it runs over ``P*C`` channels, with the values of
    the present ones.

    Entries of a state dict that a plain network (or cen_mm 0.1) calls
    ``<layer>.weight`` load as ``<layer>.stock.weight``, copied to every
    modality if they are of one modality. So ``init_cfg=dict(
    type='Pretrained', ...)`` loads torchvision, mmpretrain or mmseg weights,
    and the paper's modalities start alike.

    Args:
        stock (nn.Module): The layer of one modality.
        num_modalities (int): M.

    Raises:
        ValueError: When a state dict is loaded, if an entry fits neither one
            modality nor M.
    """
    # Names of a plain layer's entries, and what each is called here.
    entries: Dict[str, str] = dict(weight='stock.weight', bias='stock.bias')
    # Attributes of the stock layer that widen() has repeated.
    widened: Tuple[str, ...] = ()

    def __init__(self, stock: nn.Module, num_modalities: int) -> None:
        super().__init__()
        self.stock = stock
        self.num_modalities = num_modalities

    def widen(self, *names: str) -> None:
        """Repeat entries and sizes of the stock layer for every modality.

        Args:
            names (str): Attributes: tensors are repeated along their first
                axis, integers are multiplied. None stays None.
        """
        self.widened = names
        for name in names:
            value = getattr(self.stock, name)
            if isinstance(value, int):
                setattr(self.stock, name, value * self.num_modalities)
            elif value is not None:
                value.data = repeat(value.data, self.num_modalities)

    def run_wide(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """The wide stock layer over the modalities present.

        Args:
            x (Tensor): ``(N*P, C, ...)``, folded.
            args, kwargs: As of the stock layer.

        Returns:
            Tensor: ``(N*P, D, ...)``.
        """
        m = self.num_present
        layer = self.stock if self.present is None else self._narrowed()
        out = layer(unfold(x, m), *args, **kwargs)
        if layer is not self.stock and self.stock.training:
            self._take_statistics(layer)
        return refold(out, m)

    def _narrowed(self) -> nn.Module:
        """The stock layer of the modalities present.

        It has no values of its own: gradients reach those of the stock one.
        """
        layer = copy(self.stock)
        layer._buffers = dict(layer._buffers)
        layer._parameters = {
            name: value for name, value in layer._parameters.items()
            if name not in self.widened
        }
        for name in self.widened:
            value = getattr(self.stock, name)
            if isinstance(value, int):
                value = value // self.num_modalities * self.num_present
            elif value is not None:
                value = self.rows(value)
            setattr(layer, name, value)
        return layer

    @torch.no_grad()
    def _take_statistics(self, layer: nn.Module) -> None:
        """Keep the statistics that a narrowed layer has updated."""
        for name in set(self.widened) & set(self.stock._buffers):
            wide, new = getattr(self.stock, name), getattr(layer, name)
            if wide is not None:
                parts = wide.chunk(self.num_modalities)
                for m, values in zip(self.present,
                                     new.chunk(self.num_present)):
                    parts[m].copy_(values)

    def _load_from_state_dict(self, state_dict: Dict[str, Tensor],
                              prefix: str, *args) -> None:
        own = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        for plain, name in self.entries.items():
            for key in (prefix + plain, prefix + name):
                if key in state_dict and name in own:
                    state_dict[prefix + name] = self._fit(
                        key, state_dict.pop(key), own[name])
        super()._load_from_state_dict(state_dict, prefix, *args)

    def _fit(self, key: str, value: Tensor, own: Tensor) -> Tensor:
        """Expand an entry of one modality, or keep one of M."""
        if value.shape == own.shape:
            return value
        plain = (own.shape[0] // self.num_modalities, *own.shape[1:])
        if value.shape != plain:
            raise ValueError(
                f'{key} of the checkpoint is {tuple(value.shape)}, but a '
                f'layer of {self.num_modalities} modalities takes '
                f'{tuple(own.shape)}, or {plain} from a plain network: set '
                'modalities to those of the checkpoint, or load another '
                'checkpoint')
        return repeat(value, self.num_modalities)


def repeat(value: Tensor, times: int) -> Tensor:
    """``(C, ...)`` to ``(M*C, ...)``, the same for every modality."""
    return value.repeat(times, *[1] * (value.dim() - 1))

