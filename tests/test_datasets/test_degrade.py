"""What becomes of a failing sensor, in numbers."""
import numpy as np
import pytest
import torch
from mmseg.structures import SegDataSample

from cen_mm.datasets import Degrade

NAMES = ('rgb', 'depth')


def packed(size=(48, 70), path='a.png', grey=True):
    inputs = torch.rand(6, *size) + 1
    if grey:
        inputs[3:] = inputs[3]
    sample = SegDataSample(metainfo=dict(modalities=NAMES, img_path=path))
    return dict(inputs=inputs, data_samples=sample)


def degraded(how, amount=0., modality='depth', **kwargs):
    """The modality before and after; the other one has not changed."""
    results = packed(**kwargs)
    before = results['inputs'].clone()
    after = Degrade(modality, how, amount)(dict(results))['inputs']
    assert torch.equal(results['inputs'], before)
    own, other = ((slice(3, 6), slice(3)) if modality == 'depth' else
                  (slice(3), slice(3, 6)))
    assert torch.equal(after[other], before[other])
    return before[own].numpy(), after[own].numpy()


def test_holes_are_squares_of_all_channels():
    before, after = degraded('holes', 0.3, size=(240, 320))
    hole = (after == 0).all(0)
    assert np.array_equal(after, before * ~hole)
    assert 0.15 < hole.mean() < 0.45
    cells = hole[:240, :300].reshape(8, 30, 10, 30)
    assert np.array_equal(cells.all((1, 3)), cells.any((1, 3)))


@pytest.mark.parametrize('grey', [True, False])
def test_noise_has_its_deviation(grey):
    before, after = degraded('noise', 2.5, size=(240, 320), grey=grey)
    noise = after - before
    assert noise.std() == pytest.approx(2.5, rel=0.02)
    assert abs(noise.mean()) < 0.05
    assert (noise[0] == noise[1]).all() == grey


def test_dark_and_shift():
    before, after = degraded('dark', 0.9, 'rgb')
    np.testing.assert_allclose(after, before / 10, rtol=1e-5)
    before, after = degraded('shift', 4)
    assert np.array_equal(after[:, 4:, 4:], before[:, :-4, :-4])
    padded = np.pad(before, ((0, 0), (4, 0), (4, 0)), 'edge')
    assert np.array_equal(after, padded[:, :48, :70])


def test_a_stuck_frame_is_the_first():
    stuck = Degrade('depth', 'stuck')
    first = packed()
    frame = first['inputs'][3:].clone()
    for sample in (first, packed(), packed(size=(96, 140))):
        after = stuck(dict(sample))['inputs']
        small = after[3:, ::after.shape[1] // 48, ::after.shape[2] // 70]
        assert torch.equal(small, frame)
        assert torch.equal(after[:3], sample['inputs'][:3])


@pytest.mark.parametrize('how', ['holes', 'noise'])
def test_the_image_alone_decides(how):
    degrade, results = Degrade('depth', how, 0.5), packed()
    first, again = (degrade(dict(results))['inputs'] for _ in range(2))
    assert torch.equal(first, again)
    results['data_samples'].set_metainfo(dict(img_path='b.png'))
    assert not torch.equal(degrade(dict(results))['inputs'], first)


@pytest.mark.parametrize('kwargs, message', [
    (dict(how='fog'), "how must be one of .*'fog'"),
    (dict(how='holes', amount=1.1), "'holes' must be from 0 to 1, got 1.1"),
    (dict(how='shift', amount=-1), 'from 0 to inf'),
    (dict(how='stuck', amount=1), 'from 0 to 0'),
    (dict(how='dark', modality='heat'), 'behind PackModalities')])
def test_misuse_is_refused(kwargs, message):
    with pytest.raises(ValueError, match=message):
        Degrade(**{'modality': 'depth', **kwargs})(packed())


def test_channels_of_its_own():
    """Those of the modality are degraded, wherever they lie."""
    counts = dict(rgb=3, nir=1, ms=5)
    sample = SegDataSample(metainfo=dict(
        modalities=tuple(counts), modality_channels=counts, img_path='a'))
    before = torch.rand(9, 8, 8) + 1
    for name, own in (('nir', [3]), ('ms', [4, 5, 6, 7, 8])):
        after = Degrade(name, 'dark', 1.)(
            dict(inputs=before, data_samples=sample))['inputs']
        expected = before.clone()
        expected[own] = 0
        assert torch.equal(after, expected)


@pytest.mark.parametrize('how', ['holes', 'noise'])
def test_it_does_not_matter_where_the_data_lie(how):
    results, found = packed(), []
    for root, name in (('data', 'a'), ('/mnt/data', 'a'), ('data', 'b')):
        results['data_samples'].set_metainfo(
            dict(img_path=f'{root}/a.png', name=name))
        found.append(Degrade('depth', how, 0.5)(dict(results))['inputs'])
    assert found[0].equal(found[1]) and not found[0].equal(found[2])
