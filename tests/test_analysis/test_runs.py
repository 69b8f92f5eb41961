"""Trained models beside their test images, checked against the files."""
import os
from copy import deepcopy

import numpy as np
import pytest
import torch
from conftest import make_gammas
from matplotlib import colormaps
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import MODELS as ROOT_MODELS
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from tiny_nyudv2 import NAMES, write_nyudv2
from tiny_training import tiny_config
from tiny_translation import NAMES as VIEWS
from tiny_translation import prepare, prepared

from cen_mm.analysis.runs import check_alike, load_run
from cen_mm.analysis.segmentation_run import in_colours
from cen_mm.datasets.nyudv2 import bit_colour
from cen_mm.layers import exchangeable_norms


@pytest.fixture(autouse=True)
def leaves_no_scope():
    with DefaultScope.overwrite_default_scope('mmengine'):
        yield


def save(cfg, path):
    """Write a checkpoint of random weights, and return the net of it."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    torch.save(net.state_dict(), path)
    return net.eval()


def run_of(cfg, path):
    save(cfg, path)
    return load_run(cfg, str(path))


def control(root, name):
    """A config of the ablations, small."""
    cfg = tiny_config(root, root, f'ablations/refinenet_r101_nyudv2_{name}.py')
    cfg.model.backbone.depth = 50
    return cfg


@pytest.fixture(scope='module')
def tiny(tmp_path_factory):
    """Folder, data, config, model and run of RGB and depth."""
    root = tmp_path_factory.mktemp('nyudv2')
    data = write_nyudv2(root)
    data.masks[0][:6, 4:] = 255
    Image.fromarray(data.masks[0]).save(root / f'masks/{NAMES[0]}.png')
    cfg = tiny_config(root, root / 'work')
    net = save(cfg, root / 'tiny.pth')
    with DefaultScope.overwrite_default_scope('mmengine'):
        return root, data, cfg, net, load_run(cfg, str(root / 'tiny.pth'))


@pytest.fixture(scope='module')
def rooms(tmp_path_factory):
    root = tmp_path_factory.mktemp('rooms')
    torch.manual_seed(0)
    cfg = prepare(root)
    with DefaultScope.overwrite_default_scope('mmengine'):
        return root, cfg, load_run(cfg, str(root / 'rooms.pth'))


def test_inputs_are_the_files(tiny):
    _, data, _, _, run = tiny
    assert run.names == list(NAMES[:2])
    sample = run.load(1)
    assert list(sample.inputs) == ['rgb', 'depth']
    np.testing.assert_array_equal(sample.inputs['rgb'], data.rgb[1])
    depth = data.depth[1].astype(float)
    scaled = (depth - depth.min()) / (depth.max() - depth.min())
    colours = 255 * colormaps['viridis'](scaled)[..., :3]
    assert abs(sample.inputs['depth'] - colours).max() <= 1
    shown = sample.inputs['depth'].reshape(-1, 3)
    assert shown[depth.argmin()].tolist() == [68, 1, 84]  # dark
    assert shown[depth.argmax()].tolist() == [253, 231, 36]  # yellow
    np.testing.assert_array_equal(sample.truth, data.masks[1])
    np.testing.assert_array_equal(run.rgb(sample), data.rgb[1])


def test_inputs_of_other_types():
    grey = np.repeat(np.arange(12, dtype=np.uint8).reshape(3, 4, 1), 3, 2)
    np.testing.assert_array_equal(in_colours(grey.astype(float)), grey)
    assert in_colours(np.full((2, 2, 3), 700)).std(axis=(0, 1)).max() == 0
    directions = np.random.default_rng(0).uniform(-1, 1, (3, 4, 3))
    directions[0, 0], directions[1, 1] = (-1, 0, 1), (1, -1, 0)
    shown = in_colours(directions)  # not of one channel alone
    assert shown.dtype == np.uint8
    assert abs(shown - 255 * (directions + 1) / 2).max() <= 0.51


def test_streams_are_those_of_the_model(tiny):
    _, _, cfg, net, run = tiny
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
    with torch.no_grad():
        sample = net.test_step(pseudo_collate([dataset[0]]))[0]
    made = run.predict(run.load(0))
    assert list(made) == ['rgb', 'depth', 'ensemble']
    for stream, field in (('rgb', sample.pred_sem_seg_rgb),
                          ('depth', sample.pred_sem_seg_depth),
                          ('ensemble', sample.pred_sem_seg)):
        np.testing.assert_array_equal(made[stream], field.data[0])
    assert (made['rgb'] != made['depth']).any()


def test_colours_and_what_is_ignored(tiny):
    _, data, _, _, run = tiny
    first, second = (run.load(index).truth for index in (0, 1))
    shown = run.picture(first)
    for y, x in np.ndindex(shown.shape[:2]):
        label = data.masks[0][y, x]
        assert run.known(first)[y, x] == (y >= 6 or x < 4)
        assert shown[y, x].tolist() == (
            [0, 0, 0] if label == 255 else bit_colour(label + 1))
    legend = run.legend([second])
    assert len(legend) == 40 and legend[0] == ('wall', bit_colour(1))
    # Whatever is black is named where there is any.
    assert run.legend([second, first]) == [*legend, ('no label', [0, 0, 0])]


def test_figures_of_segmentation(tiny):
    run = tiny[-1]
    difference = run.difference(np.array([[1, 2, 3]]), np.array([[1, 3, 3]]))
    assert difference.tolist() == [[0, 1, 0]]
    assert run.score(0.25) == '75.0%' and run.measure == 'pixel accuracy'


def test_rgb_twice_has_two_streams(tiny):
    root, data, _, _, _ = tiny
    run = run_of(control(root, 'rgb_rgb'), root / 'twice.pth')
    sample = run.load(0)
    assert list(sample.inputs) == ['rgb']
    np.testing.assert_array_equal(sample.inputs['rgb'], data.rgb[0])
    made = run.predict(sample)
    assert list(made) == ['rgb', 'rgb_again', 'ensemble']


def test_noise_is_the_same_each_time(tiny):
    root = tiny[0]
    run = run_of(control(root, 'rgb_noise'), root / 'noise.pth')
    one, other, again = (run.load(i).inputs['noise'] for i in (0, 1, 0))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()
    check_alike(dict(noise=run, CEN=tiny[-1]))  # it has no file to compare


def test_a_stock_network_of_rgb(tiny):
    """Of a stock pipeline, whose image is BGR; it has no streams."""
    root, data, cfg, _, cen = tiny
    norm = dict(type='BN')
    stock = Config(dict(
        model=dict(
            type='EncoderDecoder',
            data_preprocessor=dict(
                type='SegDataPreProcessor', bgr_to_rgb=True, size=(24, 24)),
            backbone=dict(type='ResNet', depth=18, base_channels=4,
                          stem_channels=4, norm_cfg=norm),
            decode_head=dict(type='FCNHead', in_channels=32, channels=4,
                             num_classes=40, num_convs=1, norm_cfg=norm),
            test_cfg=dict(mode='whole')),
        test_dataloader=dict(dataset=dict(
            cfg.test_dataloader.dataset,
            data_prefix=dict(img_path='rgb', seg_map_path='masks'),
            pipeline=[dict(type='LoadImageFromFile'),
                      dict(type='LoadAnnotations'),
                      dict(type='PackSegInputs')]))))
    run = run_of(stock, root / 'stock.pth')
    sample = run.load(0)
    assert list(sample.inputs) == ['rgb']
    np.testing.assert_array_equal(sample.inputs['rgb'], data.rgb[0])
    made = run.predict(sample)
    assert list(made) == ['ensemble']
    assert made['ensemble'].shape == sample.truth.shape
    check_alike(dict(stock=run, CEN=cen))


def test_one_modality_of_ours_has_no_streams(tiny):
    root, cfg = tiny[0], deepcopy(tiny[2])
    cfg.model.data_preprocessor.update(mean=[0.] * 3, std=[5000.] * 3)
    cfg.model.backbone.norm_cfg.num_modalities = 1
    cfg.model.decode_head.modalities = ('depth', )
    for step in cfg.test_dataloader.dataset.pipeline:
        if step.type == 'ConcatModalities':
            step.modalities = ('depth', )
    run = run_of(cfg, root / 'single.pth')
    sample = run.load(0)
    assert list(sample.inputs) == ['depth'] and run.rgb(sample) is None
    assert list(run.predict(sample)) == ['ensemble']


def test_translation(rooms):
    root, cfg, run = rooms
    assert run.names == list(VIEWS) and run.legend([]) == []
    sample = run.load(1)
    x, target = prepared(root, VIEWS[1])
    for m, part in (('reshading', x[:3]), ('edge_texture', x[3:])):
        away = sample.inputs[m] - part.permute(1, 2, 0).numpy()
        assert abs(away).max() <= 1
    assert abs(sample.truth - target.permute(1, 2, 0).numpy()).max() <= 1
    assert run.rgb(sample) is sample.truth  # no source is RGB
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = ROOT_MODELS.build(cfg.model).eval()
    net.load_state_dict(torch.load(root / 'rooms.pth')['state_dict'])
    data = run.dataset[1]
    torch.manual_seed(cfg.randomness.seed)
    with torch.no_grad():
        result = net.test_step(pseudo_collate([data]))[0]
    run.predict(run.load(0))  # leaves no trace
    made = run.predict(sample)
    assert list(made) == ['reshading', 'edge_texture', 'ensemble']
    for stream, key in (('reshading', 'pred_img_reshading'),
                        ('edge_texture', 'pred_img_edge_texture'),
                        ('ensemble', 'pred_img')):
        expected = result.get(key).permute(1, 2, 0).numpy()
        assert abs(made[stream] - expected).max() <= 0.51
        assert run.picture(made[stream]) is made[stream]
    assert run.known(sample.truth).shape == (64, 64)
    assert run.known(sample.truth).all()


def test_figures_of_translation(rooms):
    run = rooms[-1]
    one = np.array([[[0, 0, 0], [255, 10, 20]]], np.uint8)
    other = np.array([[[255, 255, 255], [0, 10, 50]]], np.uint8)
    difference = run.difference(one, other)
    np.testing.assert_allclose(
        difference, [[2, (255 + 0 + 30) / 3 / 127.5]])
    np.testing.assert_allclose(run.difference(other, one), difference)
    assert run.score(0.1234) == '0.123'


def test_facts_of_both_tasks(tiny, rooms, tmp_path):
    """Paths are compared by what they lead to."""
    root, _, cfg, _, run = tiny
    facts = run.facts()
    for what, folder in (('label', 'masks'), ('rgb', 'rgb'),
                         ('depth', 'depth')):
        assert facts[f'{what} files'] == [
            str((root / folder / f'{name}.png').resolve())
            for name in NAMES[:2]]
    assert facts['numbers of test images'] == 2
    assert facts['classes'][:2] == ['wall', 'floor']
    assert facts['sizes of the first label map'] == (24, 30)
    linked = deepcopy(cfg)
    linked.test_dataloader.dataset.data_root = str(tmp_path / 'link')
    os.symlink(root, tmp_path / 'link')
    same = load_run(linked, str(root / 'tiny.pth'))
    assert same.views[0]['img_path'] != run.views[0]['img_path']
    check_alike(dict(a=run, b=same))
    translation = rooms[-1].facts()
    assert [key for key in translation if 'files' in key] == [
        'rgb files', 'reshading files', 'edge_texture files']
    assert translation['rgb files'][0].endswith(f'/rgb/{VIEWS[0]}.png')
    with pytest.raises(ValueError, match='b and a .*tasks differ: '
                       'translation into rgb and segmentation'):
        check_alike(dict(a=run, b=rooms[-1]))
