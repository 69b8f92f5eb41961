"""Rows of a table trained with a stand-in for train.py."""
import csv
import json
import signal
import sys

import pytest
from conftest import load_tool
from test_sweep import CONFIG, TRAIN

HEAD = ('section,name,config,options,what,paper: row,paper: mIoU,'
        'paper: FID / KID,paper: MAE / RMSE (x 0.1),paper: params,'
        'paper: fusion\n')
ROWS = '''
net,mine/cen,mine/net.py,,,,,,,,
net,mine/strong,mine/net.py,default_hooks.sparsity.weight=1,Strong.,,,,,,
net,other/cen,mine/net.py,randomness.deterministic=True,Other.,,,,,,
net,other/texts,other/texts.py,,,,,,,,
'''
EVALUATORS = "val_evaluator = [dict(type='MAE'), dict(type='FID')]\n"
NET = '# A net.\n' + CONFIG.replace("'IoU'", "'StreamIoUMetric'")


@pytest.fixture
def train_rows(tmp_path, monkeypatch, capsys):
    """The tool in a repository of its own, with the stand-in."""
    before = signal.getsignal(signal.SIGTERM)
    for path, text in (('configs/rows.csv', HEAD + ROWS.lstrip()),
                       ('configs/mine/net.py', NET),
                       ('configs/other/texts.py', NET + EVALUATORS),
                       ('tools/train.py', TRAIN)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    tool = load_tool('analysis_tools/train_rows.py')
    monkeypatch.setattr(
        tool, '__file__', str(tmp_path / 'tools/analysis_tools/x.py'))
    monkeypatch.chdir(tmp_path)

    def call(*args):
        monkeypatch.setattr(
            sys, 'argv', ['train_rows.py', '--work-dir', 'out', *args])
        tool.main()
        return capsys.readouterr().out

    yield call
    signal.signal(signal.SIGTERM, before)


def results():
    with open('out/results.csv', newline='') as file:
        return {(row['row'], row['seed']): row for row in csv.DictReader(file)}


def test_rows_and_seeds_are_trained_once(train_rows, tmp_path):
    printed = train_rows('mine/', '--seeds', '0', '1', '--jobs', '2')
    assert '4 trainings: 0 are finished, 0 go on, 4 start' in printed
    found = results()
    assert {key: float(row['mIoU']) for key, row in found.items()} == {
        ('mine/cen', '0'): 40 - 1e-3, ('mine/cen', '1'): 41 - 1e-3,
        ('mine/strong', '0'): 39, ('mine/strong', '1'): 40}
    assert found['mine/strong', '0']['options'] == (
        'default_hooks.sparsity.weight=1')
    starts = tmp_path / 'out/mine/cen/seed1/starts.txt'
    assert 'save_confusions=out/mine/cen/seed1/confusions.npz' in (
        starts.read_text())
    # More rows later; what is finished stays as it is.
    printed = train_rows('mine/cen', 'other/cen', '--seeds', '0', '1')
    assert '4 trainings: 2 are finished, 0 go on, 2 start' in printed
    assert len(starts.read_text().splitlines()) == 1
    assert len(results()) == 6


def test_what_was_cut_off_goes_on_and_what_failed_is_told(
        train_rows, tmp_path, capsys):
    (tmp_path / 'broken').touch()
    with pytest.raises(SystemExit):
        train_rows('mine/')
    assert 'strong/seed0: failed: exit status 1, ValueError: out of luck' in (
        capsys.readouterr().out)
    (tmp_path / 'broken').unlink()
    assert '1 are finished, 1 go on, 0 start' in train_rows('mine/')
    calls = (tmp_path / 'out/mine/strong/seed0/starts.txt').read_text()
    first, second = calls.splitlines()
    assert '--resume' not in first and 'load_from' not in first
    assert '--resume' in second and 'load_from=None' in second.split()
    result = json.loads(
        (tmp_path / 'out/mine/strong/seed0/result.json').read_text())
    assert result['seconds'] is None  # it was resumed


@pytest.mark.parametrize('args, message', [
    (['mine/cem'], "no row 'mine/cem'; near names: mine/cen"),
    (['mine/', '--jobs', '0'], '--jobs must be at least 1'),
])
def test_what_is_wrong_is_said_before_training(train_rows, args, message):
    with pytest.raises(SystemExit, match=message):
        train_rows(*args)


def test_other_options_need_another_folder(train_rows):
    train_rows('mine/cen')
    with pytest.raises(SystemExit, match='give another --work-dir'):
        train_rows('mine/cen', '--cfg-options', 'default_hooks.a.b=1')
    with pytest.raises(SystemExit, match='give another --work-dir'):
        train_rows('other/cen', '--cfg-options', 'default_hooks.a.b=1')


@pytest.mark.parametrize('path, old, new, row', [
    ('mine/net.py', '0.02', '0.03', 'mine/cen'),
    ('rows.csv', 'weight=1,', 'weight=2,', 'mine/strong')])
def test_another_config_needs_another_folder(train_rows, tmp_path, path, old,
                                             new, row):
    train_rows('mine/')
    file = tmp_path / 'configs' / path
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(SystemExit, match=f'configs/{row}/seed0.py: give ano'):
        train_rows(row, 'other/cen')
    assert len(results()) == 2
    # Others go on, where the edit does not concern them.
    if path == 'rows.csv':
        assert '1 start' in train_rows('mine/cen', 'other/cen')


def test_several_evaluators(train_rows, tmp_path):
    """As in translation, whose metrics are a list."""
    train_rows('other/texts')
    assert 'save_confusions' not in (
        tmp_path / 'out/other/texts/seed0/starts.txt').read_text()


def test_a_folder_that_options_cannot_name(train_rows, tmp_path):
    with pytest.raises(SystemExit, match='--work-dir my runs: .*without blan'):
        train_rows('mine/cen', '--work-dir', 'my runs')
    assert not list(tmp_path.rglob('starts.txt'))
