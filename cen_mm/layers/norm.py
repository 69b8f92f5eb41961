"""Norms that are private to each modality, and exchange behind them."""
from typing import Optional, Sequence

import torch
from mmengine.registry import MODELS
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm

from .exchange import ExchangeRule, channel_exchange, per_channel
from .fold import reshape_fresh
from .private_layer import PrivateLayer, repeat
from .sync_norm import SyncBN


class PrivateNorm(PrivateLayer):
    """A norm with scales or statistics for each modality.

    Batch, sync-batch and instance norms with private statistics, and group
    norms, run as the one stock norm over ``M*C`` channels. Where the stock
    norm cannot hold the scales (layer norms; one of scales and statistics
    shared, Table 9), they move to ``scale`` and ``offset`` of this module,
    which are applied behind it. An activation that the norm fuses (timm's
    ``BatchNormAct2d``) comes last, behind the exchange.

    The paper has batch and instance norms; the others are ours. Group and
    layer norms have no statistics beyond one sample, so theirs are always
    private.

    Args:
        stock (nn.Module): The norm of one modality, of C channels: a batch,
            instance, group or layer norm, or a subclass that keeps their
            attributes. Layer norms take ``(..., C)``; those of a class named
            ``*2d``, as timm's ``LayerNorm2d``, ``(N, C, H, W)``. It is
            changed in place.
        num_modalities (int): M.
        private (Sequence[str]): What each modality has of its own: 'affine'
            (gamma and beta), 'stats' (mean and variance), both or neither.
            Defaults to ``('affine', 'stats')``.
        exchange (dict, optional): Fields of
            :class:`~cen_mm.layers.ExchangeRule`. If given, channels of the
            output are exchanged (Eq. 6). Defaults to None.

    Raises:
        ValueError: If ``private`` names something else, the norm is of an
            unknown kind, or an exchange is asked of scales that are not
            private.
    """

    def __init__(self,
                 stock: nn.Module,
                 num_modalities: int,
                 private: Sequence[str] = ('affine', 'stats'),
                 exchange: Optional[dict] = None) -> None:
        if not set(private) <= {'affine', 'stats'}:
            raise ValueError("private takes 'affine' and 'stats', got "
                             f'{tuple(private)}')
        super().__init__(stock, num_modalities)
        self.private = tuple(private)
        self.channel_dim = 1
        own = 'affine' in private
        if isinstance(stock, (_BatchNorm, _InstanceNorm)):
            self.wide = 'stats' in private
            sizes = ('num_features', 'running_mean', 'running_var')
        elif isinstance(stock, nn.GroupNorm):
            self.wide, sizes = own, ('num_groups', 'num_channels')
        elif isinstance(stock, nn.LayerNorm) and set(
                stock.normalized_shape[1:]) <= {1}:
            self.wide, sizes = False, ()
            of_maps = ('2d' in type(stock).__name__
                       or len(stock.normalized_shape) > 1)
            self.channel_dim = 1 if of_maps else -1
        else:
            raise ValueError(
                f'{stock} cannot be private: batch, instance, group and layer '
                'norms over the channels can; take one of these')
        self.scale = self.offset = None
        if stock.weight is not None and own != self.wide:
            times = num_modalities if own else 1
            self.scale = self._take('weight', times)
            self.offset = self._take('bias', times)
        if self.wide:
            self.widen('weight', 'bias', *sizes)
        self.entries = {
            name: f'stock.{name}'
            for name in ('weight', 'bias', 'running_mean', 'running_var',
                         'num_batches_tracked')
        }
        if self.scale is not None:
            self.entries.update(weight='scale', bias='offset')
        # Fused with the stock norm, but the exchange comes before them.
        for name in ('drop', 'act'):
            if hasattr(stock, name):
                setattr(self, name, getattr(stock, name))
                setattr(stock, name, nn.Identity())
        self.exchange = None if exchange is None else ExchangeRule(**exchange)

    def _take(self, name: str, times: int) -> Optional[nn.Parameter]:
        """Move a parameter from the stock norm to this module."""
        value = getattr(self.stock, name)
        if value is None:
            return None
        setattr(self.stock, name, None)
        return nn.Parameter(
            repeat(value.data, times), requires_grad=value.requires_grad)

    @property
    def weight(self) -> Optional[Tensor]:
        """Scales, ``(M*C, )``, or ``(C, )`` if they are shared."""
        return self.stock.weight if self.scale is None else self.scale

    @property
    def bias(self) -> Optional[Tensor]:
        """Offsets, ``(M*C, )``, or ``(C, )`` if they are shared."""
        return self.stock.bias if self.scale is None else self.offset

    @property
    def gamma(self) -> Tensor:
        """Scales of the modalities, ``(M, C)``: a view of ``weight``."""
        return self.weight.view(self.num_modalities, -1)

    @property
    def exchange(self) -> Optional[ExchangeRule]:
        """The exchange behind this norm, if there is one."""
        return self._exchange

    @exchange.setter
    def exchange(self, rule: Optional[ExchangeRule]) -> None:
        if rule is not None and (self.weight is None
                                 or 'affine' not in self.private):
            raise ValueError(
                'exchanging compares the gammas of the modalities, which a '
                f'norm with private={self.private} and '
                f'{"no " if self.weight is None else ""}scales does not tell '
                "apart: add 'affine' to private, or set exchange=None")
        self._exchange = rule

    def forward(self, x: Tensor, *args, **kwargs) -> Tensor:
        """Norm, exchange, then the activation if the norm fuses one.

        Args:
            x (Tensor): ``(N*P, C, H, W)``; of layer norms ``(N*P, ..., C)``.
                P are the modalities present.
            args, kwargs: As of the stock norm.

        Returns:
            Tensor: Like ``x``.
        """
        run = self.run_wide if self.wide else self.stock
        x = run(x, *args, **kwargs)
        # mmpretrain's LayerNorm2d is told the layout with each call.
        last = 'channel_last' in (*args, *kwargs.values())
        channel_dim = -1 if last else self.channel_dim
        if self.scale is not None:
            x = self._affine(x, channel_dim)
        if self.exchange is not None and self.exchange.threshold > 0:
            x = channel_exchange(x, self.gamma, self.exchange, channel_dim,
                                 self.present)
        for name in ('drop', 'act'):
            if name in self._modules:
                x = self._modules[name](x)
        return x

    def _affine(self, x: Tensor, channel_dim: int) -> Tensor:
        """Scale and shift every modality, or all alike."""
        split = x.unflatten(0, (-1, self.num_present))  # (N, P, C, ...)

        def by_channel(value: Optional[Tensor]) -> Optional[Tensor]:
            if value is None:
                return None
            own = 'affine' in self.private
            value = (self.rows(value).view(self.num_present, -1)
                     if own else value[None])
            return per_channel(value, split.dim(), channel_dim)

        scale, offset = by_channel(self.scale), by_channel(self.offset)
        split = split * scale if offset is None else torch.addcmul(
            offset, split, scale)
        return reshape_fresh(split.to(x.dtype), x.shape)

    def extra_repr(self) -> str:
        return (f'M={self.num_modalities}, private={self.private}, '
                f'exchange={self.exchange}')


@MODELS.register_module()
class PrivateBN(PrivateNorm):
    """:class:`PrivateNorm` around a batch norm, for networks built by hand.

    ``norm_cfg=dict(type='PrivateBN', num_modalities=2)``. In ``eval()``, and
    so under ``norm_eval=True``, the statistics are frozen while gamma and
    beta still train.

    Args:
        num_features (int): C, the channels of one modality.
        num_modalities (int): M.
        private (Sequence[str]): See :class:`PrivateNorm`.
        exchange (dict, optional): See :class:`PrivateNorm`.
        kwargs: As of :class:`nn.BatchNorm2d`.
    """
    _abbr_ = 'bn'  # keeps the names bn1, bn2 of plain checkpoints
    stock_type = nn.BatchNorm2d

    def __init__(self,
                 num_features: int,
                 num_modalities: int,
                 private: Sequence[str] = ('affine', 'stats'),
                 exchange: Optional[dict] = None,
                 **kwargs) -> None:
        super().__init__(
            self.stock_type(num_features, **kwargs), num_modalities, private,
            exchange)


@MODELS.register_module()
class PrivateSyncBN(PrivateBN):
    """:class:`PrivateBN` with the statistics of the batch on all processes."""
    stock_type = SyncBN


@MODELS.register_module()
class PrivateIN(PrivateBN):
    """:class:`PrivateNorm` around an instance norm.

    The arguments are those of :class:`PrivateBN` and
    :class:`nn.InstanceNorm2d`; affine and running statistics are off by
    default there, and exchanging needs ``affine=True``.
    """
    _abbr_ = 'in'
    stock_type = nn.InstanceNorm2d
