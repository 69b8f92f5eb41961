"""Base of private layers: a stock layer widened to M modalities."""
from typing import Dict

from torch import Tensor, nn


class PrivateLayer(nn.Module):
    """Wraps a stock layer and makes it private to each modality.

    A layer that is wide runs as the one stock layer over the ``M*C``
    channels of ``(N, M*C, H, W)``: no split, no concatenation. The stock
    layer is changed in place; its values are copied to every modality.

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
        for name in names:
            value = getattr(self.stock, name)
            if isinstance(value, int):
                setattr(self.stock, name, value * self.num_modalities)
            elif value is not None:
                value.data = repeat(value.data, self.num_modalities)

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

