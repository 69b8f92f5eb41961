"""The table of a sweep, which the test writes by hand, as curves."""
import math

import numpy as np
import pytest
from tiny_sweep import HEAD, line

from cen_mm.analysis.compare.sweep_table import (
    AFTER,
    BEFORE,
    Curve,
    curves,
    find_metric,
    read_table,
)


def read(tmp_path, *lines):
    path = tmp_path / 'results.csv'
    path.write_text('\n'.join([HEAD, *lines]))
    return read_table(path)


def test_seeds_of_several_rows_and_none(tmp_path):
    """The values not in order, three seeds, two, one and none."""
    rows = read(
        tmp_path,
        line('weight', 0.1, 0.001, 0, 30, 0.5),
        line('weight', '1e-05', 0.001, 0, 40, ''),
        *(line('weight', 0.001, 0.001, seed, miou, 0.5)
          for seed, miou in enumerate((41, 43, 48))),
        line('weight', 0.1, 0.001, 1, 32, 0.7),
        line('weight', 1, 0.001, 0, '', 1))
    curve, = curves(rows, 'mIoU')
    assert curve.values == [1e-5, 1e-3, 0.1, 1.] and curve.least == 1e-5
    # (41 + 43 + 48) / 3; deviations -3, -1 and 4; (9 + 1 + 16) / 2.
    np.testing.assert_allclose(curve.mean, [40, 44, 31, np.nan])
    np.testing.assert_allclose(
        curve.std, [np.nan, math.sqrt(13), math.sqrt(2), np.nan])
    curve, = curves(rows, 'exchanged')
    np.testing.assert_allclose(curve.mean, [np.nan, 0.5, 0.6, 1])


@pytest.mark.parametrize('values, log', [
    ([0.001, 0.002, 0.01], False), ([0.001, 0.0101], True),
    ([0., 0.001, 0.1], True), ([0., 0.001, 0.01], False), ([0.], False),
    ([-1., 0.1, 100.], False), (['False', 'True'], False)])
def test_a_logarithmic_axis_from_a_decade_on(values, log):
    assert Curve('k', values, values[0], None, None, []).log == log


@pytest.mark.parametrize('given, own, values, expected', [
    # A single text makes texts of all, and so does None.
    (['0.5', 'auto'], '1.0', ['0.5', 'auto'], '1.0'),
    (['2'], 'None', [2.], 'None'),
    (['2'], '2', [2.], 2.),
    (['True'], 'False', ['True'], 'False'),
    (['"[1, 2]"'], '"[1, 2]"', ['[1, 2]'], '[1, 2]'),
])
def test_numbers_and_texts(tmp_path, given, own, values, expected):
    curve, = curves(read(
        tmp_path, *(line('k', v, own, 0, 5) for v in given)), 'mIoU')
    assert (curve.values, curve.config_value) == (values, expected)
    assert curve.numeric == isinstance(values[0], float)


@pytest.mark.parametrize('names, given, expected', [
    (['rgb/mIoU', 'aAcc', 'mIoU'], '', 'mIoU'),
    (['reshading/MAE', 'MAE', 'PSNR'], '', 'MAE'),
    (['b', 'a'], '', 'b'),
    (['rgb/mIoU', 'mIoU'], 'rgb/mIoU', 'rgb/mIoU'),
])
def test_which_metric(names, given, expected):
    row = dict.fromkeys([*BEFORE, *names, *AFTER])
    assert find_metric([row], given) == expected
    with pytest.raises(ValueError, match='which has none'):
        find_metric([dict.fromkeys(BEFORE)])
