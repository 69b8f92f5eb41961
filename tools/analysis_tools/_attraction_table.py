"""What attraction.py has measured, in words."""
from dataclasses import dataclass
from typing import List

import torch
from torch import Tensor


@dataclass
class Gammas:
    """One norm and modality, with C channels and B batches.

    ``gamma``, ``near`` zero and ``penalised`` are ``(C, )``; ``slope``, s,
    ``size``, |g|, whether they were ``attracted``, and the theorem's
    ``probability`` are ``(B, C)``.
    """
    layer: str
    modality: str
    gamma: Tensor
    near: Tensor
    penalised: Tensor
    slope: Tensor
    size: Tensor
    attracted: Tensor
    probability: Tensor


GROUPS = {
    f'{"near zero" if near else "others"}, '
    f'{"" if penalised else "not "}penalised': (near, penalised)
    for near in (True, False) for penalised in (True, False)
}


def pick(rows: List[Gammas], group: str, field: str) -> Tensor:
    """A field of the channels of a group, ``(B, channels)``."""
    near, penalised = GROUPS[group]
    return torch.cat([
        getattr(row, field)[:, (row.near == near)
                            & (row.penalised == penalised)] for row in rows
    ], dim=1).double()


def table(rows: List[Gammas]) -> str:
    """Means over a group's channels and over the batches, by modality."""
    lines = [f'{"gammas":24} {"modality":>14} {"number":>6} {"measured":>8} '
             f'{"theorem":>8} {"rms s":>8} {"rms |g|":>8} {"s/|g|":>6}']
    for group in GROUPS:
        for modality in dict.fromkeys(row.modality for row in rows):
            of = [row for row in rows if row.modality == modality]
            slope, size = pick(of, group, 'slope'), pick(of, group, 'size')
            if not slope.numel():
                continue
            lines.append(
                f'{group:24} {modality:>14} {slope.shape[1]:6} '
                f'{pick(of, group, "attracted").mean():8.1%} '
                f'{pick(of, group, "probability").mean():8.1%} '
                f'{rms(slope):8.2g} {rms(size):8.2g} '
                f'{rms(relative(slope, size)):6.2f}')
    return '\n'.join(lines)


def verdict(rows: List[Gammas]) -> str:
    """How far the theorem is off, in a sentence or two a group."""
    lines = []
    for group in GROUPS:
        attracted, theorem, slope, size = (
            pick(rows, group, field)
            for field in ('attracted', 'probability', 'slope', 'size'))
        if not attracted.numel():
            continue
        unsure = (theorem > 0.1) & (theorem < 0.9)
        lines.append(
            f'{group}: zero attracts in {attracted.mean():.1%} of the cases, '
            f'the theorem says {theorem.mean():.1%}. '
            + (f'Of the {unsure.double().mean():.1%} where it says 10 to 90% '
               f'these are {attracted[unsure].mean():.1%} and '
               f'{theorem[unsure].mean():.1%}. ' if unsure.any() else '')
            + f'dL/dgamma is {rms(relative(slope, size)):.2f} times what '
            'independent pixels would make it.')
    return '\n'.join(lines)


def relative(slope: Tensor, size: Tensor) -> Tensor:
    """s / |g|, standard Gaussian if the theorem's premise holds."""
    return slope[size > 0] / size[size > 0]


def rms(x: Tensor) -> float:
    return x.square().mean().sqrt().item()
