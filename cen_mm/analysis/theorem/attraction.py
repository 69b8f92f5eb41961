"""Theorem 1 of the supplement: how likely a gamma is held at zero.

With a task loss L and a norm's output x' = gamma * x-hat + beta, the slope of
the loss and the L1 penalty together is s + lambda right of gamma = 0 and
s - lambda left of it, where s = dL/dgamma = sum_ij g_ij * x-hat_ij and
g = dL/dx'. Zero attracts gamma if the first is positive and the second
negative. The theorem takes x-hat for a standard Gaussian and writes g as if
it were one number; its footnote 4 has the sum over the pixels. Where the
x-hat_ij are independent, s has the variance sum_ij g_ij^2, so here |g| is the
L2 norm of the map g over batch and pixels. That reading, and the independence
which it needs, are ours.
"""
import math
from typing import Optional, Union

import torch
from torch import Tensor


def attraction_probability(weight: Union[float, Tensor],
                           gradient: Tensor) -> Tensor:
    r"""What Theorem 1 says, ``2 * Phi(weight / |gradient|) - 1``.

    Computed as erf, which keeps its digits where the penalty is weak.

    Args:
        weight (float | Tensor): lambda.
        gradient (Tensor): g, any shape. Of a map, its L2 norm.

    Returns:
        Tensor: Probabilities, of the shape that both broadcast to. Without
        any gradient 1; but 0 where lambda is 0, since the inequalities are
        strict.

    Raises:
        ValueError: If a weight is negative.
    """
    weight = torch.as_tensor(
        weight, dtype=gradient.dtype, device=gradient.device)
    if (weight < 0).any():
        raise ValueError('the weight of the penalty must be >= 0, got '
                         f'{weight.min().item()}')
    ratio = weight / gradient.abs()
    return torch.erf(ratio / math.sqrt(2)).where(weight > 0,
                                                 torch.zeros_like(ratio))


def is_attracted(weight: Union[float, Tensor], slope: Tensor) -> Tensor:
    """The two inequalities of the proof, booleans.

    Args:
        weight (float | Tensor): lambda.
        slope (Tensor): s, the gradient of the task loss alone, any shape.
    """
    return (slope + weight > 0) & (slope - weight < 0)


def simulate_attraction(weight: float, gradient: Tensor, draws: int,
                        generator: Optional[torch.Generator] = None) -> float:
    """The share of ``draws`` of independent Gaussian x-hat in which they hold.

    Args:
        weight (float): lambda.
        gradient (Tensor): The map g, any shape.
        draws (int): Number of maps x-hat.
        generator (torch.Generator, optional): Defaults to torch's.
    """
    g = gradient.flatten()
    x_hat = torch.randn(draws, g.numel(), dtype=g.dtype, generator=generator)
    return is_attracted(weight, x_hat @ g).double().mean().item()
