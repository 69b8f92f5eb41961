"""The plot of exchanged channels, from records that the test writes."""
import sys

import cv2
import numpy as np
import pytest
from conftest import load_tool

from cen_mm.analysis.gammas import read_gammas


def test_draws_what_is_recorded(tmp_path, monkeypatch, capsys):
    (tmp_path / 'gammas').mkdir()
    replaced = {
        0: np.zeros((2, 4), bool),
        20: np.array([[1, 1, 0, 0], [0, 0, 0, 1]], bool)
    }
    for step, mask in replaced.items():
        np.savez(
            tmp_path / 'gammas' / f'iter_{step:06d}.npz',
            **{
                'modalities': ['thermal', 'rgb'],
                'net.first': np.ones((2, 4)),
                'net.first/replaced': mask,
                'net.second': np.ones((2, 4)),
                'net.second/replaced': ~mask
            })
    log = read_gammas(tmp_path)
    assert log.steps.tolist() == [0, 20]
    assert log.layers == ['net.first', 'net.second']
    assert log.modalities == ['thermal', 'rgb']
    np.testing.assert_array_equal(
        log.shares(), [[[0, 0], [1, 1]], [[0.5, 0.25], [0.5, 0.75]]])
    tool = load_tool('analysis_tools/exchange_plot.py')
    out = tmp_path / 'plot.png'
    monkeypatch.setattr(sys, 'argv', ['', str(tmp_path), str(out)])
    tool.main()
    assert 'thermal 50.0%, rgb 50.0%' in capsys.readouterr().out
    assert cv2.imread(str(out)).std() > 0


def test_a_run_without_records_is_refused(tmp_path, monkeypatch):
    tool = load_tool('analysis_tools/exchange_plot.py')
    monkeypatch.setattr(sys, 'argv', ['', str(tmp_path), 'out.png'])
    with pytest.raises(SystemExit, match='training with a SparsityHook'):
        tool.main()
