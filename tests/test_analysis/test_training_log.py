"""Figures from logs as mmengine writes them, and from records of gammas."""
import json

import numpy as np
import pytest
from tiny_gammas import write_gammas

from cen_mm.analysis.training_log import exchanged_share, last_validation

TRAIN = {'lr': 0.1, 'loss': 2., 'time': 1., 'epoch': 1, 'iter': 3, 'step': 3}
# Of two optimisers.
GAN = {'generator.lr': 0.1, 'loss': 2., 'data_time': 1., 'iter': 3, 'step': 3}
SHARES = {'exchange/net.bn/rgb': 0.5, 'step': 3}
TIMES = {'data_time': 0.1, 'time': 0.2, 'step': 3}


def write(work_dir, *lines, start='20260101_120000'):
    file = work_dir / start / 'vis_data/scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text(''.join(
        (line if isinstance(line, str) else json.dumps(line)) + '\n'
        for line in lines))


@pytest.mark.parametrize('train', [TRAIN, GAN])
def test_the_last_of_several_validations(tmp_path, train):
    write(tmp_path, train, SHARES, {'mIoU': 1., **TIMES}, train, SHARES,
          {'rgb/mIoU': 3., 'mIoU': 2., **TIMES})
    assert last_validation(tmp_path) == {'rgb/mIoU': 3., 'mIoU': 2.}


def test_what_comes_after_it(tmp_path):
    """Epochs without a validation, and a line that was cut off."""
    write(tmp_path, {'MAE': 0.5, **TIMES}, GAN, SHARES, '{"MAE": 0.2')
    assert last_validation(tmp_path) == {'MAE': 0.5}


def test_of_several_starts_the_last(tmp_path):
    write(tmp_path, {'mIoU': 1., **TIMES}, start='20251231_235959')
    write(tmp_path, TRAIN, {'mIoU': 2., **TIMES}, start='20260101_000000')
    assert last_validation(tmp_path) == {'mIoU': 2.}
    write(tmp_path, start='20260101_000001')  # resumed, and cut off at once
    write(tmp_path, TRAIN, start='20260101_000002')
    assert last_validation(tmp_path) == {'mIoU': 2.}


def test_a_metric_may_be_nan(tmp_path):
    write(tmp_path, {'mIoU': float('nan'), **TIMES})
    assert np.isnan(last_validation(tmp_path)['mIoU'])


@pytest.mark.parametrize('lines', [
    None, [], [''], [TRAIN, SHARES], [TIMES], ['{"mIoU": 1.0, "da']])
def test_no_validation(tmp_path, lines):
    if lines is not None:
        write(tmp_path, *lines)
    with pytest.raises(ValueError, match=f'{tmp_path} holds no validation.*'
                       'scalars.json.*val_evaluator or LocalVisBackend'):
        last_validation(tmp_path)


def test_the_mean_over_layers_and_modalities(tmp_path):
    """At the last record; a wide layer counts as much as a narrow one."""
    narrow, wide = np.ones((2, 2, 4)), np.ones((2, 2, 8))
    narrow[0] = 0  # an earlier record, in which all is exchanged
    narrow[1, 0, 0] = 0  # 1/4 of rgb
    narrow[1, 1, :2] = 0.01  # 2/4 of depth
    wide[1, 1] = -0.01  # all of depth
    write_gammas(tmp_path, dict(a=narrow, b=wide), ['rgb', 'depth'],
                 steps=[9, 10])
    assert exchanged_share(tmp_path) == pytest.approx(
        (1 / 4 + 2 / 4 + 0 + 1) / 4)


def test_a_model_that_does_not_exchange(tmp_path):
    assert exchanged_share(tmp_path) is None


def test_records_that_cannot_be_read(tmp_path):
    (tmp_path / 'gammas').mkdir()
    (tmp_path / 'gammas/iter_1.npz').write_bytes(b'PK')
    with pytest.raises(ValueError, match='iter_1.npz cannot be read'):
        exchanged_share(tmp_path)
