"""Norm layers that are private to each modality.

On the folded batch ``(N*M, C, H, W)`` a private norm is the stock norm over
the ``M*C`` channels of ``(N, M*C, H, W)``: no split and no concatenation.
"""
from typing import Optional, Sequence

import torch
import torch.distributed as dist
import torch.nn.functional as F
from mmengine.registry import MODELS
from torch import Tensor, nn

from .exchange import ExchangeRule, mix
from .fold import refold, unfold
from .plain_state import expand_plain


class PrivateNorm:
    """What the private norms have in common; mixed into a stock norm.

    Parameters and statistics keep the stock names (``weight``, ``bias``,
    ``running_mean``, ``running_var``). Private ones hold ``M*C`` entries,
    modality-major, shared ones C, and entries of a plain norm are copied to
    every modality when a checkpoint is loaded.

    Args:
        num_features (int): C, the channels of one modality.
        num_modalities (int): M.
        private (Sequence[str]): What each modality has of its own: 'affine'
            (gamma and beta), 'stats' (mean and variance), both or neither
            (Table 9). Defaults to ``('affine', 'stats')``.
        exchange (dict, optional): Fields of
            :class:`~cen_mm.layers.ExchangeRule`. If given, channels of the
            output are exchanged (Eq. 6). Defaults to None.
        kwargs: Arguments of the stock norm.

    Raises:
        ValueError: If ``private`` names something else, or an exchange is
            asked of scales that are not private.
    """

    def __init__(self,
                 num_features: int,
                 num_modalities: int,
                 private: Sequence[str] = ('affine', 'stats'),
                 exchange: Optional[dict] = None,
                 **kwargs) -> None:
        if not set(private) <= {'affine', 'stats'}:
            raise ValueError("private takes 'affine' and 'stats', got "
                             f'{tuple(private)}')
        super().__init__(num_features * num_modalities, **kwargs)
        self.num_modalities = num_modalities
        self.private = tuple(private)
        if 'affine' not in private:
            self._share('weight', 'bias', size=num_features)
        if 'stats' not in private:
            self._share('running_mean', 'running_var', size=num_features)
        self.exchange = (None if exchange is None else ExchangeRule(
            **exchange))

    def _share(self, *names: str, size: int) -> None:
        for name in names:
            value = getattr(self, name)
            if value is not None:
                value.data = value.data[:size].clone()

    @property
    def exchange(self) -> Optional[ExchangeRule]:
        """The exchange behind this norm, if there is one."""
        return self._exchange

    @exchange.setter
    def exchange(self, rule: Optional[ExchangeRule]) -> None:
        if rule is not None and (self.weight is None
                                 or 'affine' not in self.private):
            raise ValueError(
                'exchanging compares the gammas of the modalities, which '
                f'private={self.private} and affine={self.affine} do not '
                "tell apart: add 'affine' to private, or set exchange=None")
        self._exchange = rule

    @property
    def gamma(self) -> Tensor:
        """Scales of the modalities, ``(M, C)``: a view of ``weight``."""
        return self.weight.view(self.num_modalities, -1)

    def forward(self, x: Tensor) -> Tensor:
        """Norm, then exchange: ``(N*M, C, H, W)`` to the same shape."""
        m, weight, bias = self.num_modalities, self.weight, self.bias
        if not self.private:
            return self._normalise(x, weight, bias)
        if 'stats' in self.private:
            if weight is not None and 'affine' not in self.private:
                weight, bias = weight.repeat(m), bias.repeat(m)
            x = self._normalise(unfold(x, m), weight, bias)
        else:
            x = unfold(self._normalise(x, None, None), m)
            if weight is not None:
                x = torch.addcmul(bias.view(-1, 1, 1), x,
                                  weight.view(-1, 1, 1)).to(x.dtype)
        if self.exchange is not None and self.exchange.threshold > 0:
            x = mix(x, self.exchange.replaced(self.gamma))
        return refold(x, m)

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        state_dict = expand_plain(
            self, state_dict, prefix,
            ('weight', 'bias', 'running_mean', 'running_var'),
            self.num_modalities)
        super()._load_from_state_dict(state_dict, prefix, *args)

    def extra_repr(self) -> str:
        return (f'{super().extra_repr()}, M={self.num_modalities}, '
                f'private={self.private}, exchange={self.exchange}')


@MODELS.register_module()
class PrivateBN(PrivateNorm, nn.BatchNorm2d):
    """Batch norm whose scales, offsets and statistics are private.

    ``norm_cfg=dict(type='PrivateBN', num_modalities=2)``. The arguments are
    those of :class:`PrivateNorm` and :class:`nn.BatchNorm2d`. In ``eval()``,
    and so under ``norm_eval=True``, the statistics are frozen while gamma
    and beta still train.
    """
    _abbr_ = 'bn'  # keeps the names bn1, bn2 of plain checkpoints

    def _momentum(self) -> float:
        """Weight of this batch in the running statistics."""
        if not (self.training and self.track_running_stats):
            return 0.
        self.num_batches_tracked.add_(1)
        if self.momentum is None:
            return 1. / float(self.num_batches_tracked)
        return self.momentum

    def _normalise(self, x: Tensor, weight: Optional[Tensor],
                   bias: Optional[Tensor]) -> Tensor:
        return F.batch_norm(x, self.running_mean, self.running_var, weight,
                            bias, self.training or self.running_mean is None,
                            self._momentum(), self.eps)


class AllReduce(torch.autograd.Function):
    """Sum over the processes, of values and of gradients."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        """Any tensor to its sum."""
        x = x.clone()
        dist.all_reduce(x)
        return x

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        """Every process's loss depends on the sum."""
        grad = grad.clone()
        dist.all_reduce(grad)
        return grad


@MODELS.register_module()
class PrivateSyncBN(PrivateBN):
    """:class:`PrivateBN` with the statistics of the batch on all processes.

    Built on a differentiable ``all_reduce``, so it runs on any device and
    with gloo, where :class:`nn.SyncBatchNorm` refuses CPU tensors. The
    processes may hold different numbers of samples.
    """

    def _normalise(self, x: Tensor, weight: Optional[Tensor],
                   bias: Optional[Tensor]) -> Tensor:
        if not (self.training and dist.is_available()
                and dist.is_initialized() and dist.get_world_size() > 1):
            return super()._normalise(x, weight, bias)
        # Two passes, in float32 at least: the mean first, for a variance
        # that does not cancel.
        wide = x.to(torch.promote_types(x.dtype, torch.float32))
        total = wide.sum((0, 2, 3))
        count = total.new_tensor([x.numel() // x.shape[1]])
        total, count = AllReduce.apply(torch.cat([total, count])).split(
            [x.shape[1], 1])
        mean = total / count
        centred = wide - mean.view(-1, 1, 1)
        var = AllReduce.apply(centred.square().sum((0, 2, 3))) / count
        if self.track_running_stats:
            momentum = self._momentum()
            with torch.no_grad():
                self.running_mean.lerp_(mean, momentum)
                self.running_var.lerp_(var * count / (count - 1), momentum)
        scale = (var + self.eps).rsqrt()
        if weight is not None:
            scale = scale * weight
        y = centred * scale.view(-1, 1, 1)
        if bias is not None:
            y = y + bias.view(-1, 1, 1)
        return y.to(x.dtype)


@MODELS.register_module()
class PrivateIN(PrivateNorm, nn.InstanceNorm2d):
    """Instance norm whose scales, offsets and statistics are private.

    The arguments are those of :class:`PrivateNorm` and
    :class:`nn.InstanceNorm2d`; affine and running statistics are off by
    default there, and exchanging needs ``affine=True``.
    """
    _abbr_ = 'in'

    def _normalise(self, x: Tensor, weight: Optional[Tensor],
                   bias: Optional[Tensor]) -> Tensor:
        return F.instance_norm(x, self.running_mean, self.running_var, weight,
                               bias, self.training
                               or not self.track_running_stats, self.momentum
                               or 0., self.eps)
