"""The options of train.py and test.py on configs with two optimisers."""
import sys

import numpy as np
import pytest
from conftest import load_tool
from mmengine.runner import Runner
from PIL import Image
from tiny_translation import NAMES, prepare


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp('translation')
    prepare(folder)
    return folder


def run(monkeypatch, folder, tool, *args, start=True):
    """Run a tool in this process; returns its runner, or only the config."""
    from_cfg, made = Runner.from_cfg, []

    class Stop(Exception):
        pass

    def keep(cfg):
        if not start:
            made.append(cfg)
            raise Stop
        made.append(from_cfg(cfg))
        return made[0]

    monkeypatch.chdir(folder)
    monkeypatch.setattr(Runner, 'from_cfg', keep)
    monkeypatch.setattr(sys, 'argv', [tool, 'rooms.py', *args])
    try:
        load_tool(tool).main()
    except Stop:
        assert not start
    return made[0]


def test_amp_is_for_both_networks(monkeypatch, folder):
    cfg = run(monkeypatch, folder, 'train.py', '--amp', '--cfg-options',
              'optim_wrapper.generator.loss_scale=128.', start=False)
    wrappers = cfg.optim_wrapper
    assert set(wrappers) == {'constructor', 'generator', 'discriminator'}
    assert wrappers.generator.type == 'AmpOptimWrapper'
    assert wrappers.discriminator.type == 'AmpOptimWrapper'
    assert wrappers.generator.loss_scale == 128
    assert wrappers.discriminator.loss_scale == 'dynamic'


def test_rates_of_both_networks_are_scaled(monkeypatch, folder):
    """One image a step, where the rates are meant for four."""
    runner = run(
        monkeypatch, folder, 'train.py', '--auto-scale-lr', '--cfg-options',
        'auto_scale_lr.base_batch_size=4', 'train_cfg.max_epochs=1',
        'train_cfg.val_interval=5', 'train_dataloader.batch_size=1',
        'optim_wrapper.generator.optimizer.lr=3e-4',
        'optim_wrapper.discriminator.optimizer.lr=2e-4', 'param_scheduler=[]')
    rates = {name: wrapper.get_lr()['lr']
             for name, wrapper in runner.optim_wrapper.items()}
    assert rates == {'generator': [pytest.approx(3e-4 / 4)],
                     'discriminator': [pytest.approx(2e-4 / 4)]}


def test_every_translation_is_drawn(monkeypatch, folder):
    # In one process, mmengine would go on with a visualiser of this name.
    run(monkeypatch, folder, 'test.py', 'rooms.pth', '--show-dir', 'drawn',
        '--cfg-options', 'visualizer.name=drawn')
    drawn = sorted((folder / 'drawn').rglob('*.png'))
    assert [path.name.split('_')[0] for path in drawn] == [*NAMES]
    rows = [np.array(Image.open(path)) for path in drawn]
    assert not np.array_equal(rows[0], rows[1])


@pytest.mark.parametrize('option, words', [
    (['--show'], ['--show-dir', 'tools/infer.py']),
    (['--out', 'out'], ['--show-dir', 'tools/infer.py']),
    (['--tta'], ['tta_model', 'leave --tta out'])])
def test_what_there_is_not(monkeypatch, folder, option, words):
    with pytest.raises(SystemExit) as info:
        run(monkeypatch, folder, 'test.py', 'rooms.pth', *option, start=False)
    message = str(info.value)
    assert '\n' not in message and 'rooms.py' in message
    assert all(word in message for word in words)
