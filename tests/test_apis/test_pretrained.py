"""Published weights against the checkpoint that they are made of."""
import sys

import pytest
import torch
from conftest import load_tool
from mmengine import Config
from mmengine.runner import CheckpointLoader

from cen_mm import pretrained
from cen_mm.apis import MultimodalInferencer
from cen_mm.converters.checkpoints import publish

pytest.importorskip('safetensors')


@pytest.fixture
def weights(rgbd, tmp_path, monkeypatch, capsys):
    """The folder of weights, with those of the tiny CEN as 'tiny'."""
    monkeypatch.setattr(pretrained, 'WEIGHTS', tmp_path)
    monkeypatch.setattr(CheckpointLoader, '_schemes',
                        dict(CheckpointLoader._schemes))
    monkeypatch.setattr(sys, 'argv', [
        'publish.py', str(rgbd.root / 'CEN/config.py'),
        str(rgbd.root / 'CEN/net.pth'), str(tmp_path / 'tiny.safetensors')])
    load_tool('model_converters/publish.py').main()
    assert 'parameters' in capsys.readouterr().out
    pretrained.register_pretrained()
    return tmp_path


def test_they_are_loaded_by_name(rgbd, weights):
    exact = torch.load(rgbd.root / 'CEN/net.pth')['state_dict']
    loaded = CheckpointLoader.load_checkpoint('tiny')
    assert loaded['state_dict'].keys() == exact.keys()
    for key, value in loaded['state_dict'].items():
        assert value.dtype == exact[key].dtype
        # Norms are kept in single precision, as they decide what exchanges.
        expected = exact[key].half().float() if value.dim() > 1 else exact[key]
        assert torch.equal(value, expected), key
    inferencer = MultimodalInferencer(
        pretrained.pretrained_config('tiny'), 'tiny')
    assert inferencer.modalities == ('rgb', 'depth')


def test_nothing_of_the_machine_is_published(rgbd, weights):
    cfg = Config.fromfile(weights / 'tiny.py')
    assert not {'work_dir', 'load_from', 'resume'} & set(cfg)
    assert cfg.model.backbone.init_cfg is None


def test_other_names_are_no_weights_of_ours(weights):
    assert pretrained.pretrained_names() == ['tiny']
    with pytest.raises(ValueError, match="'tiney', but with tiny"):
        pretrained.load_pretrained('tiney')
    with pytest.raises(FileNotFoundError):  # a file of a similar name
        CheckpointLoader.load_checkpoint('tiny_mine.pth')


def test_large_weights_are_refused(rgbd, tmp_path, monkeypatch):
    monkeypatch.setattr(publish, 'ROOM', 1000)
    with pytest.raises(ValueError, match='at most 10 come with cen_mm'):
        publish.publish(str(rgbd.root / 'CEN/config.py'),
                        str(rgbd.root / 'CEN/net.pth'), str(tmp_path / 'a'))


def test_an_absent_package_is_named(weights, monkeypatch):
    monkeypatch.setitem(sys.modules, 'safetensors', None)
    with pytest.raises(ImportError, match='with the extra timm'):
        pretrained.load_pretrained('tiny')
