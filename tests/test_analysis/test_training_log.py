"""Results from logs as mmengine writes them, and from records of gammas."""
import json

import numpy as np
import pytest
from tiny_gammas import write_gammas

from cen_mm.analysis.compare.training_log import (
    exchanged_share,
    last_validation,
)

TRAIN = {'lr': 0.1, 'loss': 2., 'time': 1., 'epoch': 1, 'iter': 3, 'step': 3}
# Of two optimisers.
GAN = {'generator.lr': 0.1, 'loss': 2., 'data_time': 1., 'iter': 3, 'step': 3}
SHARES = {'exchange/net.bn/rgb': 0.5, 'step': 3}
TIMES = {'data_time': 0.1, 'time': 0.2, 'step': 3}
LAST = {'rgb/mIoU': 3., 'mIoU': float('nan')}


@pytest.mark.parametrize('starts, expected', [
    ([[TRAIN, SHARES, {'mIoU': 1., **TIMES}, TRAIN, SHARES,
       {**LAST, **TIMES}]], LAST),
    ([[GAN, {'mIoU': 1., **TIMES}, GAN, {**LAST, **TIMES}]], LAST),
    # Epochs without a validation, and a line that was cut off.
    ([[{'MAE': 0.5, **TIMES}, GAN, SHARES, '{"MAE": 0.2']], {'MAE': 0.5}),
    # Resumed, cut off at once, and resumed again.
    ([[{'mIoU': 1., **TIMES}], [TRAIN, {'mIoU': 2., **TIMES}], [], [TRAIN]],
     {'mIoU': 2.}),
    *(([lines], None) for lines in (
        [], [''], [TRAIN, SHARES], [TIMES], ['{"mIoU": 1.0, "da'])),
    ([], None),
])
def test_the_last_validation(tmp_path, starts, expected):
    for number, lines in enumerate(starts):
        file = tmp_path / f'20260101_12000{number}/vis_data/scalars.json'
        file.parent.mkdir(parents=True)
        file.write_text(''.join(
            (line if isinstance(line, str) else json.dumps(line)) + '\n'
            for line in lines))
    if expected:
        assert last_validation(tmp_path) == pytest.approx(
            expected, nan_ok=True)
    else:
        with pytest.raises(ValueError, match=f'{tmp_path} holds no validation'
                           '.*scalars.json.*val_evaluator or LocalVisBackend'):
            last_validation(tmp_path)


def test_the_mean_over_layers_and_modalities(tmp_path):
    """At the last record; a wide layer counts as much as a narrow one."""
    assert exchanged_share(tmp_path) is None  # it does not exchange
    narrow, wide = np.ones((2, 2, 4)), np.ones((2, 2, 8))
    narrow[0] = 0  # an earlier record, in which all is exchanged
    narrow[1, 0, 0] = 0  # 1/4 of rgb
    narrow[1, 1, :2] = 0.01  # 2/4 of depth
    wide[1, 1] = -0.01  # all of depth
    write_gammas(tmp_path, dict(a=narrow, b=wide), ['rgb', 'depth'],
                 steps=[9, 10])
    assert exchanged_share(tmp_path) == pytest.approx(
        (1 / 4 + 2 / 4 + 0 + 1) / 4)


def test_records_that_cannot_be_read(tmp_path):
    (tmp_path / 'gammas').mkdir()
    (tmp_path / 'gammas/iter_1.npz').write_bytes(b'PK')
    with pytest.raises(ValueError, match='iter_1.npz cannot be read'):
        exchanged_share(tmp_path)
