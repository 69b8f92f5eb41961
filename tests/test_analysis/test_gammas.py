"""Records of gammas, read back or refused; recoveries and proportions."""
import shutil
from fractions import Fraction

import numpy as np
import pytest
from tiny_gammas import write_gammas

from cen_mm.analysis.gammas.proportions import allotment, proportions
from cen_mm.analysis.gammas.records import read_gammas
from cen_mm.analysis.gammas.trajectories import (
    began_smallest,
    find_recoveries,
    outcomes,
)
from cen_mm.analysis.tables import find_layer, short_name

LAYERS = ('backbone.layer3.0.bn1', 'backbone.layer3.0.bn2',
          'backbone.layer3.1.bn2', 'neck.bn2')


@pytest.fixture
def gammas():
    rng = np.random.default_rng(0)
    return {
        name: rng.normal(0, 0.03, (3, 2, channels)).astype(np.float32)
        for name, channels in zip(LAYERS, (4, 6, 8, 10))
    }


def test_reads_all_records_in_their_order(tmp_path, gammas):
    # In the order of their names iter_1000000 is before iter_999980.
    steps = [0, 999980, 1000000]
    write_gammas(tmp_path / 'run', gammas, ['thermal', 'rgb'], steps)
    (tmp_path / 'run/gammas/iter_best.npz').write_text('a copy')
    (tmp_path / 'run/gammas/note.txt').write_text('a note')
    log = read_gammas(str(tmp_path / 'run'))
    assert log.steps.tolist() == steps
    assert log.modalities == ['thermal', 'rgb']
    assert list(log.gammas) == list(LAYERS)
    assert log.label == 'run' != read_gammas(log.work_dir, 'CEN').label
    for name, expected in gammas.items():
        np.testing.assert_array_equal(log.gammas[name], expected)
        np.testing.assert_array_equal(
            log.replaced[name], (expected > -0.02) & (expected < 0.02))
    assert log.thresholds == dict.fromkeys(LAYERS, 0.02)
    shares = log.shares()
    assert shares.shape == (3, 4, 2)
    count = sum(-0.02 < g < 0.02 for g in gammas['neck.bn2'][2, 1].tolist())
    assert shares[2, 3, 1] == count / 10


def cut(share):
    """A record that was cut off while it was written."""
    return lambda file: file.write_bytes(
        file.read_bytes()[:int(share * file.stat().st_size)])


def changed(**arrays):
    """A record of which some arrays are others, or none."""

    def change(file):
        record = {**np.load(file), **arrays}
        np.savez(file, **{k: v for k, v in record.items() if v is not None})

    return change


UNREADABLE = r'iter_000020.npz cannot be read, .*delete it'
OTHER = 'iter_000020.npz has other layers or modalities than .*iter_000000.npz'
DIVERGED = 'iter_000020.npz has gammas of neck.bn2 that are not finite'


@pytest.mark.parametrize('spoil, message', [
    (lambda file: shutil.rmtree(file.parent), 'training with a SparsityHook'),
    (lambda file: [f.unlink() for f in file.parent.iterdir()],
     'training with a SparsityHook'),
    *((cut(share), UNREADABLE) for share in (0, 0.01, 0.5, 0.99)),
    (lambda file: file.write_bytes(b'no archive'), UNREADABLE),
    (changed(modalities=None), 'iter_000020.npz does not name its modalities'
     '.*train again'),
    (changed(modalities=np.array(['rgb', 'normal'])), OTHER),
    (changed(modalities=np.array(['depth', 'rgb'])), OTHER),
    (changed(**{'neck.bn2': np.ones((2, 12))}), OTHER),
    (changed(**{'neck.bn2': None, 'neck.bn3': np.ones((2, 10))}), OTHER),
    *((changed(**{'neck.bn2': np.full((2, 10), bad)}), DIVERGED)
      for bad in (np.nan, np.inf)),
])
def test_records_that_are_not_to_be_trusted(tmp_path, gammas, spoil, message):
    write_gammas(tmp_path, gammas, ['rgb', 'depth'])
    spoil(tmp_path / 'gammas/iter_000020.npz')
    with pytest.raises(ValueError, match=message):
        read_gammas(tmp_path)


def test_names_of_layers():
    for name, whole in ((LAYERS[0], LAYERS[0]), ('layer3.1.bn2', LAYERS[2]),
                        ('0.bn2', LAYERS[1]), ('neck.bn2', 'neck.bn2')):
        assert find_layer(name, iter(LAYERS)) == whole
    assert find_layer('bn', ['bn', 'first.bn', 'second.bn']) == 'bn'
    with pytest.raises(ValueError, match="run: 'bn2' is several layers .*near "
                       'names: ' + ', '.join(LAYERS[1:])):
        find_layer('bn2', LAYERS, 'run: ')
    with pytest.raises(ValueError, match="'layer3.0.bn3' is no layer") as e:
        find_layer('layer3.0.bn3', LAYERS)
    near = str(e.value).split('near names: ')[1].split(', ')
    assert set(near[:2]) == set(LAYERS[:2])
    with pytest.raises(ValueError, match='no layer'):
        find_layer('n2', LAYERS)  # part of a word is no end of a name
    assert short_name('generator.encoder.4.norm') == 'encoder.4.norm'
    assert short_name('norm') == 'norm'
    timm = 'backbone.timm_model.blocks.5.3.bn2'
    assert short_name(timm) == 'blocks.5.3.bn2'
    assert find_layer(short_name(timm), [timm]) == timm


# |gamma| of a channel at five records, whether it closes, and recovers.
COURSES = [
    ((1., .5, .1, .01, .005), True, False),
    ((1., .01, .005, .01, .5), True, True),
    ((1., .5, .4, .3, .2), False, False),
    ((.01, .005, .01, .005, .01), False, False),  # began below and stayed
    ((.01, .5, .9, .9, .9), False, False),  # began below by luck, and rose
    ((.01, .5, .01, .01, .01), True, False),  # rose and was brought down
    ((.01, .5, .01, .01, .5), True, True),
    ((1., .01, .5, .01, .01), True, False),  # between it was above
    ((1., 1., 1., 1., .01), True, False),  # closes at the end
    ((1., .02, .03, .02, .02), False, False),  # the threshold is not below
    ((1., .01, .01, .01, .02), True, True),
]


def test_those_that_began_smallest():
    """Two close, of which one is among the two of smallest start."""
    gammas = np.array([[0.5, -0.1, 0.3, 0.9], [0.5, 0.2, 0.01, 0.4],
                       [0.5, 0.01, 0.2, 0.01]])
    assert began_smallest(gammas[[0, 2]], 0.02) == 1
    assert began_smallest(gammas, 0.02) == 2  # a third closed between
    assert began_smallest(gammas[:1], 0.02) == 0


def test_recoveries():
    courses, closed, recovered = zip(*COURSES)
    signs = np.resize([1, 1, -1], len(COURSES))
    found = find_recoveries(signs * np.array(courses).T, 0.02)
    assert found.closed.tolist() == list(closed)
    assert found.recovered.tolist() == list(recovered)
    assert np.flatnonzero(found.began_below).tolist() == [3, 4, 5, 6]
    assert np.flatnonzero(found.rose).tolist() == [4, 6]
    assert str(found) == ('3 of 7 closed channels recovered, 2 of 4 that '
                          'began below rose')
    some = find_recoveries(np.array(courses[:3]).T, 0.02)
    assert str(some) == '1 of 2 closed channels recovered'
    # One that jumps over zero is not seen near it.
    assert not find_recoveries(np.array([[0.5], [-0.5]]), 0.02).closed.any()


def test_each_channel_has_one_outcome():
    courses = np.array([course for course, _, _ in COURSES])
    found = outcomes(np.resize([1, -1], (len(COURSES), 1)).T
                     * courses.T, 0.02)
    assert [[name for name, some in found.items() if some[c]]
            for c in range(len(COURSES))] == [[name] for name in (
                'closes', 'opens', 'stays open', 'stays closed', 'opens',
                'closes', 'opens', 'closes', 'closes', 'stays open',
                'opens')]


@pytest.mark.parametrize('count', [2, 3, 4])
def test_proportions_against_fractions(count):
    rng = np.random.default_rng(count)
    layers = [rng.integers(-9, 10, (count, channels)) for channels in (8, 13)]
    alive, largest, above_90, smallest, dead = 0, 0, 0, 0, 0
    for gamma in layers:
        gamma[0] *= 20  # clear owners
        gamma[:, 5] = 0
        gamma[:, 2] = -3  # nobody is the smallest
        shares = proportions(gamma.astype(np.float32))
        for c, channel in enumerate(gamma.T.tolist()):
            total = sum(map(abs, channel))
            if not total:
                dead += 1
                assert np.isnan(shares[:, c]).all()
                continue
            expected = [Fraction(abs(g), total) for g in channel]
            np.testing.assert_allclose(
                shares[:, c], list(map(float, expected)), rtol=1e-12)
            alive += 1
            largest += max(expected)
            above_90 += max(expected) > Fraction(9, 10)
            # Owned by the last whose part begins there or before.
            own = expected.pop(max(
                m for m in range(count)
                if m * gamma.shape[1] // count <= c))
            smallest += own < min(expected)
    found = allotment(layers)
    assert found.all_zero == dead >= 2 and above_90 and smallest
    assert found[:3] == pytest.approx((
        float(largest / alive), above_90 / alive, smallest / alive))


def test_proportions_at_extremes():
    # Each modality gone from its own part: M=3 of 8 channels, 2, 3 and 3.
    gamma = np.ones((3, 8))
    gamma[0, :2] = gamma[1, 2:5] = gamma[2, 5:] = 0.001
    assert allotment([gamma]) == pytest.approx((1 / 2.001, 0, 1, 0))
    # Before training all are equal.
    assert allotment([np.ones((4, 8))]) == (0.25, 0, 0, 0)
    # Below any threshold, but not 0.
    shares = proportions(np.array([[1e-38], [-3e-38]], np.float32))
    np.testing.assert_allclose(shares, [[0.25], [0.75]], rtol=1e-6)
    found = allotment([np.zeros((2, 4))])
    assert np.isnan(found.largest) and '4 channels all 0' in str(found)
