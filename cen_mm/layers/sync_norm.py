"""Synchronised batch norm on any device."""
import torch
import torch.distributed as dist
from torch import Tensor, nn


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


class SyncBN(nn.BatchNorm2d):
    """Batch norm with the statistics of the batch on all processes.

    Built on a differentiable ``all_reduce``, so it runs with gloo, where
    :class:`nn.SyncBatchNorm` and DDP refuse CPU tensors. The processes may
    hold different numbers of samples.
    """

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same shape."""
        if not (self.training and dist.is_available()
                and dist.is_initialized() and dist.get_world_size() > 1):
            return super().forward(x)
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
            self._track(mean.detach(), (var * count / (count - 1)).detach())
        y = centred * (var + self.eps).rsqrt().view(-1, 1, 1)
        if self.weight is not None:  # a PrivateNorm may have taken them
            y = y * self.weight.view(-1, 1, 1)
        if self.bias is not None:
            y = y + self.bias.view(-1, 1, 1)
        return y.to(x.dtype)

    def _track(self, mean: Tensor, var: Tensor) -> None:
        """Update the running statistics, of any floating type."""
        self.num_batches_tracked.add_(1)
        momentum = (1. / float(self.num_batches_tracked)
                    if self.momentum is None else self.momentum)
        for running, new in ((self.running_mean, mean),
                             (self.running_var, var)):
            # Not in place, as CPUs do not interpolate 16 bits.
            running.copy_(torch.lerp(running.to(new), new, momentum))
