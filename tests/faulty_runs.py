"""A tiny training that has ended, and its config, for all kinds of faults."""
from types import SimpleNamespace

import pytest
from mmengine.config import Config
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

from cen_mm.apis.train import train


@pytest.fixture(scope='session')
def tiny(tmp_path_factory):
    """``config``, a file, and ``work_dir``, where one epoch was trained."""
    folder = tmp_path_factory.mktemp('faults')
    write_nyudv2(folder / 'nyudv2')
    cfg = tiny_config(folder / 'nyudv2', folder / 'run')
    cfg.randomness = dict(seed=0)
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    cfg.default_hooks.stages.milestones = (1, 3)
    cfg = Config(cfg.to_dict(), format_python_code=False)
    cfg.dump(folder / 'tiny.py')
    config = str(folder / 'tiny.py')
    train(config, cfg_options=['train_cfg.max_epochs=1'])
    return SimpleNamespace(
        folder=folder, config=config, work_dir=folder / 'run')


@pytest.fixture
def tiny_train(tiny, tmp_path):
    """Trains the tiny config, by default in a folder of its own."""

    def run(*options, work_dir=tmp_path / 'run', **kwargs):
        train(tiny.config, work_dir=str(work_dir), cfg_options=[
            f'experiment_name={tmp_path.name}', *options], **kwargs)
        return work_dir

    return run
