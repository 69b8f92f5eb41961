"""Every stream's metrics against a confusion matrix in numpy."""
import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.structures import SegDataSample
from PIL import Image
from reference import confusion, segmentation_metrics

from cen_mm import StreamIoUMetric

CLASSES = 5


@pytest.fixture(params=[0, 1, 2])
def case(request):
    """Labels and predictions of images of various sizes. Class 3 is never
    labelled, class 4 neither labelled nor predicted."""
    rng = np.random.default_rng(request.param)
    sizes = [(5, 7), (2, 3), (12, 3), (8, 8)]
    labels = [rng.choice([0, 1, 2, 255], s, p=[.5, .2, .2, .1]) for s in sizes]
    labels[0][0, 0] = 1  # not all ignored
    predictions = {
        stream: [np.where(rng.random(s) < right, np.where(x < 4, x, 0),
                          rng.integers(0, 4, s))
                 for s, x in zip(sizes, labels)]
        for stream, right in (('rgb', .7), ('depth', .4), ('', .9))
    }
    return labels, predictions


def to_samples(labels, predictions):
    """As the model's test_step hands them out."""
    samples = []
    for i, label in enumerate(labels):
        sample = SegDataSample(metainfo=dict(img_path=f'rgb/{i}.png'))
        sample.gt_sem_seg = PixelData(data=torch.from_numpy(label[None]))
        for stream, maps in predictions.items():
            sample.set_field(
                PixelData(data=torch.from_numpy(maps[i][None])),
                f'pred_sem_seg_{stream}' if stream else 'pred_sem_seg')
        samples.append(sample)
    return samples


def evaluate(metric, samples, batch=3):
    """What mmengine's test loop does with a metric."""
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dict(classes=tuple('abcde'))
    for i in range(0, len(samples), batch):
        evaluator.process(samples[i:i + batch])
    return evaluator.evaluate(len(samples))


def test_every_stream_against_numpy(case):
    labels, predictions = case
    metrics = evaluate(StreamIoUMetric(), to_samples(*case))
    assert len(metrics) == 9
    for stream, maps in predictions.items():
        for key, value in segmentation_metrics(labels, maps, CLASSES).items():
            key = f'{stream}/{key}' if stream else key
            assert metrics[key] == pytest.approx(value, abs=0.0051), key


def test_one_stream_is_the_stock_metric(case):
    labels, predictions = case
    single = to_samples(labels, {'': predictions['']})
    kwargs = dict(iou_metrics=['mIoU', 'mDice', 'mFscore'], ignore_index=0)
    ours = evaluate(StreamIoUMetric(**kwargs), single)
    stock = evaluate(IoUMetric(**kwargs), single)
    assert ours.keys() == stock.keys() and len(ours) > 6
    np.testing.assert_array_equal(list(ours.values()), list(stock.values()))


def test_two_processes_merge_into_one(case):
    """mmengine gathers the results of all ranks; the sums must agree."""
    samples = [s.to_dict() for s in to_samples(*case)]
    metrics = []
    for shares in ([samples], [samples[:1], samples[1:]]):
        results = []
        for share in shares:
            rank = StreamIoUMetric()
            rank.dataset_meta = dict(classes=tuple('abcde'))
            rank.process({}, share)
            results += rank.results
        assert len(results) == len(samples)  # mmengine cuts to this length
        metrics.append(rank.compute_metrics(results))
    assert metrics[0] == metrics[1] and 'depth/mIoU' in metrics[0]


@pytest.mark.parametrize('format_only', [False, True])
def test_saved_predictions_are_the_ensembles(case, tmp_path, format_only):
    metric = StreamIoUMetric(
        output_dir=str(tmp_path), format_only=format_only)
    metric.dataset_meta = dict(classes=tuple('abcde'))
    metric.process({}, [s.to_dict() for s in to_samples(*case)])
    for i, expected in enumerate(case[1]['']):
        saved = np.asarray(Image.open(tmp_path / f'{i}.png'))
        assert np.array_equal(saved, expected)
    assert len(metric.results) == (0 if format_only else 4)
    assert not format_only or not metric.compute_metrics([])


def test_saved_confusions_are_those_of_every_image(case, tmp_path):
    labels, predictions = case
    path = tmp_path / 'new/confusions.npz'
    metric = StreamIoUMetric(save_confusions=str(path))
    metrics = evaluate(metric, to_samples(*case))
    assert metrics == evaluate(StreamIoUMetric(), to_samples(*case))
    with np.load(path) as saved:
        assert saved['names'].tolist() == ['0', '1', '2', '3']
        assert saved['classes'].tolist() == list('abcde')
        for stream, maps in predictions.items():
            expected = [confusion(*pair, CLASSES)
                        for pair in zip(labels, maps)]
            assert np.array_equal(saved[stream or 'ensemble'], expected)
    with pytest.raises(ValueError, match='must end in .npz, got a.csv'):
        StreamIoUMetric(save_confusions='a.csv')


def test_many_images_count_as_often_as_they_come(case, tmp_path):
    """Records are copied together from time to time."""
    labels, predictions = case
    few = evaluate(StreamIoUMetric(), to_samples(labels, predictions))
    many = StreamIoUMetric(save_confusions=str(tmp_path / 'all.npz'))
    found = evaluate(many, to_samples(
        labels * 12, {k: v * 12 for k, v in predictions.items()}))
    assert found == pytest.approx(few, nan_ok=True)
    counts = np.load(tmp_path / 'all.npz')['rgb']
    for i in (0, 19, 20, 47):
        np.testing.assert_array_equal(counts[i], confusion(
            labels[i % 4], predictions['rgb'][i % 4], CLASSES))
