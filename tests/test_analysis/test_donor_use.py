"""The donors' share of the variance where it is known."""
import numpy as np
import pytest
import torch

from cen_mm.analysis.donor_use import watch_donors
from cen_mm.layers import PrivateBN, PrivateIN


def known_norm(gamma, beta):
    """In evaluation it gives gamma x + beta, then exchanges."""
    gamma, beta = torch.tensor(gamma), torch.tensor(beta)
    norm = PrivateBN(gamma.shape[1], num_modalities=len(gamma), eps=0.,
                     exchange=dict(threshold=0.02)).eval()
    norm.weight.data, norm.bias.data = gamma.flatten(), beta.flatten()
    return norm


def test_a_share_that_can_be_told_by_hand():
    # Stream 0 keeps channels of variance 4 and 0, and gets 9: 9 / 13. The
    # offset of its last one is large, but nothing varies there.
    norm = known_norm([[2., 0.01, 0.03], [1., 3., 0.01]],
                      [[0., 0., 9.], [5., 0., 0.]])
    signs = torch.tensor([1., -1.]).repeat(8).view(1, 1, 4, 4)
    x = signs.repeat(2, 3, 1, 1)  # of variance 1
    x[0, 2] = 0.
    x[1, 2] = 7.
    with watch_donors([('bn', norm)]) as meters:
        norm(x)
    share = meters['bn'].donated()
    # Stream 1 replaces its last one by a constant.
    assert share == pytest.approx([9 / 13, 0.])
    norm(10 * x)  # after the watch
    assert meters['bn'].donated() == share


@pytest.mark.parametrize('modalities', [2, 3])
def test_batches_add_up_to_the_variance_over_all_images(modalities):
    rng = np.random.default_rng(0)
    gamma = rng.uniform(0.5, 1, (modalities, 5)).astype(np.float32)
    gamma[rng.random(gamma.shape) < 0.5] = 0.005
    beta = rng.normal(0, 3, gamma.shape).astype(np.float32)
    norm = known_norm(gamma.tolist(), beta.tolist())
    x = rng.normal(size=(5, modalities, 5, 3, 4)).astype(np.float32)
    x += rng.normal(0, 4, (5, 1, 1, 1, 1)).astype(np.float32)
    own = gamma[..., None, None] * x + beta[..., None, None]
    expected = []
    for m in range(modalities):
        donated = total = 0.
        for c in range(5):
            replaced = gamma[m, c] < 0.02
            feature = np.mean(
                [own[:, k, c] for k in range(modalities) if k != m],
                axis=0) if replaced else own[:, m, c]
            total += feature.var(dtype=np.float64)
            donated += replaced * feature.var(dtype=np.float64)
        expected.append(donated / total)
    folded = torch.from_numpy(x).flatten(0, 1)
    with watch_donors([('bn', norm)]) as meters:
        norm(folded[:modalities])
        norm(folded[modalities:])
    np.testing.assert_allclose(meters['bn'].donated(), expected, rtol=1e-5)
    assert all(0 < share < 1 for share in expected)


def test_with_instance_norms_the_squared_scales_decide():
    norm = PrivateIN(3, num_modalities=2, affine=True, eps=0.,
                     exchange=dict(threshold=0.02))
    norm.weight.data = torch.tensor([2., 0.01, 3., 4., 5., 0.01])
    with watch_donors([('in', norm)]) as meters:
        norm(torch.randn(8, 3, 6, 6))
    assert meters['in'].donated() == pytest.approx(
        [25 / (4 + 25 + 9), 9 / (16 + 25 + 9)], rel=1e-4)


def test_a_swap_of_dead_channels_gives_nothing():
    norm = known_norm([[1., 1e-6], [1., 1e-6]], [[0., 3.], [0., -3.]])
    with watch_donors([('bn', norm)]) as meters:
        norm(torch.randn(4, 2, 6, 6))
    assert max(meters['bn'].donated()) < 1e-9
