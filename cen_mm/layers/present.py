"""Which of the modalities are present.

An absent modality is not computed: the network is then that of the present
ones, a folded batch is ``N*P``, and each layer takes its values of these
alone. What a layer does in the place of an absent one is said in its class:
:func:`~cen_mm.layers.channel_exchange`, :class:`~cen_mm.layers.Fusion`,
:class:`~cen_mm.layers.AlignFusion`, :class:`~cen_mm.layers.Ensemble`.
"""
from typing import Optional, Sequence, Tuple

import torch
from torch import Tensor, nn

from .modalities import check_present, say_absent


class OfModalities(nn.Module):
    """Base of the layers that have something for each modality.

    Attributes:
        num_modalities (int): M.
        present (tuple[int], optional): The P modalities that are present,
            set by :func:`set_present`. None, the default, are all.
    """
    num_modalities: int
    present: Optional[Tuple[int, ...]] = None

    @property
    def num_present(self) -> int:
        """P, the modalities of a folded batch."""
        return (self.num_modalities
                if self.present is None else len(self.present))

    def rows(self, values: Tensor) -> Tensor:
        """Of ``(M*C, ...)`` values those of the modalities present, ``(P*C,
        ...)``; all of them if none is absent."""
        if self.present is None:
            return values
        parts = values.chunk(self.num_modalities)
        return torch.cat([parts[m] for m in self.present])


class PresentModalities:
    """Mixin of the models: some of their modalities may be absent in tests.

    Attributes:
        modalities (tuple[str]): All M.
    """
    modalities: Tuple[str, ...]

    @property
    def present(self) -> Tuple[str, ...]:
        """Modalities that are present in tests and inference.

        To set it takes their names in any order. The next batch may have
        others: in training, where some are dropped.

        Raises:
            ValueError: If one that is set is none of the model's.
        """
        return self._present

    @present.setter
    def present(self, names: Sequence[str]) -> None:
        names = check_present(names, self.modalities)
        if names != getattr(self, '_present', None):
            say_absent(names, self.modalities)
        self._present = names
        self.use_present()

    def use_present(self) -> None:
        """Tell the parts of the model which are present."""


def set_present(net: nn.Module, present: Optional[Sequence[int]]) -> None:
    """Say which modalities the next batches hold.

    It stays so until it is said again, since activation checkpointing runs
    layers once more in the backward pass.

    Args:
        net (nn.Module): Any network with layers of ours.
        present (Sequence[int], optional): Indices of the modalities, in
            ascending order. None are all.

    Raises:
        ValueError: If they are none, no indices of modalities or in another
            order.
    """
    for module in net.modules():
        if isinstance(module, OfModalities):
            every = range(module.num_modalities)
            chosen = tuple(every if present is None else present)
            if not chosen or chosen != tuple(m for m in every if m in chosen):
                raise ValueError(
                    f'present={present} must be some of the modalities '
                    f'{tuple(every)}, in ascending order')
            module.present = None if len(chosen) == len(every) else chosen
