"""The paired bootstrap against a plain one, image by image."""
import numpy as np
import pytest
from reference import confusion, segmentation_metrics

from cen_mm.analysis.compare.significance import compare_runs, mean_iou

K = 5


def miou(labels, maps):
    return segmentation_metrics(labels, maps, K)['mIoU']


def write_run(folder, maps, labels, names='abcdefghijkl'):
    """One seed: a confusion matrix an image, of rgb and ensemble alike."""
    counts = np.stack([confusion(*pair, K) for pair in zip(labels, maps)])
    folder.mkdir(parents=True)
    np.savez(folder / 'confusions.npz', names=list(names),
             classes=list('vwxyz'), ensemble=counts, rgb=counts)
    return counts


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 1, 2, 3, 255], (12, 6, 6))

    def predict(right):
        noise = rng.integers(0, 4, labels.shape)
        return np.where(rng.random(labels.shape) < right, labels % 255, noise)

    return labels, predict


def test_difference_and_interval(images, tmp_path):
    labels, predict = images
    a = [predict(.9), predict(.7)]  # seeds that differ more than images do
    b = [predict(.4), predict(.3), predict(.4)]
    counts = {}
    for name, seeds in (('a', a), ('b', b)):
        counts[name] = [write_run(tmp_path / name / f'seed{i}', maps, labels)
                        for i, maps in enumerate(seeds)]
    found = compare_runs(str(tmp_path / 'a'), str(tmp_path / 'b'), 400)
    assert list(found) == ['ensemble', 'rgb']
    d = found['ensemble']
    assert d.seeds == (2, 3)
    for value, seeds in ((d.a, a), (d.b, b)):
        assert value == pytest.approx(
            np.mean([miou(labels, maps) for maps in seeds]))
    # Drawn one by one, by other random numbers.
    rng, drawn = np.random.default_rng(1), []
    for _ in range(400):
        chosen = rng.integers(0, 12, 12)
        of_a, of_b = (
            np.mean([miou(labels[chosen], seeds[i][chosen])
                     for i in rng.integers(0, len(seeds), len(seeds))])
            for seeds in (a, b))
        drawn.append(of_a - of_b)
    assert 0 < d.low < d.a - d.b < d.high
    np.testing.assert_allclose(
        [d.low, d.high], np.percentile(drawn, (2.5, 97.5)), atol=2)
    # One image drawn twelve times is that image alone.
    weights = np.zeros((1, 12))
    weights[0, 3] = 12
    alone = miou(labels[3:4], a[0][3:4])
    assert mean_iou(counts['a'][:1], weights).item() == pytest.approx(alone)


def test_a_run_does_not_differ_from_itself(images, tmp_path):
    labels, predict = images
    write_run(tmp_path / 'a', predict(.5), labels)
    file = str(tmp_path / 'a/confusions.npz')
    d = compare_runs(file, str(tmp_path / 'a'))['rgb']
    assert d.a == d.b and d.low == d.high == 0


def test_other_images_are_refused(images, tmp_path):
    labels, predict = images
    write_run(tmp_path / 'a', predict(.5), labels)
    write_run(tmp_path / 'b', predict(.5), labels, names='abcdefghijkx')
    with pytest.raises(ValueError, match='same images'):
        compare_runs(str(tmp_path / 'a'), str(tmp_path / 'b'))
    with pytest.raises(ValueError, match='are about other images'):
        compare_runs(str(tmp_path), str(tmp_path / 'b'))
    with pytest.raises(FileNotFoundError, match='save_confusions'):
        compare_runs(str(tmp_path / 'c'), str(tmp_path / 'b'))


def test_what_is_printed(images, tmp_path, monkeypatch, run_tool):
    labels, predict = images
    maps = predict(.5)
    for folder in 'a/seed0', 'a/seed1', 'b':
        write_run(tmp_path / folder, maps, labels)
    monkeypatch.chdir(tmp_path)
    score = miou(labels, maps)
    printed = run_tool('analysis_tools/significance.py', 'a', 'b')
    assert printed.splitlines() == [
        'a (seeds: 2) - b (seeds: 1), mIoU',
        *(f'{stream}: {score:.2f} - {score:.2f} = +0.00 [+0.00, +0.00]'
          for stream in ('ensemble', 'rgb'))]
