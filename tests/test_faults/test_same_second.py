"""Two runs of one config in one process, started within one second."""
import time

import pytest
from mmengine.config import Config
from mmengine.logging import MMLogger

from cen_mm.apis.runner import StrictRunner


@pytest.fixture
def runs(tiny, tmp_path, monkeypatch):
    """Both are built before either logs anything more."""
    cfg = Config.fromfile(tiny.config)
    monkeypatch.setattr(time, 'time', lambda: 1_800_000_000.)
    built = []
    for name in ('first', 'second'):
        cfg.work_dir = str(tmp_path / name)
        built.append(StrictRunner.from_cfg(cfg))
    assert built[0].timestamp == built[1].timestamp
    return built


def test_each_has_a_log_of_its_own(runs, tmp_path):
    for name, runner in zip(('first', 'second'), runs):
        runner.logger.info(f'the {name} is speaking')
    for name, other in (('first', 'second'), ('second', 'first')):
        log, = (tmp_path / name).rglob('*.log')
        text = log.read_text()
        assert f'the {name} is speaking' in text
        assert f'the {other} is speaking' not in text
        assert str(tmp_path / name) in text  # of the config
        assert str(tmp_path / other) not in text
    assert MMLogger.get_current_instance() is runs[1].logger


def test_each_has_a_message_hub_of_its_own(runs):
    first, second = (runner.message_hub for runner in runs)
    first.update_info('iter', 7)
    assert 'iter' not in second.runtime_info
    assert first.instance_name != second.instance_name


def test_each_has_scalars_of_its_own(runs, tmp_path):
    for value, runner in enumerate(runs):
        runner.visualizer.add_scalar('loss', value, 0)
    for value, name in enumerate(('first', 'second')):
        scalars, = (tmp_path / name).rglob('scalars.json')
        assert scalars.read_text() == f'{{"loss": {value}, "step": 0}}\n'
