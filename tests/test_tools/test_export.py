"""tools/export.py, and tools/infer.py on what it writes."""
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import tiny_translation
import torch
from conftest import load_tool
from mmengine import Config
from mmengine.registry import MODELS, DefaultScope
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE

from cen_mm.apis import build_inferencer
from cen_mm.apis.export import export
from cen_mm.runtime import OnnxInferencer

for name in ('onnx', 'onnxruntime', 'onnxscript'):
    pytest.importorskip(name, reason='needs the extra deploy')
MODEL = ['config.py', 'net.pth']
BOTH = ['--rgb', 'data/rgb', '--depth', 'data/depth']


@pytest.fixture
def project(rgbd, tmp_path, monkeypatch):
    """Data, a config and a checkpoint, with depth in the images' size."""
    shutil.copytree(rgbd.root / 'data', tmp_path / 'data')
    shutil.copytree(rgbd.root / 'CEN', tmp_path, dirs_exist_ok=True)
    for name, depth in zip(NAMES, rgbd.data.depth):
        Image.fromarray(depth).save(tmp_path / f'data/depth/{name}.png')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def rooms_project(rooms, tmp_path, monkeypatch):
    shutil.copytree(rooms.root / 'rooms', tmp_path / 'rooms')
    shutil.copytree(rooms.root / 'CEN', tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def infer(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['infer.py', *args])
    load_tool('infer.py').main()


def read(path):
    return np.array(Image.open(path)).astype(int)


@pytest.mark.parametrize('options', [
    ['--dynamic'], ['--dynamic', '--preprocess', '--legacy'],
    ['--size', *map(str, SIZE), '--naive'],
    ['--size', *map(str, SIZE), '--naive', '--legacy'],
    ['--dynamic', '--streams', 'ensemble', 'depth', '--legacy']])
def test_labels_are_those_of_torch(project, run_tool, monkeypatch, options):
    said = run_tool('export.py', *MODEL, '--out', 'net.onnx', *options)
    assert ('the folded network' if '--naive' in options else
            'plain streams') in said
    infer(monkeypatch, '--backend', 'onnxruntime', 'net.onnx', *BOTH, '--out',
          'onnx')
    infer(monkeypatch, *MODEL, *BOTH, '--out', 'torch', '--device', 'cpu')
    streams = {'ensemble', 'depth'} | (
        set() if '--streams' in options else {'rgb'})
    assert {p.name for p in Path('onnx/labels').iterdir()} == streams
    for stream in streams:
        for name in NAMES:
            ours, theirs = (read(f'{out}/labels/{stream}/{name}.png')
                            for out in ('onnx', 'torch'))
            assert (ours != theirs).mean() < 0.01  # ties
            ours, theirs = (read(f'{out}/overlays/{stream}/{name}.png')
                            for out in ('onnx', 'torch'))
            assert (ours != theirs).mean() < 0.01
    assert not list(Path().glob('*/model.onnx'))


def test_metadata(project, run_tool):
    import onnxruntime
    run_tool('export.py', *MODEL, '--out', 'net.onnx', '--size', 24, 30,
             '--legacy')
    session = onnxruntime.InferenceSession('net.onnx')
    facts = json.loads(
        session.get_modelmeta().custom_metadata_map['cen_mm'])
    assert facts['modalities'] == [
        dict(name='rgb', dtype='uint8', mean=pytest.approx(
            [123.675, 116.28, 103.53]), std=pytest.approx(
                [58.395, 57.12, 57.375])),
        dict(name='depth', dtype='uint16', bands=None, channels=None,
             centre_crop=True, resize=None, mean=[0] * 3, std=[5000] * 3)]
    assert facts['streams'] == ['rgb', 'depth', 'ensemble']
    assert facts['classes'][:2] == ['wall', 'floor']
    assert len(facts['palette']) == 40 and facts['size'] == [24, 30]
    assert facts['task'] == 'segmentation'
    inputs, = session.get_inputs()
    assert inputs.name == 'inputs' and inputs.shape == [1, 6, 24, 30]
    assert [o.name for o in session.get_outputs()] == facts['streams']


def exported():
    """The project's model in torch, and in onnxruntime."""
    export(*MODEL, 'net.onnx', legacy=True)
    return build_inferencer(*MODEL, 'cpu'), OnnxInferencer('net.onnx')


@pytest.mark.parametrize('load, resize', [
    (dict(centre_crop=True),
     dict(scale=(22, 16), keep_ratio=True, interpolation='area')),
    (dict(resize='nearest'), dict(scale_factor=2., interpolation='bicubic'))])
def test_the_pipeline_is_that_of_torch(project, rgbd, load, resize):
    """Depth is larger than the image, or half as large."""
    for name, crop in zip(NAMES, rgbd.data.depth):
        depth = crop[::2, ::2] if 'resize' in load else np.pad(crop, 4)
        Image.fromarray(depth).save(f'data/depth/{name}.png')
    cfg = Config.fromfile('config.py')
    rgb, _, *others = cfg.test_dataloader.dataset.pipeline
    cfg.test_dataloader.dataset.pipeline = [
        rgb, dict(type='LoadModality', modality='depth', **load),
        dict(type='Resize', **resize), *others]
    cfg.dump('config.py')
    torch_net, onnx_net = exported()
    for name in NAMES:
        files = {m: f'data/{m}/{name}.png' for m in ('rgb', 'depth')}
        expected, found = torch_net(files), onnx_net(files)
        for stream, end in dict(rgb='_rgb', depth='_depth',
                                ensemble='').items():
            logits = expected.get(f'seg_logits{end}').data.numpy()
            assert logits.shape == (40, *SIZE)
            assert abs(found[stream] - logits).max() < 1e-3 * logits.std()


def test_a_binary_head_has_a_threshold(project):
    cfg = Config.fromfile('config.py')
    cfg.model.decode_head.update(
        num_classes=2, out_channels=1, threshold=0.3,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True))
    cfg.test_dataloader.dataset.update(
        type='MultimodalSegDataset', metainfo=dict(
            classes=('no', 'yes'), palette=[[0, 0, 0], [255, 0, 0]]))
    cfg.dump('config.py')
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    torch.save(dict(state_dict=net.state_dict()), 'net.pth')
    files = {m: f'data/{m}/{NAMES[0]}.png' for m in ('rgb', 'depth')}
    # Which mmseg has put through a sigmoid.
    chances = build_inferencer(*MODEL, 'cpu')(files).seg_logits.data
    cfg.model.decode_head.threshold = chances.median().item()
    cfg.dump('config.py')
    maps = []
    for net in exported():
        net.infer_folders({m: f'data/{m}' for m in files}, 'out')
        maps.append(read(f'out/labels/ensemble/{NAMES[0]}.png'))
    assert 0.4 < maps[0].mean() < 0.6
    assert (maps[0] != maps[1]).mean() < 0.01


@pytest.mark.parametrize('mode', ['train', 'eval'])
@pytest.mark.parametrize('options', [
    ['--size', '64', '64', '--preprocess'], ['--dynamic', '--legacy']])
def test_translation(rooms_project, run_tool, monkeypatch, mode, options):
    from cen_mm.translation import translations
    cfg_options = ['--cfg-options', f'model.predict_mode={mode}']
    run_tool('export.py', *MODEL, '--out', 'net.onnx', *options, *cfg_options)
    sources = {m: f'rooms/{m}' for m in ('reshading', 'edge_texture')}
    infer(monkeypatch, '--backend', 'onnxruntime', 'net.onnx', '--out', 'out',
          *(word for m, path in sources.items() for word in (f'--{m}', path)))
    translator = build_inferencer(*MODEL, 'cpu', cfg_options[1:])
    for module in translator.model.modules():
        if type(module).__name__ == 'Dropout':
            module.p = 0.
    for name in tiny_translation.NAMES:
        expected = translations(translator(
            {m: f'{path}/{name}.png' for m, path in sources.items()}))
        assert set(expected) == {*sources, 'ensemble'}
        for stream, image in expected.items():
            ours = read(f'out/images/{stream}/{name}.png')
            assert abs(ours - image).max() <= 1


@pytest.mark.parametrize('args, error', [
    (['none.py', 'net.pth', '--dynamic'], 'none.py is not there'),
    ([*MODEL, '--dynamic', '--streams', 'normal'],
     'normal is no stream of config.py: choose of rgb, depth, ensemble'),
    ([*MODEL, '--dynamic', '--cfg-options',
      'model.data_preprocessor.test_cfg.size_divisor=8'], 'pads test images'),
    ([*MODEL, '--dynamic', '--cfg-options', 'model.test_cfg.mode=slide'],
     "test_cfg.mode='slide' of the model is not done"),
    ([*MODEL, '--dynamic', '--cfg-options',
      "model.test_cfg.modalities=('rgb',)"],
     'to do without depth.*take modalities out of test_cfg'),
    ([*MODEL, '--dynamic', '--cfg-options',
      'test_dataloader.dataset.pipeline.1.type=CopyRGB'],
     'CopyRGB of the test pipeline is not done by an exported network')])
def test_wrong_arguments(project, run_tool, args, error):
    with pytest.raises(SystemExit, match=error):
        run_tool('export.py', *args, '--out', 'net.onnx')
    assert not Path('net.onnx').exists()


def test_a_file_that_differs_is_not_left(project, run_tool, monkeypatch):
    from cen_mm.apis import export
    monkeypatch.setattr(export, '_difference', lambda *_: float('nan'))
    with pytest.raises(SystemExit, match='net.onnx is not written: in onnx'):
        run_tool('export.py', *MODEL, '--out', 'net.onnx', '--size', 24, 30,
             '--legacy')
    assert not list(Path().glob('**/*.onnx'))


def test_a_file_that_does_not_run_gets_the_hint(project, run_tool,
                                                monkeypatch):
    from cen_mm.apis import export

    def fail(*_):
        raise RuntimeError('Broadcast')
    monkeypatch.setattr(export, '_difference', fail)
    with pytest.raises(SystemExit, match='config.py cannot be exported for '
                       'images of any size: give --size HEIGHT WIDTH\nBroa'):
        run_tool('export.py', *MODEL, '--out', 'net.onnx', '--dynamic',
                 '--legacy')


def test_options_of_a_config_are_not_ignored(project, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        infer(monkeypatch, '--backend', 'onnxruntime', 'net.onnx', *BOTH,
              '--out', 'out', '--cfg-options', 'model.test_cfg.mode=slide')
    assert '--cfg-options and --depth-unit are for' in capsys.readouterr().err


def test_what_no_file_of_ours_says(project, monkeypatch):
    with pytest.raises(SystemExit, match='net.onnx is not there'):
        infer(monkeypatch, '--backend', 'onnxruntime', 'net.onnx', *BOTH,
              '--out', 'out')
    Path('net.onnx').write_bytes(b'no')
    with pytest.raises(SystemExit, match='net.onnx is no file of tools/exp'):
        infer(monkeypatch, '--backend', 'onnxruntime', 'net.onnx', *BOTH,
              '--out', 'out')


@pytest.mark.parametrize('package', ['onnx', 'onnxruntime', 'onnxscript'])
def test_an_absent_package_is_named(project, run_tool, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SystemExit, match=f'{package} is needed to export or '
                       r'to run ONNX: run "pip install -e .\[deploy\]"'):
        run_tool('export.py', *MODEL, '--out', 'net.onnx', '--dynamic')
