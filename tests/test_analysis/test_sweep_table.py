"""Curves of a table that the test writes, worked out by hand."""
import math

import numpy as np
import pytest

from cen_mm.analysis.compare.sweep_table import (
    AFTER,
    BEFORE,
    Curve,
    curves,
    find_metric,
    read_table,
)

HEAD = ('key,value,config_value,seed,rgb/mIoU,mIoU,exchanged,seconds,config,'
        'commit,run\n')


@pytest.fixture
def write(tmp_path):

    def call(*lines, head=HEAD):
        path = tmp_path / 'results.csv'
        path.write_text(head + ''.join(f'{line}\n' for line in lines))
        return path

    return call


def line(key, value, own, seed=0, miou='', exchanged=''):
    return f'{key},{value},{own},{seed},7,{miou},{exchanged},,c.py,abc,r'


def test_seeds_of_several_rows_and_none(write):
    """The values not in order, three seeds, two, one and none."""
    rows = read_table(write(
        line('weight', 0.1, 0.001, 0, 30, 0.5),
        line('weight', '1e-05', 0.001, 0, 40, ''),
        *(line('weight', 0.001, 0.001, seed, miou, 0.5)
          for seed, miou in enumerate((41, 43, 48))),
        line('weight', 0.1, 0.001, 1, 32, 0.7),
        line('weight', 1, 0.001, 0, '', 1)))
    curve, = curves(rows, 'mIoU')
    assert curve.values == [1e-5, 1e-3, 0.1, 1.] and curve.least == 1e-5
    # (41 + 43 + 48) / 3; deviations -3, -1 and 4; (9 + 1 + 16) / 2.
    np.testing.assert_allclose(curve.mean, [40, 44, 31, np.nan])
    np.testing.assert_allclose(
        curve.std, [np.nan, math.sqrt(13), math.sqrt(2), np.nan])
    curve, = curves(rows, 'exchanged')
    np.testing.assert_allclose(curve.mean, [np.nan, 0.5, 0.6, 1])


@pytest.mark.parametrize('values, log, least', [
    ([0.001, 0.002, 0.01], False, 0.001),
    ([0.001, 0.0101], True, 0.001),
    ([0., 0.001, 0.1], True, 0.001),
    ([0., 0.001, 0.01], False, 0.001),
    ([0.], False, 0.),
    ([-1., 0.1, 100.], False, 0.1),
    (['False', 'True'], False, None),
])
def test_a_logarithmic_axis_from_a_decade_on(values, log, least):
    curve = Curve('k', values, values[0], [])
    assert curve.log == log
    assert least is None or curve.least == least


@pytest.mark.parametrize('value, own, values, expected', [
    # A single text makes texts of all, and so does None.
    ('0.5', '1.0', ['0.5', 'auto'], '1.0'),
    ('2', 'None', [2.], 'None'),
    ('2', '2', [2.], 2.),
    ('True', 'False', ['True'], 'False'),
    ('"[1, 2]"', '"[1, 2]"', ['[1, 2]'], '[1, 2]'),
])
def test_numbers_and_texts(write, value, own, values, expected):
    lines = [line('k', value, own, 0, 5)]
    if 'auto' in values:
        lines.append(line('k', 'auto', own, 0, 5))
    curve, = curves(read_table(write(*lines)), 'mIoU')
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


def test_no_metric():
    with pytest.raises(ValueError, match='which has none'):
        find_metric([dict.fromkeys(BEFORE)])


@pytest.mark.parametrize('lines, head, message', [
    ([], HEAD, 'has no results yet: no training of the sweep is finished'),
    ([], '', 'no results.csv of a sweep: it has no column key, value, '
     'config_value, seed, exchanged'),
    (['1,2'], 'key,value\n', 'no column config_value, seed, exchanged'),
    (['\0'], HEAD, 'line 2: has not the 11 cells|no results.csv of a sweep'),
    ([line('k', 1, 1, 0, 5), 'k,2,1'], HEAD, 'line 3: has not the 11 cells'),
    ([line('k', 1, 1, 0, 5) + ',6'], HEAD, 'line 2: has not the 11 cells'),
    ([line('k', 1, 1, 0, '4O')], HEAD, "line 2: mIoU is no number, but '4O'"),
    ([line('k', 1, 1, 0, 5, 'x')], HEAD, "exchanged is no number, but 'x'"),
])
def test_a_wrong_table(write, lines, head, message):
    path = write(*lines, head=head)
    with pytest.raises(ValueError, match=f'^{path}.*({message})') as error:
        read_table(path)
    assert '\n' not in str(error.value)


def test_a_picture_is_no_table(write):
    path = write()
    path.write_bytes(b'\x89PNG\r\n\x1a\n\xff\xff')
    with pytest.raises(ValueError, match='csv is no results.csv of a sweep'):
        read_table(path)
