"""Multiply-adds of a network on the meta device, by mmengine's rules.

The meta device knows shapes and no values, so any size takes about a second.
mmengine's own analysis cannot be used there: it traces, and what traces needs
values.

What counts, and how much, is as there: convolutions, transposed ones too, and
matrix products; an element of a batch norm two, one without scales; of any
norm that takes its statistics from the input itself five, four without; of
bilinear enlargement four; of adaptive pooling one. All else, activations,
dropout and the exchange of channels, which moves features and computes
nothing, is free. Three differences:

- averages over all of a map are free, where mmengine counts a pooling;
- enlargement by the nearest neighbour is free, where mmengine counts one;
- an instance norm with running statistics is a batch norm, hence two, where
  mmengine counts five.
"""
from math import prod

import torch
from torch.utils.flop_counter import FlopCounterMode

aten = torch.ops.aten


# FlopCounterMode counts a multiply-add as two, so these do so, too.
def _batch_norm(x, weight, bias, mean, var, training, *args, **kwargs) -> int:
    each = 5 if training else 2
    return 2 * prod(x) * (each - (weight is None))


FURTHER_OPS = {
    # One or the other, by the version of torch.
    aten.native_batch_norm: _batch_norm,
    aten._native_batch_norm_legit: _batch_norm,
    aten._native_batch_norm_legit_no_training:
    lambda x, weight, *_, **__: _batch_norm(x, weight, *[None] * 3, False),
    aten.native_group_norm:
    lambda x, weight, *_, **__: _batch_norm(x, weight, *[None] * 3, True),
    aten.native_layer_norm:
    lambda x, _, weight, *__, **___: _batch_norm(
        x, weight, *[None] * 3, True),
    aten.upsample_bilinear2d: lambda *_, out_shape, **__: 8 * prod(out_shape),
    aten._adaptive_avg_pool2d: lambda x, *_, **__: 2 * prod(x)
}


class MultiplyAdds(FlopCounterMode):
    """Counts what is computed in its context."""

    def __init__(self) -> None:
        super().__init__(display=False, custom_mapping=FURTHER_OPS)

    def so_far(self) -> int:
        """Multiply-adds since it was entered."""
        return self.get_total_flops() // 2
