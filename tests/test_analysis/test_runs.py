"""Trained models beside their test images, checked against the files."""
import os
from copy import deepcopy

import numpy as np
import pytest
import torch
from conftest import make_gammas
from matplotlib import colormaps
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS
from tiny_nyudv2 import NAMES
from tiny_training import tiny_config
from tiny_translation import NAMES as VIEWS
from tiny_translation import prepared

from cen_mm.analysis.compare.run import check_alike, load_run
from cen_mm.analysis.compare.segmentation import in_colours
from cen_mm.datasets.nyudv2 import bit_colour
from cen_mm.layers import exchangeable_norms


@pytest.fixture(autouse=True)
def leaves_no_scope():
    with DefaultScope.overwrite_default_scope('mmengine'):
        yield


@pytest.fixture(scope='module')
def runs(rgbd, rooms):
    """The run 'CEN' of each task."""
    with DefaultScope.overwrite_default_scope('mmengine'):
        return {task: load_run(made.cfg, str(made.root / 'CEN/net.pth'))
                for task, made in dict(rgbd=rgbd, rooms=rooms).items()}


@pytest.fixture
def run_of(tmp_path):
    """The run of a config, with random weights."""

    def build(cfg):
        with DefaultScope.overwrite_default_scope('mmseg'):
            net = MODELS.build(cfg.model)
        for _, norm in exchangeable_norms(net):
            make_gammas(norm)
        torch.save(net.state_dict(), tmp_path / 'net.pth')
        return load_run(cfg, str(tmp_path / 'net.pth'))

    return build


def test_inputs_of_segmentation_are_the_files(rgbd, runs):
    run, data = runs['rgbd'], rgbd.data
    assert run.names == list(NAMES)
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


def test_inputs_of_translation_are_the_files(rooms, runs):
    run = runs['rooms']
    assert run.names == list(VIEWS) and run.legend([]) == []
    sample = run.load(1)
    x, target = prepared(rooms.root, VIEWS[1])
    for image, part in ((sample.inputs['reshading'], x[:3]),
                        (sample.inputs['edge_texture'], x[3:]),
                        (sample.truth, target)):
        assert abs(image - part.permute(1, 2, 0).numpy()).max() <= 1
    assert run.rgb(sample) is sample.truth  # no source is RGB
    assert run.known(sample.truth).tolist() == [[True] * 64] * 64


def test_inputs_of_other_types():
    grey = np.repeat(np.arange(12, dtype=np.uint8).reshape(3, 4, 1), 3, 2)
    np.testing.assert_array_equal(in_colours(grey.astype(float)), grey)
    assert in_colours(np.full((2, 2, 3), 700)).std(axis=(0, 1)).max() == 0
    depth = np.repeat([[[0], [700], [900], [0]]], 3, 2)
    assert in_colours(depth.astype(float)).tolist() == [[
        [128] * 3, [68, 1, 84], [253, 231, 36], [128] * 3]]
    signed = in_colours(np.repeat([[[-1.5], [0.], [1.5]]], 3, 2))
    assert signed[0, 1].std() > 0  # 0 is a value like others there
    directions = np.random.default_rng(0).uniform(-1, 1, (3, 4, 3))
    directions[0, 0], directions[1, 1] = (-1, 0, 1), (1, -1, 0)
    shown = in_colours(directions)  # not of one channel alone
    assert shown.dtype == np.uint8
    assert abs(shown - 255 * (directions + 1) / 2).max() <= 0.51


@pytest.mark.parametrize('task, streams', [
    ('rgbd', ['rgb', 'depth', 'ensemble']),
    ('rooms', ['reshading', 'edge_texture', 'ensemble'])])
def test_predictions_are_those_of_the_model(request, runs, task, streams):
    run = runs[task]
    expected = request.getfixturevalue(task).predictions['CEN'][1]
    run.predict(run.load(0))  # leaves no trace
    made = run.predict(run.load(1))
    assert list(made) == streams
    for stream, image in made.items():
        wanted = expected[stream]
        if task == 'rooms':
            wanted = wanted.transpose(1, 2, 0)
            assert run.picture(image) is image
        assert image.shape == wanted.shape
        assert abs(image - wanted.astype(float)).max() <= 0.51
    assert (made[streams[0]] != made[streams[1]]).any()


def test_colours_and_what_is_ignored(rgbd, runs):
    run = runs['rgbd']
    first, second = (run.load(index).truth for index in (0, 1))
    shown = run.picture(second)
    for y, x in np.ndindex(shown.shape[:2]):
        label = rgbd.data.masks[1][y, x]
        assert run.known(second)[y, x] != (2 <= y < 14 and 2 <= x < 20)
        assert shown[y, x].tolist() == (
            [0, 0, 0] if label == 255 else bit_colour(label + 1))
    legend = run.legend([first])
    assert len(legend) == 40 and legend[0] == ('wall', bit_colour(1))
    # Whatever is black is named where there is any.
    assert run.legend([first, second]) == [*legend, ('no label', [0, 0, 0])]


@pytest.mark.parametrize('task, one, other, expected, score', [
    ('rgbd', [[1, 2, 3]], [[1, 3, 3]], [[0, 1, 0]], '75.0%'),
    ('rooms', [[[0, 0, 0], [255, 10, 20]]], [[[255, 255, 255], [0, 10, 50]]],
     [[2, (255 + 0 + 30) / 3 / 127.5]], '0.250')])
def test_differences(runs, task, one, other, expected, score):
    run, one, other = runs[task], np.uint8(one), np.uint8(other)
    for pair in ((one, other), (other, one)):
        np.testing.assert_allclose(run.difference(*pair), expected)
    assert run.score(0.25) == score


@pytest.mark.parametrize('name, other', [
    ('rgb_rgb', 'rgb_again'), ('rgb_noise', 'noise')])
def test_controls_of_the_ablations(rgbd, runs, run_of, name, other):
    """RGB twice has two streams; noise is the same each time."""
    cfg = tiny_config(rgbd.root / 'data', rgbd.root,
                      f'ablations/refinenet_r101_nyudv2_{name}.py')
    cfg.model.backbone.depth = 50
    run = run_of(cfg)
    sample, second, again = (run.load(i) for i in (0, 1, 0))
    assert list(sample.inputs) == ['rgb', other]
    np.testing.assert_array_equal(sample.inputs['rgb'], rgbd.data.rgb[0])
    np.testing.assert_array_equal(sample.inputs[other], again.inputs[other])
    assert (sample.inputs[other] != second.inputs[other]).any()
    if other == 'rgb_again':
        np.testing.assert_array_equal(sample.inputs[other], rgbd.data.rgb[0])
    assert list(run.predict(sample)) == ['rgb', other, 'ensemble']
    # Noise has no file to compare.
    check_alike(dict(control=run, CEN=runs['rgbd']))


def test_a_stock_network_of_rgb(rgbd, runs, run_of):
    """Of a stock pipeline, whose image is BGR; it has no streams."""
    norm = dict(type='BN')
    run = run_of(Config(dict(
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
            rgbd.cfg.test_dataloader.dataset,
            data_prefix=dict(img_path='rgb', seg_map_path='masks'),
            pipeline=[dict(type=step) for step in (
                'LoadImageFromFile', 'LoadAnnotations', 'PackSegInputs')])))))
    sample = run.load(0)
    assert list(sample.inputs) == ['rgb']
    np.testing.assert_array_equal(sample.inputs['rgb'], rgbd.data.rgb[0])
    made = run.predict(sample)
    assert list(made) == ['ensemble']
    assert made['ensemble'].shape == sample.truth.shape
    check_alike(dict(stock=run, CEN=runs['rgbd']))


def test_sets_that_are_joined(rgbd, runs):
    cfg = deepcopy(rgbd.cfg)
    cfg.test_dataloader.dataset = dict(
        type='ConcatDataset', datasets=[rgbd.cfg.test_dataloader.dataset] * 2)
    run = load_run(cfg, str(rgbd.root / 'CEN/net.pth'))
    assert run.names == [*NAMES, *NAMES]
    one, again = runs['rgbd'].load(1), run.load(4)
    assert list(again.inputs) == ['rgb', 'depth']
    for name, image in one.inputs.items():
        np.testing.assert_array_equal(image, again.inputs[name])


def test_a_modality_that_tests_leave_out_has_no_stream(rgbd):
    cfg = deepcopy(rgbd.cfg)
    cfg.model.test_cfg.modalities = ('depth', )
    run = load_run(cfg, str(rgbd.root / 'CEN/net.pth'))
    assert list(run.predict(run.load(0))) == ['depth', 'ensemble']


def test_one_modality_of_ours_has_no_streams(rgbd, run_of):
    cfg = deepcopy(rgbd.cfg)
    cfg.model.update(modalities=('depth', ), exchange=None)
    cfg.model.data_preprocessor.update(mean=dict(depth=0.),
                                       std=dict(depth=5000.))
    for step in cfg.test_dataloader.dataset.pipeline:
        if step.type == 'PackModalities':
            step.modalities = ('depth', )
    run = run_of(cfg)
    sample = run.load(0)
    assert list(sample.inputs) == ['depth'] and run.rgb(sample) is None
    assert list(run.predict(sample)) == ['ensemble']


def test_facts_of_both_tasks(rgbd, runs, tmp_path):
    """Paths are compared by what they lead to."""
    run, folder = runs['rgbd'], rgbd.root / 'data'
    facts = run.facts()
    for what, name in (('label', 'masks'), ('rgb', 'rgb'), ('depth', 'depth')):
        assert facts[f'{what} files'] == [
            str((folder / name / f'{image}.png').resolve()) for image in NAMES]
    assert facts['numbers of test images'] == 3
    assert facts['classes'][:2] == ['wall', 'floor']
    assert facts['sizes of the first label map'] == (24, 30)
    linked = deepcopy(rgbd.cfg)
    linked.test_dataloader.dataset.data_root = str(tmp_path / 'link')
    os.symlink(folder, tmp_path / 'link')
    same = load_run(linked, str(rgbd.root / 'CEN/net.pth'))
    assert same.views[0]['img_path'] != run.views[0]['img_path']
    check_alike(dict(a=run, b=same))
    translation = runs['rooms'].facts()
    assert [key for key in translation if 'files' in key] == [
        'rgb files', 'reshading files', 'edge_texture files']
    assert translation['rgb files'][0].endswith(f'/rgb/{VIEWS[0]}.png')
