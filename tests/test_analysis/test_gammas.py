"""Records of gammas, read back, refused where they are not to be trusted."""
import numpy as np
import pytest
from tiny_gammas import write_gammas

from cen_mm.analysis.gammas import read_gammas
from cen_mm.analysis.layer_names import find_layer, short_name

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
    assert log.layers == list(LAYERS)
    assert log.label == 'run' != read_gammas(log.work_dir, 'CEN').label
    for name, expected in gammas.items():
        np.testing.assert_array_equal(log.gammas[name], expected)
        np.testing.assert_array_equal(
            log.replaced[name], (expected > -0.02) & (expected < 0.02))
    shares = log.shares()
    assert shares.shape == (3, 4, 2)
    count = sum(-0.02 < g < 0.02 for g in gammas['neck.bn2'][2, 1].tolist())
    assert shares[2, 3, 1] == count / 10


def test_no_records(tmp_path):
    for _ in range(2):
        with pytest.raises(ValueError, match='training with a SparsityHook'):
            read_gammas(tmp_path)
        (tmp_path / 'gammas').mkdir(exist_ok=True)


@pytest.mark.parametrize('keep', [0, 10, 0.5, 0.99, None])
def test_a_record_that_was_cut_off_or_is_no_archive(tmp_path, gammas, keep):
    file = write_gammas(
        tmp_path, gammas, ['rgb', 'depth']) / 'gammas/iter_000020.npz'
    whole = file.read_bytes()
    file.write_bytes(b'no archive' if keep is None else whole[
        :int(keep * len(whole)) if keep < 1 else keep])
    with pytest.raises(ValueError, match=r'iter_000020.npz cannot be read, .*'
                       'delete it'):
        read_gammas(tmp_path)


def test_a_record_of_an_older_version(tmp_path):
    (tmp_path / 'gammas').mkdir()
    np.savez(tmp_path / 'gammas/iter_000000.npz', **{'net.bn': np.ones(4)})
    with pytest.raises(ValueError, match='iter_000000.npz does not name its '
                       'modalities.*train again'):
        read_gammas(tmp_path)


@pytest.mark.parametrize('other', [
    dict(layers={'neck.bn2': np.ones((1, 2, 12))}),
    dict(layers={'neck.bn3': np.ones((1, 2, 10))}),
    dict(modalities=['rgb', 'normal']),
    dict(modalities=['depth', 'rgb']),
])
def test_records_of_two_networks(tmp_path, other):
    one = dict(layers={'neck.bn2': np.ones((1, 2, 10))},
               modalities=['rgb', 'depth'])
    write_gammas(tmp_path, **one, steps=[0])
    write_gammas(tmp_path / 'other', **dict(one, **other), steps=[20])
    (tmp_path / 'other/gammas/iter_000020.npz').rename(
        tmp_path / 'gammas/iter_000020.npz')
    with pytest.raises(ValueError, match='iter_000020.npz has other layers '
                       'or modalities than .*iter_000000.npz'):
        read_gammas(tmp_path)


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_a_diverged_training(tmp_path, gammas, bad):
    gammas['neck.bn2'][1:, 0, 3] = bad
    write_gammas(tmp_path, gammas, ['rgb', 'depth'])
    with pytest.raises(ValueError, match='iter_000020.npz has gammas of '
                       'neck.bn2 that are not finite'):
        read_gammas(tmp_path)


def test_names_of_layers():
    for name, whole in ((LAYERS[0], LAYERS[0]), ('layer3.1.bn2', LAYERS[2]),
                        ('0.bn2', LAYERS[1]), ('neck.bn2', 'neck.bn2')):
        assert find_layer(name, iter(LAYERS)) == whole
    assert find_layer('bn', ['bn', 'first.bn', 'second.bn']) == 'bn'
    with pytest.raises(ValueError, match="'bn2' is several layers .*near "
                       'names: ' + ', '.join(LAYERS[1:])):
        find_layer('bn2', LAYERS)
    with pytest.raises(ValueError, match="'layer3.0.bn3' is no layer") as e:
        find_layer('layer3.0.bn3', LAYERS)
    near = str(e.value).split('near names: ')[1].split(', ')
    assert set(near[:2]) == set(LAYERS[:2])
    with pytest.raises(ValueError, match='no layer'):
        find_layer('n2', LAYERS)  # part of a word is no end of a name
    assert short_name('generator.encoder.4.norm') == 'encoder.4.norm'
    assert short_name('norm') == 'norm'
