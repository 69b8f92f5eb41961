"""The table of trained rows, against figures by hand."""
import csv
import sys

import numpy as np
import pytest
from conftest import load_tool
from PIL import Image
from reference import segmentation_metrics
from test_significance import write_run

from cen_mm.analysis.compare.significance import compare_runs


@pytest.fixture
def trained(tmp_path):
    """Two rows of two seeds and one seed, as train_rows.py leaves them."""
    rng = np.random.default_rng(0)
    labels = rng.choice([0, 1, 2, 255], (12, 6, 6))
    rows = []
    for row, right in (('mine/two', [.4, .5]), ('mine/cen', [.8])):
        for seed, share in enumerate(right):
            maps = np.where(rng.random(labels.shape) < share, labels % 255, 0)
            write_run(tmp_path / row / f'seed{seed}', maps, labels)
            value = round(segmentation_metrics(labels, maps, 5)['mIoU'], 2)
            rows.append({
                'row': row, 'seed': seed, 'rgb/mIoU': value - 1, 'mIoU': value,
                'exchanged': 0.25 if row == 'mine/cen' else '',
                'seconds': 600})
    with open(tmp_path / 'results.csv', 'w', newline='') as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return tmp_path, rows


def test_table_and_picture(trained, monkeypatch, capsys):
    root, rows = trained
    out = root / 'new/rows.png'
    monkeypatch.setattr(sys, 'argv', [
        'compare_rows.py', str(root), '--reference', 'mine/two', '--plot',
        str(out)])
    load_tool('analysis_tools/compare_rows.py').main()
    lines = [[cell.strip() for cell in line.split('|')[1:-1]]
             for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ['row', 'seeds', 'rgb', 'ensemble', 'to two',
                        'exchanged', 'minutes']
    two = [row['mIoU'] for row in rows[:2]]
    spread = f' ± {np.std(two, ddof=1):.1f}'
    # The better row first.
    assert lines[3] == [
        'two', '2', f'{np.mean(two) - 1:.1f}{spread}',
        f'{np.mean(two):.1f}{spread}', '', '', '10']
    d = compare_runs(str(root / 'mine/cen'), str(root / 'mine/two'))[
        'ensemble']
    assert lines[2] == [
        'cen', '1', f'{rows[2]["mIoU"] - 1:.1f}', f'{rows[2]["mIoU"]:.1f}',
        f'{d.a - d.b:+.1f} [{d.low:+.1f}, {d.high:+.1f}]', '25.0', '10']
    assert np.ptp(np.asarray(Image.open(out))) > 0


def test_an_absent_reference_is_named(trained, monkeypatch):
    monkeypatch.setattr(sys, 'argv', [
        'compare_rows.py', str(trained[0]), '--reference', 'mine/none'])
    with pytest.raises(SystemExit, match='no row mine/none, but mine/cen'):
        load_tool('analysis_tools/compare_rows.py').main()
