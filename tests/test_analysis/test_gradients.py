"""What Theorem 1 is measured by, against its sums written out."""
import copy

import pytest
import torch
from mmengine.model import BaseModel
from torch import nn

from cen_mm.analysis.theorem.gradients import gamma_gradients
from cen_mm.analysis.trained_net import exchanging_norms
from cen_mm.layers import PrivateBN, PrivateIN, PrivateNorm

# Over which axes a norm's statistics are, and where its channels occur.
AXES = dict(batch=((0, 2, 3), (0, 2, 3)), instance=((2, 3), (0, 2, 3)),
            tokens=((2, ), (0, 1)))


class Net(BaseModel):
    """Norms on maps, with activations in place, and a layer norm on tokens."""

    def __init__(self):
        super().__init__()
        self.batch = PrivateBN(6, 2, exchange={})
        self.conv = nn.Conv2d(6, 8, 3)
        self.instance = PrivateIN(8, 2, affine=True, exchange={})
        self.tokens = PrivateNorm(nn.LayerNorm(8), 2, exchange={})

    def forward(self, inputs, target, mode):
        assert mode == 'loss'
        x = self.conv(self.batch(inputs).relu_())
        x = self.instance(x).relu_()
        x = self.tokens(x.flatten(2).transpose(1, 2))  # (N*M, L, C)
        return dict(loss_one=(x * target).cos().sum(),
                    loss_two=[x[::2].exp().mean(), x[1].square().sum()],
                    acc=torch.tensor(7.))


class Ready(nn.Module):
    """A preprocessor for batches that need none."""

    def forward(self, data, training):
        assert training
        return data


def by_hand(net, data):
    """Sums over batch and pixels of g * x-hat and of g * g, by norm."""
    net = copy.deepcopy(net).train()
    seen = {}

    def watch(name):

        def hook(norm, inputs, output):
            added = torch.zeros_like(output, requires_grad=True)
            seen[name] = inputs[0].detach().clone(), added
            return output + added

        return hook

    for name, norm in exchanging_norms(net):
        norm.exchange = None
        norm.register_forward_hook(watch(name))
    losses = net(**data, mode='loss')
    (losses['loss_one'] + sum(losses['loss_two'])).backward()
    for name, (x, added) in seen.items():
        axes, places = AXES[name]
        for m in range(2):
            part, g = x[m::2], added.grad[m::2]  # (N, C, H, W), (N, L, C)
            mean = part.mean(axes, keepdim=True)
            var = part.var(axes, unbiased=False, keepdim=True)
            x_hat = (part - mean) / (var + 1e-5).sqrt()
            yield (name, m, (g * x_hat).sum(places),
                   (g * g).sum(places).sqrt())


def test_gradients():
    """In double precision."""
    net = Net().double().eval()
    net.data_preprocessor = Ready()
    norms = exchanging_norms(net)
    for n, (_, norm) in enumerate(norms):
        norm.weight.data.uniform_(0.5, 1.)
        norm.weight.data[n] = 0.005  # one modality exchanges alone
    batches = [dict(inputs=torch.randn(6, 6, 7, 5).double(),
                    target=torch.randn(6, 15, 8).double()) for _ in range(2)]
    before = copy.deepcopy(net.state_dict())
    found = gamma_gradients(net, batches)
    assert list(found) == list(AXES)
    for b, data in enumerate(batches):
        for name, m, slope, size in by_hand(net, data):
            torch.testing.assert_close(
                found[name].slope[b, m], slope, rtol=1e-6, atol=1e-9)
            torch.testing.assert_close(
                found[name].size[b, m], size, rtol=1e-6, atol=1e-9)
    # The model is as it was.
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert not net.training
    assert all(n.exchange.threshold > 0 and not n._forward_hooks
               for _, n in norms)
    # Exchange takes the gradient from channels that are replaced and replace
    # no other.
    exchanged = gamma_gradients(net, batches, exchange=True)
    for n, (name, norm) in enumerate(norms):
        assert torch.equal(found[name].gamma, norm.gamma)
        assert exchanged[name].slope[:, 0, n].abs().max() == 0
        assert found[name].slope[:, 0, n].abs().max() > 1e-3
        assert exchanged[name].slope[:, 1].abs().min() > 0
    with pytest.raises(ValueError, match='no batch to measure on'):
        gamma_gradients(net, [])
    for _, norm in norms:
        norm.exchange = None
    with pytest.raises(ValueError, match='has an exchange rule'):
        gamma_gradients(net, batches)
