"""Several runs on the same images, on runs that predict by heart."""
from types import SimpleNamespace

import numpy as np
import pytest

from cen_mm.analysis.compare.compare_sheet import group_of
from cen_mm.analysis.compare.picking import (
    brightness,
    compare,
    indices_of,
    pick,
)
from cen_mm.analysis.compare.run import Run, Sample, check_alike

RNG = np.random.default_rng(0)
SHAPE = 30, 40


class ByHeart(Run):
    """Labels 0 to 3 and 9, which does not count; colours are 10 * label."""
    name_of = score = None  # not asked for

    def __init__(self, truths, streams, **inputs):
        self.truths, self.streams, self.inputs = truths, streams, inputs
        self.names, self.loaded = list(map(str, range(len(truths)))), []

    def load(self, index):
        self.loaded.append(index)
        inputs = {m: pictures[index] for m, pictures in self.inputs.items()}
        return Sample(inputs, self.truths[index], dict(index=index))

    def predict(self, sample):
        index = sample.data.pop('index')  # used up
        return {s: labels[index] for s, labels in self.streams.items()}

    def picture(self, prediction):
        return np.repeat(10 * prediction[..., None], 3, 2).astype(np.uint8)

    def known(self, truth):
        return truth != 9

    def difference(self, one, other):
        return (one != other).astype(float)


def labels(count=2):
    return RNG.integers(0, 4, (count, *SHAPE))


def pictures(*values):
    return [np.full((*SHAPE, 3), value, np.uint8) for value in values]


def test_all_pairs_and_the_truth_pixel_by_pixel():
    """And an image without truth, which has no figures."""
    truths = labels()
    truths[0], truths[1, :10] = 9, 9
    depth, rgb, other = pictures(1, 2), pictures(3, 4), pictures(5, 6)
    runs = {
        'one': ByHeart(truths, dict(ensemble=labels()), thermal=other),
        'two': ByHeart(truths, dict(ensemble=labels()), depth=depth),
        'CEN': ByHeart(truths, dict(rgb=labels(), depth=labels(),
                                    ensemble=labels()), rgb=rgb, depth=depth)
    }
    compared = compare(runs, 1)
    a, b, c = made = [run.streams['ensemble'][1] for run in runs.values()]
    away = ((a != b).astype(int) + (a != c) + (b != c)) / 3
    away[:10] = 0
    np.testing.assert_allclose(compared.difference, away)
    assert compared.disagreement == pytest.approx(away.sum() / (20 * 40))
    assert compared.errors == pytest.approx({
        name: np.count_nonzero(labels[10:] != truths[1, 10:]) / (20 * 40)
        for name, labels in zip(runs, made)})
    np.testing.assert_array_equal(compared.truth, truths[1])
    assert list(compared.predictions) == ['one', 'two', 'CEN']
    # In the order of the last run, then what others read.
    assert [(m, p.max()) for m, p in compared.inputs.items()] == [
        ('rgb', 4), ('depth', 2), ('thermal', 6)]
    compared = compare(runs, 0)
    assert np.isnan([compared.disagreement, *compared.errors.values()]).all()
    assert not compared.difference.any()


def test_light_is_asked_of_the_first_that_sees():
    seen = pictures(10, 200, 50)
    seen[0][0, 0] = 90, 0, 0
    blind, sees, also = (ByHeart(labels(3), {}, **inputs) for inputs in (
        dict(depth=pictures(1, 2, 3)), dict(rgb=seen),
        dict(rgb=pictures(0, 0, 0))))
    found = brightness(dict(a=blind, b=sees, c=also), [2, 0])
    first = (10 * (30 * 40 * 3 - 3) + 90) / (30 * 40 * 3)
    assert found == pytest.approx([50 / 255, first / 255])
    assert not also.loaded
    with pytest.raises(ValueError, match='no run reads or makes rgb.*--pick '
                       'disagreement, or --names'):
        brightness(dict(a=blind), [0])


@pytest.mark.parametrize('how, count, expected', [
    ('disagreement', 3, [2, 4, 3]), ('disagreement', 9, [2, 4, 3, 0, 1]),
    ('dark', 3, [0, 3, 4]), ('bright', 2, [1, 2])])
def test_the_order_of_what_is_picked(how, count, expected):
    """Of equal ones the earlier; last what has no truth."""
    one = np.zeros((5, *SHAPE), int)
    other, truths = one.copy(), one.copy()
    for image, rows in enumerate([1, 9, 3, 2, 3]):
        other[image, :rows] = 1
    truths[1] = 9
    rgb = pictures(3, 9, 9, 3, 4)
    picked, figures = pick(dict(
        a=ByHeart(truths, dict(ensemble=one), rgb=rgb),
        b=ByHeart(truths, dict(ensemble=other))), how, count)
    assert picked == expected
    if how == 'disagreement':  # and the errors of both
        np.testing.assert_allclose(
            figures.T, [[1 / 30, np.nan, 0.1, 2 / 30, 0.1],
                        [0, np.nan, 0, 0, 0],
                        [1 / 30, np.nan, 0.1, 2 / 30, 0.1]])


def test_names():
    names = ['000003', '000004', '000005', '000004']
    assert indices_of(['000005', '000003'], names) == [2, 0]
    assert indices_of(['000004'], names) == [1, 3]  # of two folders
    with pytest.raises(ValueError, match="no image '00005'.* 000005, "):
        indices_of(['000003', '00005'], names)


def test_a_group_frames_what_differs():
    """Predictions differ in one square; a run may have any name."""
    truths = labels(1)
    same, other = truths.copy(), truths.copy()
    other[0, 12:20, 25:33] = (truths[0, 12:20, 25:33] + 1) % 4
    streams = dict(rgb=labels(1), depth=labels(1), ensemble=other)
    runs = {
        'ground truth': ByHeart(truths, dict(ensemble=same)),
        'CEN': ByHeart(truths, streams, rgb=pictures(7), depth=pictures(8))
    }
    group = group_of(runs, '000003', compare(runs, 0))
    assert group.name == '000003'
    above, below = group.lines
    assert [p.title for p in above] == ['ground truth', 'CEN', 'ground truth']
    assert [p.title for p in below] == [
        'rgb', 'depth', 'CEN: from rgb', 'CEN: from depth']
    shown = [p.picture[..., 1] for p in (*above, *below)]
    for picture, expected in zip(shown, (
            10 * same[0], 10 * other[0], 10 * truths[0], 7, 8,
            10 * streams['rgb'][0], 10 * streams['depth'][0])):
        np.testing.assert_array_equal(picture, np.full(SHAPE, expected))
    for panel in (*above, *below[2:]):
        (box, ) = panel.boxes
        np.testing.assert_allclose(box, (12, 25, 20, 33), atol=1)
    assert not any(panel.boxes for panel in below[:2])


@pytest.mark.parametrize('changed, why', [
    ({'tasks': 'translation into rgb'},
     'tasks differ: translation into rgb and segmentation;'),
    ({'numbers of classes': 3, 'classes': ['road', 'car', 'sea']},
     'numbers of classes differ: 3 and 2;'),
    ({'classes': ['road', 'sea']}, 'classes differ: sea and car;'),
    ({'depth files': ['a.png', 'c.png']}, 'files differ: c.png and b.png;'),
    ({'sizes of the first label map': (3, 4)},
     r'label map differ: \(3, 4\) and \(30, 40\); give runs'),
])
def test_runs_on_other_data_are_refused(changed, why):
    """Also where the first run does not read what the others do."""
    facts = {
        'tasks': 'segmentation', 'numbers of classes': 2,
        'classes': ['road', 'car'], 'depth files': ['a.png', 'b.png'],
        'sizes of the first label map': SHAPE}
    blind = {k: v for k, v in facts.items() if k not in changed}
    runs = {name: SimpleNamespace(facts=lambda known=known: known)
            for name, known in dict(
                blind=blind, ours=facts, odd={**facts, **changed}).items()}
    check_alike({name: runs[name] for name in ('blind', 'ours')})
    with pytest.raises(ValueError, match=f'^odd and ours .*{why}'):
        check_alike(runs)
