"""The pictures of a sample, found again in what was drawn."""
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmagic.structures import DataSample
from mmengine.registry import HOOKS, VISUALIZERS, DefaultScope
from pictures import find
from PIL import Image

import cen_mm.translation  # noqa: F401
from cen_mm.translation import StreamVisualizer
from cen_mm.translation.pictures import row_of

# As the U-Net orders its streams, which is no order of the alphabet.
SOURCES = ('reshading', 'edge_texture')


def sample_of(size, modalities=SOURCES, target=True, name='point_7_view_1'):
    """A prediction, and its pictures in the order in which they are drawn."""
    fields = [f'img_{m}' for m in modalities]
    if len(modalities) > 1:
        fields += [f'pred_img_{m}' for m in modalities]
    fields += ['pred_img', 'gt_img'][:1 + target]
    images = {field: 255 * torch.rand(3, *size) for field in fields}
    pictures = [np.rint(image.numpy()).astype(np.uint8).transpose(1, 2, 0)
                for image in images.values()]
    if target:  # as the data preprocessor leaves it
        images['gt_img'] = images['gt_img'].round().byte()
    sample = DataSample(
        metainfo=dict(name=name, modalities=modalities, target='rgb'))
    sample.set_data(images)
    return sample, pictures


@pytest.mark.parametrize('modalities, target, captions', [
    (SOURCES, True, ['reshading', 'edge_texture', 'from reshading',
                     'from edge_texture', 'ensemble', 'target rgb']),
    (SOURCES, False, ['reshading', 'edge_texture', 'from reshading',
                      'from edge_texture', 'ensemble']),
    (('normal', ), True, ['normal', 'ensemble', 'target rgb'])])
def test_every_picture_once_and_in_order(modalities, target, captions):
    samples, rows = zip(*(sample_of((160, 170), modalities, target)
                          for _ in range(2)))
    assert list(row_of(samples[0])) == captions
    sheet = StreamVisualizer().draw(samples)
    places = np.array([[find(sheet, image) for image in row] for row in rows])
    tops, lefts = places[..., 0], places[..., 1]
    assert places.shape == (2, len(captions), 2)
    assert (np.ptp(tops, axis=1) == 0).all()
    assert (np.diff(tops, axis=0) >= 160).all()
    assert (np.diff(lefts, axis=1) >= 170).all()
    for left in lefts[0]:  # a name above each column, in black on white
        strip = sheet[:tops[0, 0], left:left + 170]
        assert strip.min() < 100 and strip[-1].min() == 255


def test_pictures_of_different_sizes():
    """Small ones are enlarged pixel by pixel."""
    samples, pictures = zip(*map(sample_of, [(160, 200), (190, 165),
                                             (20, 50)]))
    sheet = StreamVisualizer().draw(samples)
    enlarged = [np.kron(picture, np.ones((4, 4, 1), np.uint8))
                for picture in pictures[2]]
    lefts = [[find(sheet, picture)[1] for picture in row]
             for row in (*pictures[:2], enlarged)]
    assert lefts[0] == lefts[1] == lefts[2]


def test_the_hook_writes_files(tmp_path):
    """mmagic's hook, found by the name in the config, every second batch."""
    with DefaultScope.overwrite_default_scope('mmagic'):
        visualizer = VISUALIZERS.build(dict(
            type='StreamVisualizer', name='hook', save_dir=str(tmp_path),
            vis_backends=[dict(type='LocalVisBackend')]))
        hook = HOOKS.build(
            dict(type='BasicVisualizationHook', interval=dict(val=2)))
    runner = SimpleNamespace(visualizer=visualizer, iter=70)
    drawn = {name: sample_of((160, 160), name=name)
             for name in ('skipped', 'a', 'kitchen/b', 'kitchen_b')}
    skipped, *others = (sample for sample, _ in drawn.values())
    hook.after_val_iter(runner, 0, None, [skipped])
    hook.after_val_iter(runner, 1, None, others)
    files = {p.name: p for p in tmp_path.rglob('*.png')}
    assert set(files) == {
        'a_70.png', 'kitchen%2Fb_70.png', 'kitchen_b_70.png'}
    sheet = np.array(Image.open(files['kitchen%2Fb_70.png']))
    lefts = [find(sheet, picture)[1] for picture in drawn['kitchen/b'][1]]
    assert lefts == sorted(lefts)
