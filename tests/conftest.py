"""What several test files share."""
import importlib.util
import os
import signal
import sys
from pathlib import Path

import pytest
import torch
from mmengine.registry import DefaultScope

import cen_mm  # noqa: F401  (before any test imports mmseg)

# Fixtures that several folders of tests share.
pytest_plugins = ['tiny_runs', 'tiny_weights', 'faulty_runs']
SCOPES = DefaultScope._instance_dict.copy()
TOOLS = Path(__file__).parents[1] / 'tools'


@pytest.fixture(autouse=True)
def seed():
    """Every test draws the same numbers, whatever ran before it."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True, scope='module')
def leave_no_scope():
    """No test file leaves mmseg's or mmagic's scope to the next, nor do the
    fixtures of the session that it is the first to ask for."""
    yield
    DefaultScope._instance_dict.clear()
    DefaultScope._instance_dict.update(SCOPES)


def load_tool(path):
    """Import a script of tools/, which is no package."""
    path = TOOLS / path
    if str(path.parent) not in sys.path:  # as where it is run
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run_tool(monkeypatch, capsys):
    """Run a script of tools/ with arguments; returns what it printed."""

    def run(path, *args):
        monkeypatch.setattr(sys, 'argv', [path, *map(str, args)])
        load_tool(path).main()
        return capsys.readouterr().out

    before = signal.getsignal(signal.SIGTERM)  # for which some tools ask
    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope='session')
def trained_run(tmp_path_factory):
    """Work dir of a tiny segmentation training, see ``train``."""
    from tiny_training import train  # which imports mmseg
    return train(tmp_path_factory.mktemp('trained'))


def make_gammas(norm):
    """Give a norm scales of which about a third exchange, and statistics."""
    with torch.no_grad():
        norm.weight.uniform_(0.5, 1.)
        norm.weight[torch.rand_like(norm.weight) < 1 / 3] = 0.005
        norm.weight[torch.rand_like(norm.weight) < 1 / 2] *= -1
        norm.bias.uniform_(-0.5, 0.5)
        stock = getattr(norm, 'stock', norm)
        if getattr(stock, 'running_mean', None) is not None:
            stock.running_mean.uniform_(-0.5, 0.5)
            stock.running_var.uniform_(0.5, 1.5)


def leave():
    """End a process of several that has said all it had to.

    Not by returning: gloo's thread may wait for the interpreter while the
    interpreter, tidying up, waits for gloo.
    """
    torch.distributed.barrier()
    os._exit(0)
