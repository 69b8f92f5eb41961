"""A sweep of real trainings, cut off."""
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
import torch
from conftest import TOOLS
from mmengine.config import Config
from mmengine.runner import Runner
from tables import read_csv
from tiny_translation import rooms_config, write_rooms

from cen_mm.layers import exchangeable_norms

TOOL = 'analysis_tools/sweep.py'
WEIGHT = 'default_hooks.sparsity.weight'
THRESHOLD = 'model.generator.exchange.threshold'
HOLD_UP = '''
import time
from pathlib import Path
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

@HOOKS.register_module()
class HoldUp(Hook):
    """Wait in the second epoch of the other thresholds for a file."""

    def before_train_epoch(self, runner):
        folder = Path(runner.work_dir)
        while (runner.epoch == 1 and 'threshold' in folder.name
               and not (folder.parents[1] / 'go').exists()):
            (folder / 'waits').touch()
            time.sleep(0.05)
'''


@pytest.fixture(scope='module')
def trainings(tmp_path_factory):
    """Config and data of a training of two epochs, which may be held up."""
    root = tmp_path_factory.mktemp('sweep')
    write_rooms(root / 'rooms')
    (root / 'hold_up.py').write_text(HOLD_UP)
    cfg = rooms_config(root)
    cfg.train_dataloader.batch_size = 1
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    cfg.dump(root / 'alone.py')
    cfg.custom_imports.imports.append('hold_up')
    cfg.custom_hooks = [dict(type='HoldUp')]
    cfg.dump(root / 'tiny.py')
    return root


def alone(root, name, **options):
    """The figures of a training that no sweep has anything to do with."""
    cfg = Config.fromfile(root / 'alone.py')
    cfg.merge_from_dict({
        **options, 'work_dir': str(root / name), 'experiment_name': name})
    runner = Runner.from_cfg(cfg)
    runner.train()
    logged = runner.message_hub.log_scalars
    figures = {name[len('val/'):]: scalars.current()
               for name, scalars in logged.items()
               if name.startswith('val/') and not name.endswith('time')}
    shares = [(gamma.abs() < norm.exchange.threshold).double().mean().item()
              for _, norm in exchangeable_norms(runner.model)
              if norm.exchange for gamma in norm.gamma]
    return dict(figures, exchanged=sum(shares) / len(shares))


def wait_for(condition, process):
    end = time.monotonic() + 300
    while not condition():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.05)


def test_a_training_that_was_cut_off(trainings, run_tool, monkeypatch,
                                     request):
    """A real one: its figures are those of one that was not."""
    # For this process and others: sums depend on how they are shared out.
    request.addfinalizer(partial(
        torch.set_num_threads, torch.get_num_threads()))
    torch.set_num_threads(1)
    monkeypatch.setenv('OMP_NUM_THREADS', '1')
    monkeypatch.chdir(trainings)
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join(
        [str(trainings), str(TOOLS.parent), os.environ.get('PYTHONPATH', '')]))
    command = [
        'tiny.py', '--vary', f'{WEIGHT}=0.01', '--vary',
        f'{THRESHOLD}=0.01,0.5', '--jobs', '2', '--work-dir', 'out']
    one, other = (Path('out', name) for name in (
        'unchanged_seed0', f'{THRESHOLD}=0.5_seed0'))
    with open('first.log', 'w') as log, subprocess.Popen(
            [sys.executable, TOOLS / TOOL, *command],
            # A shell's background processes do not hear SIGINT.
            stdout=log, stderr=log, preexec_fn=partial(
                signal.signal, signal.SIGINT, signal.SIG_DFL)) as process:
        try:
            wait_for(lambda: (other / 'waits').exists() and (
                one / 'result.json').exists(), process)
            with pytest.raises(SystemExit, match='another sweep.* is running '
                               'in out'):
                run_tool(TOOL, *command)
            process.send_signal(signal.SIGINT)
            assert process.wait(120) == 130
        finally:
            process.terminate()
    assert Path('first.log').read_text().endswith(
        'stopped; the same command goes on from here\n')
    assert {row['run'] for row in read_csv('out/results.csv')} == {one.name}
    kept = (one / 'result.json').stat().st_mtime_ns
    Path('go').touch()
    # The lock tells that no training is left.
    printed = run_tool(TOOL, *command)
    assert '2 trainings: 1 are finished, 1 go on, 0 start' in printed
    assert (one / 'result.json').stat().st_mtime_ns == kept
    log = (other / 'train.log').read_text()
    assert [log.count(f'Epoch(train) [{n}]') for n in (1, 2)] == [1, 1]
    rows = read_csv('out/results.csv')
    assert [(row['key'], row['value'], row['run']) for row in rows] == [
        (WEIGHT, '0.01', one.name), (THRESHOLD, '0.5', other.name),
        (THRESHOLD, '0.01', one.name)]
    unchanged = alone(trainings, 'unchanged')
    changed = alone(trainings, 'other', **{THRESHOLD: 0.5})
    for row, figures in zip(rows, (unchanged, changed, unchanged)):
        assert len(figures) == 3 * 4 + 1
        for name, value in figures.items():
            assert float(row[name]) == pytest.approx(value, abs=1e-9), name
    assert rows[0]['MAE'] != rows[1]['MAE']
    assert [bool(row['seconds']) for row in rows] == [True, False, True]
    assert not list(Path('out').rglob('*.pth'))
