"""Plain checkpoints in private layers."""
from typing import Dict, Sequence

from torch import Tensor, nn


def expand_plain(module: nn.Module, state_dict: Dict[str, Tensor],
                 prefix: str, names: Sequence[str],
                 num_modalities: int) -> Dict[str, Tensor]:
    """Copy the entries of a plain layer to every modality of a private one.

    This is what lets ``init_cfg=dict(type='Pretrained', ...)`` load
    torchvision, mmpretrain or mmseg weights: the paper starts every modality
    from the same ImageNet weights. Entries that are private already are
    passed on as they are.

    Args:
        module (nn.Module): The private layer that is being loaded.
        state_dict (dict): What is loaded; it is not changed.
        prefix (str): Prefix of the layer's keys.
        names (Sequence[str]): Parameters and buffers to look at.
        num_modalities (int): M.

    Returns:
        dict: A state dict whose entries fit the layer.

    Raises:
        ValueError: If an entry fits neither one modality nor M.
    """
    state_dict = dict(state_dict)
    for name in names:
        value, own = state_dict.get(prefix + name), getattr(module, name)
        if value is None or own is None or value.shape == own.shape:
            continue
        plain = own.shape[0] // num_modalities
        if value.shape != (plain, *own.shape[1:]):
            raise ValueError(
                f'{prefix}{name} of the checkpoint is {tuple(value.shape)}, '
                f'but a layer of {num_modalities} modalities takes '
                f'{tuple(own.shape)}, or {(plain, *own.shape[1:])} from a '
                'plain network: set num_modalities and modalities to those '
                'of the checkpoint, or load another checkpoint')
        state_dict[prefix + name] = value.repeat(
            num_modalities, *[1] * (value.dim() - 1))
    return state_dict
