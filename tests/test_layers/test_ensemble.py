"""The ensemble against its formula."""
import torch

from cen_mm.layers import Ensemble


def test_weighted_sum_that_trains_alpha_alone():
    ensemble = Ensemble(3)
    ensemble.alpha.data = torch.tensor([0.2, -1., 2.])
    x = torch.randn(2, 3, 5, 4, 6, requires_grad=True)
    out = ensemble(x)
    weight = torch.tensor([0.2, -1., 2.]).exp()
    weight /= weight.sum()
    expected = torch.einsum('nmkhw,m->nkhw', x.detach(), weight)
    torch.testing.assert_close(out, expected)
    out.square().sum().backward()
    assert x.grad is None and ensemble.alpha.grad.abs().min() > 0
    assert torch.equal(Ensemble(2).alpha, torch.ones(2))
