"""Published weights against the checkpoint that they are made of."""
import json
import re
import sys

import numpy as np
import pytest
import torch
from messages import fails
from mmengine import Config
from mmengine.registry import DefaultScope
from mmengine.runner import CheckpointLoader
from mmseg.registry import MODELS

from cen_mm import pretrained
from cen_mm.apis import MultimodalInferencer, build_inferencer, label_maps
from cen_mm.apis.checkpoint import find_config, read_checkpoint
from cen_mm.apis.runner import StrictRunner
from cen_mm.apis.test import test as run_test


def test_they_are_loaded_by_name(published, weights):
    exact = torch.load(published.checkpoint)['state_dict']
    loaded = CheckpointLoader.load_checkpoint('tiny')
    assert loaded['state_dict'].keys() == exact.keys()
    for key, value in loaded['state_dict'].items():
        assert value.dtype == exact[key].dtype
        # Norms are kept in single precision, as they decide what exchanges.
        expected = exact[key].half().float() if value.dim() > 1 else exact[key]
        assert torch.equal(value, expected), key


@pytest.mark.parametrize('build', [build_inferencer, MultimodalInferencer])
def test_inferencers_need_the_name_alone(published, weights, build):
    inferencer = build('tiny', device='cpu')
    assert inferencer.modalities == ('rgb', 'depth')
    files = dict(rgb=published.root / 'data/rgb/000003.png',
                 depth=published.root / 'data/depth/000003.png')
    named = label_maps(inferencer(files))
    given = label_maps(MultimodalInferencer(
        published.config, published.checkpoint, 'cpu')(files))
    for stream, labels in named.items():
        assert (labels == given[stream]).mean() > 0.9  # half precision


def test_a_wrong_name_lists_those_there_are(weights):
    assert pretrained.pretrained_names() == ['tiny']
    for build in (build_inferencer, MultimodalInferencer):
        with fails(ValueError, "'tiney', but with tiny"):
            build('tiney')
    with pytest.raises(FileNotFoundError):  # a file of a similar name
        CheckpointLoader.load_checkpoint('tiny_mine.pth')


def test_tools_find_their_config(weights):
    assert find_config('tiny').filename == str(weights / 'tiny.py')


def test_metrics_are_those_of_the_shipped_file(published, weights, tmp_path):
    """Of the config and the name, on a data set that lies elsewhere."""
    moved = tmp_path / 'elsewhere'
    (published.root / 'data').rename(moved)
    root = f'test_dataloader.dataset.data_root={moved}'
    try:
        run_test(str(weights / 'tiny.py'), 'tiny', cfg_options=[root],
                 work_dir=str(tmp_path / 'shipped'))
        run_test(str(published.config), str(published.checkpoint),
                 cfg_options=[root], work_dir=str(tmp_path / 'exact'))
    finally:
        moved.rename(published.root / 'data')
    shipped, exact = (
        json_of(tmp_path / name) for name in ('shipped', 'exact'))
    assert shipped.keys() == exact.keys()
    for key in ('mIoU', 'rgb/aAcc', 'depth/mAcc'):
        assert shipped[key] == pytest.approx(exact[key], abs=3)


def json_of(folder):
    path, = folder.glob('*/*.json')
    return json.loads(path.read_text().splitlines()[-1])


def test_fine_tuning_starts_layers_of_other_classes_anew(
        published, weights, tmp_path, capfd):
    cfg = Config.fromfile(published.config)
    cfg.model.decode_head.num_classes = 3
    cfg.work_dir, cfg.load_from = str(tmp_path), 'tiny'
    runner = StrictRunner.from_cfg(cfg)
    before = runner.model.decode_head.head.conv_seg.weight.clone()
    runner.load_or_resume()
    said = ''.join(capfd.readouterr())
    assert re.findall(r'size mismatch for (\S+):', said) == [
        f'decode_head.head.conv_seg.{kind}' for kind in ('weight', 'bias')]
    start = read_checkpoint('tiny')['state_dict']
    for key, value in runner.model.state_dict().items():
        if 'conv_seg' not in key:
            assert torch.equal(value, start[key]), key
    assert torch.equal(runner.model.decode_head.head.conv_seg.weight, before)


def test_a_backbone_may_begin_with_them(published, weights):
    cfg = Config.fromfile(published.config)
    cfg.model.backbone.init_cfg = dict(
        type='Pretrained', checkpoint='tiny', prefix='backbone.')
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    net.init_weights()
    start = read_checkpoint('tiny')['state_dict']
    for key, value in net.backbone.state_dict().items():
        assert torch.equal(value, start[f'backbone.{key}']), key


def test_an_absent_package_is_named(published, weights, monkeypatch):
    monkeypatch.setitem(sys.modules, 'safetensors', None)
    with fails(ImportError, 'with the extra timm'):
        pretrained.load_from_cen_mm('tiny')
    with fails(ValueError, 'with the extra timm') as info:
        build_inferencer('tiny')
    assert '\n' not in str(info.value)
    with fails(ValueError, 'with the extra timm'):
        run_test(str(weights / 'tiny.py'), 'tiny')


def test_depth_in_other_units(published, weights):
    """Steps of five are those of a unit five times as large, divided."""
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (48, 60, 3), np.uint8)
    depth = np.uint16(rng.integers(2000, 6000, (48, 60)) * 5)
    own = MultimodalInferencer('tiny', device='cpu')
    other = MultimodalInferencer(
        'tiny', device='cpu', units=dict(depth=0.001))
    expected = own(dict(rgb=rgb, depth=depth))
    result = other(dict(rgb=rgb, depth=depth // 5))
    torch.testing.assert_close(
        result.seg_logits_depth.data, expected.seg_logits_depth.data)
    torch.testing.assert_close(
        result.seg_logits.data, expected.seg_logits.data)
    for units, parts in [
            (dict(depth=0.), ['above 0 metres']),
            (dict(rgb=1.), ['unit of rgb', 'do not say', 'std.rgb'])]:
        with fails(ValueError, *parts):
            MultimodalInferencer('tiny', device='cpu', units=units)
    with fails(ValueError, 'unit of depth', 'std.depth'):
        MultimodalInferencer(published.config, published.checkpoint, 'cpu',
                             dict(depth=0.001))


def warnings_of(monkeypatch):
    said = []
    monkeypatch.setattr('cen_mm.apis.inferencer.print_log',
                        lambda text, *args: said.append(text))
    return said


def test_a_wrong_unit_is_noticed(published, weights, monkeypatch):
    said = warnings_of(monkeypatch)
    low, high = min(published.medians), max(published.medians)
    inferencer = MultimodalInferencer('tiny', device='cpu')
    assert inferencer.measures == dict(
        depth=dict(unit=0.0002, medians=[low, high]))
    rgb = np.zeros((48, 60, 3), np.uint8)
    middle = np.full((48, 60), (low + high) / 2, np.uint16)
    inferencer(dict(rgb=rgb, depth=middle))
    inferencer(dict(rgb=rgb))
    assert not said
    metres = middle[0, 0] * 0.0002
    inferencer(dict(rgb=rgb, depth=np.uint16(middle // 5)))  # millimetres
    text, = said
    for part in ('the depth array: depth is typically', f'{metres / 5:.3g} m',
                 f'{low * 0.0002:.3g} to {high * 0.0002:.3g} m',
                 f'in millimetres, 0.001, it is {metres:.3g} m',
                 'units=dict(depth=METRES)', '--depth-unit'):
        assert part in text
    inferencer(dict(rgb=rgb, depth=np.uint16(middle // 5)))
    assert len(said) == 1  # it says that it stops


def test_an_empty_map_is_noticed(weights, monkeypatch):
    said = warnings_of(monkeypatch)
    MultimodalInferencer('tiny', device='cpu')(
        dict(depth=np.zeros((48, 60), np.uint16)))
    assert 'depth is 0 everywhere' in said[0]
