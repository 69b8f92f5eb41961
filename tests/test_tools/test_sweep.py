"""Sweeps, with a stand-in for train.py."""
import signal
from pathlib import Path

import pytest
from mmengine.config import Config
from tables import read_csv

import cen_mm
from cen_mm.analysis.compare.sweep import run_sweep

TOOL = 'analysis_tools/sweep.py'
WEIGHT = 'default_hooks.sparsity.weight'
THRESHOLD = 'model.generator.exchange.threshold'
CONFIG = '''
model = dict(type='Net', generator=dict(exchange=dict(threshold=0.02)))
default_hooks = dict(sparsity=dict(weight=1e-3))
train_cfg = dict(max_epochs=10)
val_evaluator = dict(type='IoU')
load_from = 'pretrained.pth'
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
'''
# Called as train.py, it leaves files as mmengine and SparsityHook do: an mIoU
# of 40 + seed - weight, and the threshold as share of exchanged channels.
TRAIN = '''
import json
import runpy
import sys
from pathlib import Path
import numpy as np

given = sys.argv[1:]
folder = Path(given[given.index('--work-dir') + 1])
cfg = runpy.run_path(given[0])
with open(folder / 'starts.txt', 'a') as file:
    print(*given, file=file)
(folder / 'epoch_5.pth').touch()
(folder / 'last_checkpoint').write_text(str(folder / 'epoch_5.pth'))
hooks = cfg['default_hooks']
weight = hooks['sparsity']['weight'] if 'sparsity' in hooks else 1e-3
if weight == 1 and Path('broken').exists():
    sys.exit('Traceback\\nValueError: out of luck\\n')
threshold = cfg['model']['generator']['exchange']['threshold']
log = folder / '20260101_000000/vis_data/scalars.json'
log.parent.mkdir(parents=True, exist_ok=True)
log.write_text(json.dumps({
    'rgb/mIoU': 1.0, 'mIoU': 40 + cfg['randomness']['seed'] - weight,
    'time': 1.0, 'step': 10}))
(folder / 'gammas').mkdir(exist_ok=True)
np.savez(folder / 'gammas/iter_10.npz', modalities=['rgb', 'depth'],
         bn=np.ones((2, 100)), **{
             'bn/replaced': [np.arange(100) < 100 * threshold] * 2})
'''


@pytest.fixture
def sweep(tmp_path, monkeypatch, capsys):
    """A sweep with the stand-in, in a folder of its own."""
    (tmp_path / 'train.py').write_text(TRAIN)
    (tmp_path / 'net.py').write_text(CONFIG)
    monkeypatch.chdir(tmp_path)

    def call(*vary, config='net.py', seeds=(0, ), jobs=1, options=()):
        run_sweep(config, vary, seeds, jobs, 'out', options, 'train.py')
        return capsys.readouterr().out

    return call


def read():
    return read_csv('out/results.csv')


def points():
    names = ('key', 'value', 'config_value', 'seed', 'mIoU', 'exchanged',
             'run')
    return sorted(tuple(row[name] for name in names) for row in read())


def starts():
    """How often each training has been started."""
    return {path.parent.name: len(path.read_text().splitlines())
            for path in Path('out').glob('*/starts.txt')}


def test_the_table(sweep):
    printed = sweep(f'{WEIGHT}=1e-3,1', f'{THRESHOLD}=0.5,0.02', seeds=[0, 1],
                    jobs=2)
    assert '6 trainings: 0 are finished, 0 go on, 6 start, 2 at a time' in (
        printed)
    assert f'{WEIGHT}=1.0_seed1: mIoU 40, 2.0% exchanged' in printed
    expected = []
    for seed in 0, 1:
        one, other, own = (f'{name}_seed{seed}' for name in (
            f'{WEIGHT}=1.0', f'{THRESHOLD}=0.5', 'unchanged'))
        low, high = str(39. + seed), str(40 + seed - 1e-3)
        expected += [
            (WEIGHT, '0.001', '0.001', str(seed), high, '0.02', own),
            (WEIGHT, '1.0', '0.001', str(seed), low, '0.02', one),
            (THRESHOLD, '0.02', '0.02', str(seed), high, '0.02', own),
            (THRESHOLD, '0.5', '0.02', str(seed), high, '0.5', other)]
    assert points() == sorted(expected)
    assert list(starts().values()) == 6 * [1]
    for row in read():
        assert float(row['seconds']) > 0 and row['config'] == 'net.py'
        assert row['commit'] and row['rgb/mIoU'] == '1.0'
    assert not list(Path('out').rglob('*.pth'))


def test_more_values_and_seeds_later(sweep):
    sweep(f'{WEIGHT}=1,2')
    first = points()
    printed = sweep(f'{WEIGHT}=1.0,3', seeds=[1, 0])
    assert '4 trainings: 1 are finished, 0 go on, 3 start' in printed
    assert starts() == {f'{WEIGHT}={v}_seed{s}': 1 for v, s in [
        ('1.0', 0), ('2.0', 0), ('3.0', 0), ('1.0', 1), ('3.0', 1)]}
    assert len(points()) == 5 and set(first) < set(points())
    # Another field: the first stays in the table.
    sweep(f'{THRESHOLD}=0.02')
    assert [row['key'] for row in read()].count(WEIGHT) == 6
    assert [row['value'] for row in read() if row['key'] == THRESHOLD] == [
        '0.02']


def test_what_fails_is_reported_and_tried_again(sweep):
    Path('broken').touch()
    failed = f'{WEIGHT}=1.0_seed0'
    printed = sweep(f'{WEIGHT}=1,1e-3').splitlines()
    reason = f'{failed}: failed: exit status 1, ValueError: out of luck'
    assert reason in printed
    assert printed[-2:] == [
        'out/results.csv: 2 trainings, 1 failed',
        f'{reason}, see out/{failed}/train.log']
    assert [row['run'] for row in read()] == ['unchanged_seed0']
    Path('broken').unlink()
    assert '1 go on, 0 start' in sweep(f'{WEIGHT}=1,1e-3')
    assert [row['run'] for row in read()] == [failed, 'unchanged_seed0']
    assert starts() == {'unchanged_seed0': 1, failed: 2}
    # How long the whole of it has taken is not known.
    assert [bool(row['seconds']) for row in read()] == [False, True]
    first, second = Path(
        'out', failed, 'starts.txt').read_text().splitlines()
    assert '--resume' not in first and 'load_from' not in first
    assert first.startswith(f'out/configs/{failed}.py ')
    assert '--resume' in second and second.endswith('load_from=None')


def test_another_config_is_refused(sweep):
    sweep(f'{WEIGHT}=1')
    Path('other.py').write_text(CONFIG.replace('10', '20'))
    for other in dict(options=['model.type=Other']), dict(config='other.py'):
        for value in 1, 2:  # also where no training has been of it
            with pytest.raises(ValueError, match='trainings of another config,'
                               ' .*out/configs/unchanged.py: give another'):
                sweep(f'{WEIGHT}={value}', **other)
    assert '0 start' in sweep(f'{WEIGHT}=1')


@pytest.mark.parametrize('hooks, interval', [
    ('', 1), ('default_hooks = dict(checkpoint=None)', 1),
    ("default_hooks = dict(checkpoint=dict(interval=5, save_best='mIoU'))",
     5)])
def test_every_config_keeps_checkpoints(sweep, monkeypatch, hooks, interval):
    Path('net.py').write_text(
        f'{CONFIG.replace("default_hooks", "unused")}\n{hooks}')
    monkeypatch.setenv('PATH', '')  # no git either
    sweep(f'{THRESHOLD}=0.5')
    assert read()[0]['commit'] == f'cen_mm {cen_mm.__version__}'
    kept = Config.fromfile(f'out/configs/{THRESHOLD}=0.5_seed0.py')
    assert kept.default_hooks.checkpoint == dict(
        type='CheckpointHook', interval=interval, save_best=None,
        max_keep_ckpts=2)


@pytest.mark.parametrize('returned, status', [
    ({'a': 'why'}, 1), (None, 143)])
def test_the_exit_status(monkeypatch, run_tool, returned, status):
    """Also of kill, which ends it in order."""

    def stand_in(*_):
        if returned is None:
            signal.raise_signal(signal.SIGTERM)
        return returned

    monkeypatch.setattr('cen_mm.analysis.compare.sweep.run_sweep', stand_in)
    with pytest.raises(SystemExit) as stop:
        run_tool(TOOL, 'net.py', '--vary', 'a=1', '--work-dir', 'out')
    assert stop.value.code == status
