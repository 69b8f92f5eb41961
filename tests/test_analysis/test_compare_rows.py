"""The table of trained rows, against figures by hand."""
import csv
import sys
from pathlib import Path

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


def call(monkeypatch, root, *args):
    monkeypatch.setattr(sys, 'argv', ['compare_rows.py', str(root), *args])
    load_tool('analysis_tools/compare_rows.py').main()


def test_table_and_picture(trained, monkeypatch, capsys):
    root, rows = trained
    out = root / 'new/rows.png'
    call(monkeypatch, root, '--reference', 'mine/two', '--plot', str(out))
    lines = [[cell.strip() for cell in line.split('|')[1:-1]]
             for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ['row', 'seeds', 'rgb', 'ensemble', 'minus two',
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


def test_a_training_that_still_runs_does_not_count(trained, monkeypatch,
                                                   capsys):
    """Each validation has written its confusions, no result is there."""
    root, _ = trained
    command = monkeypatch, root, '--reference', 'mine/two'
    call(*command)
    expected = capsys.readouterr().out
    labels = np.random.default_rng(0).choice([0, 1, 2, 255], (12, 6, 6))
    for row in 'mine/two', 'mine/cen':
        write_run(root / row / 'seed7', np.zeros_like(labels), labels)
    call(*command)
    assert capsys.readouterr().out == expected
    (root / 'mine/two/seed1/confusions.npz').unlink()
    with pytest.raises(SystemExit, match='seed1 holds no confusions.npz'):
        call(*command)


def test_rows_of_two_folders(trained, monkeypatch, capsys):
    """Two references with the same last part are two columns."""
    root, _ = trained
    table = root / 'results.csv'
    for old, new in ('mine/two', 'a/cen'), ('mine/cen', 'b/c/cen'):
        (root / new).parent.mkdir(parents=True)
        (root / old).rename(root / new)
        table.write_text(table.read_text().replace(old, new))
    call(monkeypatch, root, '--reference', 'a/cen', '--reference', 'b/c/cen')
    head, _, better, worse = (
        [cell.strip() for cell in line.split('|')]
        for line in capsys.readouterr().out.splitlines())
    assert head[5:7] == ['minus a/cen', 'minus b/c/cen']
    assert better[1] == 'b/c/cen' and better[5][0] == '+' and not better[6]
    assert worse[1] == 'a/cen' and worse[6][0] == '-' and not worse[5]


@pytest.mark.parametrize('old, new, args, message', [
    ('', '', ['--reference', 'mine/none'], 'no row mine/none, but mine/cen'),
    ('mIoU', 'MAE', [], 'mine/two has no mIoU, as rows of translation'),
    ('', '', ['--plot', 'x.xyz'], 'x.xyz does not say which picture'),
    ('', '', ['--plot', 'results.csv/x.png'], 'results.csv'),
])
def test_what_is_wrong_is_said_first(trained, monkeypatch, old, new, args,
                                     message):
    def compare_runs(*_):
        raise AssertionError('this takes long')

    monkeypatch.setattr(
        'cen_mm.analysis.compare.rows_table.compare_runs', compare_runs)
    monkeypatch.chdir(trained[0])
    table = Path('results.csv')
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(SystemExit, match=message) as error:
        call(monkeypatch, trained[0], '--reference', 'mine/two', *args)
    assert '\n' not in str(error.value)


def test_no_results_yet(tmp_path, monkeypatch):
    (tmp_path / 'results.csv').write_text('row,seed,mIoU\n')
    with pytest.raises(SystemExit, match='no row a, but none at all'):
        call(monkeypatch, tmp_path, '--reference', 'a')
