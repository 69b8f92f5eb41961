"""The two views."""
import pytest
import torch

from cen_mm.layers import fold, unfold


@pytest.mark.parametrize('num_modalities', [1, 2, 3])
def test_fold_is_sample_major_and_a_view(num_modalities):
    modalities = [torch.randn(2, 4, 3, 5) for _ in range(num_modalities)]
    x = torch.cat(modalities, dim=1)
    folded = fold(x, num_modalities)
    for n in range(2):
        for m in range(num_modalities):
            assert torch.equal(folded[n * num_modalities + m],
                               modalities[m][n])
    assert folded.data_ptr() == x.data_ptr()
    back = unfold(folded, num_modalities)
    assert back.data_ptr() == x.data_ptr() and torch.equal(back, x)


def test_channels_that_do_not_fit_name_the_fields():
    with pytest.raises(ValueError, match='num_modalities=2.*PackModalities'):
        fold(torch.zeros(1, 9, 2, 2), 2)
    with pytest.raises(ValueError, match='batch of 3.*num_modalities=2'):
        unfold(torch.zeros(3, 9, 2, 2), 2)
