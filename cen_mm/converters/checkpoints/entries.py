"""Entries of checkpoints: reading, strict comparison, split by modality."""
from pathlib import Path
from typing import Dict, List

import torch
from mmengine.runner import save_checkpoint
from torch import Tensor

COUNT = 'num_batches_tracked'  # one per norm here, one per modality there


def read(path: str) -> dict:
    """The content of a checkpoint, without running code from it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds no dictionary of weights.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'{path} is not there: give the path of a checkpoint')
    try:
        content = torch.load(path, map_location='cpu', weights_only=True)
    except Exception as error:  # torch and pickle raise many types
        raise ValueError(
            f'{path} cannot be read as a checkpoint that holds nothing but '
            f'tensors and numbers: download it again ({error})') from None
    if not isinstance(content, dict):
        raise ValueError(f'{path} holds a {type(content).__name__} and no '
                         'dictionary of weights: give another checkpoint')
    return content


def write(content: dict, path: str) -> None:
    """Write a checkpoint, whole or not at all."""
    save_checkpoint(content, path, backend_args=dict(backend='atomic'))


def compare(have: Dict[str, Tensor], want: Dict[str, tuple],
            path: str) -> None:
    """Raise ValueError unless names and shapes agree exactly."""
    wrong = [f'{k} is missing' for k in want if k not in have]
    wrong += [f'{k} is left over' for k in have if k not in want]
    wrong += [
        f'{k} is {tuple(have[k].shape)} instead of {want[k]}' for k in want
        if k in have and tuple(have[k].shape) != want[k]
    ]
    if wrong:
        raise ValueError(f'{path} does not fit ({len(wrong)} entries): '
                         + '; '.join(wrong[:5]))


def plain_name(name: str) -> str:
    """``bn2.weight`` of ``bn2.stock.weight``.

    Private layers, which wrap a stock one, load both. So do the converters,
    which write the short names.
    """
    return name.replace('.stock.', '.')


def plain_names(state: Dict[str, Tensor]) -> Dict[str, Tensor]:
    """A state dict under its plain names; two of one entry both stay."""
    return {k if plain_name(k) in state else plain_name(k): v
            for k, v in state.items()}


def join(state: Dict[str, Tensor], names: List[str], path: str) -> Tensor:
    """Join the official entries of all modalities to the one of ours."""
    values = [state[name] for name in names]
    if names[0].endswith(COUNT):
        if len({int(v) for v in values}) > 1:
            raise ValueError(f'{path} does not fit: {names} differ')
        return values[0]
    return torch.cat(values) if len(values) > 1 else values[0]


def split(value: Tensor, names: List[str]) -> Dict[str, Tensor]:
    """Split an entry of ours into the official ones of all modalities."""
    parts = ([value] * len(names)
             if names[0].endswith(COUNT) else value.chunk(len(names)))
    return {name: part.clone() for name, part in zip(names, parts)}
