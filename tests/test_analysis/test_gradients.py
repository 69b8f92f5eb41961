"""What Theorem 1 is measured by, against its sums written out."""
import copy
from pathlib import Path

import pytest
import torch
from mmagic.registry import MODELS
from mmagic.structures import DataSample
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from test_parity import samples_of, small_cen
from tiny_translation import rooms_config
from torch import nn

import cen_mm.translation  # noqa: F401
from cen_mm.analysis.theorem.gradients import gamma_gradients
from cen_mm.analysis.trained_net import exchanging_norms
from cen_mm.layers import PrivateNorm


class Ready(nn.Module):
    """A preprocessor for batches that need none."""

    def forward(self, data, training):
        assert training
        return data


class Tokens(BaseModel):
    """A layer norm on tokens, and any loss."""

    def __init__(self):
        super().__init__()
        self.norm = PrivateNorm(nn.LayerNorm(6), 2, exchange={})

    def forward(self, inputs, data_samples, mode):
        return dict(loss=(self.norm(inputs) * data_samples).cos().sum())


def segmentation():
    """Batch norms."""
    net = small_cen(50)
    net.backbone.norm_eval = False
    return net, lambda: dict(
        inputs=torch.randn(2, 6, 64, 64, dtype=torch.double),
        data_samples=samples_of(torch.randint(0, 5, (2, 64, 64))))


def translation():
    """Instance norms, without dropout."""
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = MODELS.build(rooms_config(Path()).model)
    net.init_weights()
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.
    return net, lambda: dict(
        inputs=torch.rand(2, 6, 64, 64, dtype=torch.double) * 2 - 1,
        data_samples=[
            DataSample(gt_img=torch.rand(3, 64, 64).double() * 2 - 1)
            for _ in range(2)
        ])


def tokens():
    """Layer norms, channels last."""
    return Tokens(), lambda: dict(
        inputs=torch.randn(6, 7, 6, dtype=torch.double),
        data_samples=torch.randn(6, 7, 6, dtype=torch.double))


def by_hand(net, data):
    """Sums over batch and pixels of g * x-hat and of g * g, by norm."""
    net = copy.deepcopy(net).train()
    seen = {}

    def watch(name):

        def hook(norm, inputs, output):
            added = torch.zeros_like(output, requires_grad=True)
            seen[name] = inputs[0].detach(), added
            return output + added

        return hook

    norms = exchanging_norms(net)
    for name, norm in norms:
        norm.exchange = None
        norm.register_forward_hook(watch(name))
    losses = net(**data, mode='loss')
    sum(v for k, v in losses.items() if 'loss' in k).backward()
    for name, norm in norms:
        x, added = seen[name]
        of_tokens = isinstance(norm.stock, nn.LayerNorm)
        places = (0, 1) if of_tokens else (0, 2, 3)
        axes = 2 if of_tokens else (2, 3) if isinstance(
            norm.stock, nn.InstanceNorm2d) else (0, 2, 3)
        for m in range(2):
            part, g = x[m::2], added.grad[m::2]  # (N, C, H, W), (N, L, C)
            mean = part.mean(axes, keepdim=True)
            var = part.var(axes, unbiased=False, keepdim=True)
            x_hat = (part - mean) / (var + norm.stock.eps).sqrt()
            yield (name, m, (g * x_hat).sum(places),
                   (g * g).sum(places).sqrt())


@pytest.mark.parametrize('job', [segmentation, translation, tokens])
def test_gradients(job):
    """In double precision."""
    net, batch = job()
    batches = [batch(), batch()]
    net.data_preprocessor = Ready()
    net = net.double().eval()
    norms = exchanging_norms(net)
    for n, (_, norm) in enumerate(norms):
        norm.weight.data[n % 3] = 0.005  # one modality exchanges alone
        norm.weight.data[norm.gamma.shape[1] + n % 3] = 0.5
    before = copy.deepcopy(net.state_dict())
    found = gamma_gradients(net, batches)
    assert list(found) == [name for name, _ in norms]
    for b, data in enumerate(batches):
        for name, m, slope, size in by_hand(net, data):
            # Rounding alone is left where all terms of a sum cancel.
            floor = 1e-9 * size.max().item()
            torch.testing.assert_close(
                found[name].slope[b, m], slope, rtol=1e-6, atol=floor)
            torch.testing.assert_close(
                found[name].size[b, m], size, rtol=1e-6, atol=floor)
    # The model is as it was.
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert not net.training
    assert all(n.exchange.threshold > 0 and not n._forward_hooks
               for _, n in norms)
    # Exchange takes the gradient from channels that are replaced and replace
    # no other.
    exchanged = gamma_gradients(net, batches, exchange=True)
    for name, norm in norms:
        assert torch.equal(found[name].gamma, norm.gamma)
        small = norm.gamma.abs() < norm.exchange.threshold
        alone = small & ~small.flip(0)
        assert alone.any()
        assert exchanged[name].slope[:, alone].abs().max() == 0
        assert found[name].slope[:, alone].abs().max() > 0
    with pytest.raises(ValueError, match='no batch to measure on'):
        gamma_gradients(net, [])
    for _, norm in norms:
        norm.exchange = None
    with pytest.raises(ValueError, match='has an exchange rule'):
        gamma_gradients(net, batches)
