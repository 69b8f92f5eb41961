"""Per-picture figures of every stream, restated in numpy."""
import numpy as np
import pytest
import torch
from mmagic.structures import DataSample
from mmengine.evaluator import Evaluator
from scipy.signal import convolve2d

from cen_mm.translation.metrics import StreamImageMetric


def ssim(x, y):
    """Wang et al. 2004: Gaussian windows inside the picture, 0..255."""
    ramp = np.arange(-5, 6)
    window = np.exp(-(ramp[:, None]**2 + ramp**2) / (2 * 1.5**2))
    window /= window.sum()

    def mean(z):
        return convolve2d(z, window, 'valid')

    values = []
    for a, b in zip(x.astype(float), y.astype(float)):
        covariance = mean(a * b) - mean(a) * mean(b)
        variances = (
            mean(a * a) - mean(a)**2 + mean(b * b) - mean(b)**2)
        c1, c2 = (0.01 * 255)**2, (0.03 * 255)**2
        values.append(
            (2 * mean(a) * mean(b) + c1) * (2 * covariance + c2) /
            ((mean(a)**2 + mean(b)**2 + c1) * (variances + c2)))
    return np.mean(values)


def by_hand(targets, pictures):
    """On [-1, 1], and the paper's "MSE", which is a root."""
    pairs = list(zip(targets, pictures))
    errors = [(a / 127.5 - 1) - (b / 127.5 - 1) for a, b in pairs]
    return dict(
        MAE=np.mean([np.abs(e).mean() for e in errors]),
        RMSE=np.sqrt(np.mean([(e**2).mean() for e in errors])),
        PSNR=np.mean([10 * np.log10(4 / (e**2).mean()) for e in errors]),
        SSIM=np.mean([ssim(a, b) for a, b in pairs]))


def make_case():
    """Targets, and pictures of every stream at various distances."""
    rng = np.random.default_rng(0)
    sizes = [(3, 16, 16), (3, 11, 20), (3, 24, 12), (3, 16, 16), (3, 13, 13)]
    targets = [rng.integers(0, 256, s, np.uint8) for s in sizes]
    pictures = {
        stream: [(t + rng.normal(0, noise * (i + 1), t.shape)).clip(0, 255)
                 for i, t in enumerate(targets)]
        for stream, noise in (('reshading/', 9), ('edge_texture/', 30),
                              ('', 5))
    }
    return targets, pictures


def to_samples(targets, pictures):
    """As the model's predict hands them out."""
    samples = []
    for i, target in enumerate(targets):
        sample = DataSample(metainfo=dict(name=f'view_{i}'))
        sample.gt_img = torch.as_tensor(target)
        for stream, images in pictures.items():
            key = f'pred_img_{stream[:-1]}' if stream else 'pred_img'
            setattr(sample, key, torch.as_tensor(images[i]).float())
        samples.append(sample)
    return samples


def evaluate(metric, samples, batch=2):
    """What mmengine's test loop does with a metric."""
    evaluator = Evaluator(metric)
    for i in range(0, len(samples), batch):
        evaluator.process(samples[i:i + batch])
    return evaluator.evaluate(len(samples))


def test_every_stream_against_numpy():
    targets, pictures = make_case()
    metrics = evaluate(StreamImageMetric(), to_samples(targets, pictures))
    assert len(metrics) == 12
    for stream, images in pictures.items():
        for name, value in by_hand(targets, images).items():
            assert metrics[stream + name] == pytest.approx(value, rel=2e-5)
    metrics = evaluate(
        StreamImageMetric(), to_samples(targets, {'': pictures['']}))
    assert list(metrics) == ['MAE', 'RMSE', 'PSNR', 'SSIM']


def test_a_picture_that_equals_its_target():
    """An infinite mean would say nothing of the others."""
    targets, pictures = make_case()
    pictures['reshading/'][2] = targets[2]
    metrics = evaluate(StreamImageMetric(), to_samples(targets, pictures))
    others = [by_hand([targets[i]], [pictures['reshading/'][i]])['PSNR']
              for i in (0, 1, 3, 4)]
    assert metrics['reshading/PSNR'] == pytest.approx(
        np.mean(others), rel=2e-5)
    assert metrics['PSNR'] == pytest.approx(
        by_hand(targets, pictures[''])['PSNR'], rel=2e-5)
    metrics = evaluate(StreamImageMetric(), to_samples(targets, {'': targets}))
    assert metrics['PSNR'] == np.inf and metrics['MAE'] == 0


def test_a_picture_of_the_wrong_size_is_named():
    targets, pictures = make_case()
    pictures['reshading/'][3] = pictures['reshading/'][3][:, :12]
    with pytest.raises(ValueError, match=r'view_3: .* reshading .*\(3, 12, '):
        evaluate(StreamImageMetric(), to_samples(targets, pictures))
    targets = [np.zeros((3, 8, 16))]
    with pytest.raises(ValueError, match=r'view_0: .* 11 pixels'):
        evaluate(StreamImageMetric(), to_samples(targets, {'': targets}))
