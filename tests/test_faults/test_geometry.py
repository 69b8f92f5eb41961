"""A modality moves with its image, or the transform is refused by name.

In every pixel the depth tells the label, so what belongs together can be
checked behind any transform; where a transform has filled, depth is 0.
"""
import random
from importlib.util import find_spec

import numpy as np
import pytest
from messages import fails
from mmcv.transforms import BaseTransform
from mmengine.registry import DefaultScope
from mmseg.registry import DATASETS, TRANSFORMS
from tiny_nyudv2 import label_of, write_nyudv2

from cen_mm.apis.sample_pipeline import SamplePipeline

LOAD = [
    dict(type='LoadRGB'),
    dict(type='LoadModality', modality='depth', centre_crop=True),
    dict(type='LoadLabels')
]
PACK = dict(type='PackModalities')
PREFIX = dict(img_path='rgb', depth_path='depth', seg_map_path='masks')


def each(**types):
    without_albu = pytest.mark.skipif(
        find_spec('albumentations') is None, reason='no albumentations here')
    return [pytest.param(dict(fields, type=name.replace('mmcv_', 'mmcv.')),
                         id=f'{name}{i or ""}',
                         marks=without_albu if name == 'Albu' else ())
            for name, tries in types.items()
            for i, fields in enumerate(tries)]


MOVES = each(
    Resize=[dict(scale=(40, 32), keep_ratio=True),
            dict(scale=(11, 17), keep_ratio=False)],
    RandomResize=[
        dict(scale=(30, 24), ratio_range=(0.5, 2.), keep_ratio=True)],
    RandomChoiceResize=[dict(scales=[(30, 24), (50, 60)])],
    ResizeShortestEdge=[dict(scale=33, max_size=100)],
    ResizeToMultiple=[dict(size_divisor=16)],
    RandomScale=[dict(ratio_range=(0.5, 2.), min_short_side=20)],
    RandomCrop=[dict(crop_size=(16, 16), cat_max_ratio=0.75)],
    RandomFlip=[dict(prob=0.5), dict(prob=0.5, direction='vertical')],
    RandomCutOut=[dict(prob=0.5, n_holes=2, cutout_shape=(8, 8))],
    Pad=[dict(size_divisor=1)],  # no padding
    Albu=[dict(transforms=[dict(type='Blur', p=1.)]),
          dict(transforms=[dict(type='RandomBrightnessContrast', p=1.)])],
    PhotoMetricDistortion=[{}],
    CLAHE=[{}],
    Rerange=[{}],
    AdjustGamma=[dict(gamma=2.)],
    RGB2Gray=[dict(out_channels=3)],
    RandomGrayscale=[dict(prob=0.5, keep_channels=True)],
    Normalize=[dict(mean=[1, 2, 3], std=[4, 5, 6], to_rgb=False)],
    GenerateEdge=[{}])
FILLS = each(
    RandomRotate=[dict(prob=0.8, degree=30.),
                  dict(prob=0.8, degree=30., auto_bound=True),
                  dict(prob=0.8, degree=30., seg_pad_val=3)],
    RandomCutOut=[
        dict(prob=0.5, n_holes=2, cutout_shape=(8, 8), seg_fill_in=255)])
REFUSED = each(
    Albu=[dict(transforms=[dict(type='HorizontalFlip', p=0.5)]),
          dict(transforms=[dict(type='ShiftScaleRotate', p=1.)]),
          dict(transforms=[dict(type='RandomCrop', height=9, width=9)])],
    RandomRotFlip=[{}],  # interpolates labels
    Pad=[dict(size=(40, 40))],
    CenterCrop=[dict(crop_size=(16, 16))],
    SegRescale=[dict(scale_factor=0.5)],
    mmcv_RandomFlip=[dict(prob=0.5)],
    mmcv_Resize=[dict(scale=(60, 48))],
    FlipOf=[dict(keys=['img']), dict(keys=['img', 'gt_seg_map']),
            dict(keys=['gt_seg_map'])],
    TestTimeAug=[dict(transforms=[[dict(type='FlipOf', keys=['img'])],
                                  [PACK]])])


@TRANSFORMS.register_module()
class FlipOf(BaseTransform):
    """One that knows some keys alone."""

    def __init__(self, keys):
        self.keys = keys

    def transform(self, results):
        for key in self.keys:
            if random.random() < 0.7:
                results[key] = results[key][:, ::-1].copy()
        return results


@TRANSFORMS.register_module()
class Renumber(BaseTransform):
    """Merges classes, and ignores some pixels: moves nothing."""

    def transform(self, results):
        labels = results['gt_seg_map'] // 2
        labels[:2] = 255
        return dict(results, gt_seg_map=labels)


@pytest.fixture
def build(tmp_path):
    """A function that builds a data set with transforms in the middle."""
    write_nyudv2(tmp_path)

    def build(*transforms, load=LOAD, pack=(PACK, )):
        return DATASETS.build(dict(
            type='NYUDv2Dataset', data_root=str(tmp_path),
            ann_file='train.txt', data_prefix=PREFIX,
            pipeline=[*load, *transforms, *pack]))

    with DefaultScope.overwrite_default_scope('mmseg'):
        yield build


def holes(sample):
    """Where depth is missing; elsewhere it must tell the label."""
    depth = sample['inputs'][3].numpy()
    label = sample['data_samples'].gt_sem_seg.data[0].numpy()
    assert np.array_equal(label[depth > 0], label_of(depth[depth > 0]))
    assert (depth[depth > 0] >= 10000).all()
    return depth == 0, label


@pytest.mark.parametrize('transform', MOVES)
def test_modalities_move_with_the_image(build, transform):
    dataset = build(transform)
    for i in range(30):
        assert not holes(dataset[i % 3])[0].any()


@pytest.mark.parametrize('transform', FILLS)
def test_what_is_filled_is_missing(build, transform):
    """255 would be a depth of 5 cm."""
    dataset, filled = build(transform), 0
    for i in range(30):
        gap, label = holes(dataset[i % 3])
        assert (label[gap] == transform.get('seg_pad_val', 255)).all()
        filled += gap.sum()
    assert filled > 100


@pytest.mark.parametrize('transform', REFUSED)
def test_what_leaves_a_modality_behind_is_refused(build, transform):
    name = transform['type'].split('.')[-1].replace('TestTimeAug', 'FlipOf')
    with fails(ValueError, name, 'seg_fields, as Resize'):
        build(transform)[0]


def test_without_labels_an_image_that_moves_alone_is_seen(build):
    """mmseg's test pipelines load the labels last, in the size of the file."""
    flip = dict(type='FlipOf', keys=['img'])
    for pack in ((PACK, ), (LOAD[2], PACK)):
        with fails(ValueError, 'FlipOf moves img, but leaves the modalities'):
            build(flip, load=LOAD[:2], pack=pack)[0]


def test_a_pipeline_of_inference_is_checked(build):
    pipeline = SamplePipeline(
        [*LOAD[:2], dict(type='FlipOf', keys=['img']), PACK])
    flip = dict(type='RandomFlip', prob=1.)
    data = build(flip)
    files = {m: data.get_data_info(0)[k] for m, k in (
        ('rgb', 'img_path'), ('depth', 'depth_path'))}
    with fails(ValueError, 'FlipOf moves img, but leaves the modalities'):
        pipeline(files)
    inputs = SamplePipeline([*LOAD[:2], flip, PACK])(files)[0]['inputs']
    assert inputs.equal(data[0]['inputs'])


def test_an_image_alone_may_be_moved(build):
    """And padded, as ever; depth is loaded, and not used."""
    dataset = build(dict(type='Pad', size=(40, 40)), pack=(
        dict(type='PackModalities', modalities=('rgb', )), ))
    assert dataset[0]['inputs'].shape == (3, 40, 40)


@pytest.mark.parametrize('pack', [
    dict(type='PackSegInputs'),
    dict(type='TestTimeAug', transforms=[
        [dict(type='RandomFlip', prob=0.)],
        [dict(type='PackModalities', modalities=('rgb', ))]])])
def test_a_stock_pipeline_of_the_image_may_pad(build, pack):
    pad = dict(type='Pad', size=(40, 40))
    inputs = build(pad, load=LOAD[:1], pack=(pack, ))[0]['inputs']
    for image in inputs if isinstance(inputs, list) else [inputs]:
        assert image.shape == (3, 40, 40)


def test_an_image_like_a_tape_is_not_refused(tmp_path):
    """Of a lidar: resized, cells of the picture are smaller than a pixel."""
    resize = dict(type='Resize', scale=(312, 234), keep_ratio=True)
    with DefaultScope.overwrite_default_scope('mmseg'):
        inputs, _ = SamplePipeline([*LOAD[:2], resize, PACK])(dict(
            rgb=np.zeros((64, 2048, 3), np.uint8),
            depth=np.zeros((64, 2048), np.uint16)))
    assert inputs['inputs'].shape == (6, 10, 312)


def test_classes_may_change_their_numbers(build):
    sample = build(dict(type='Renumber'))[0]
    depth = sample['inputs'][3].numpy()
    label = sample['data_samples'].gt_sem_seg.data[0].numpy()
    assert np.array_equal(label[2:], label_of(depth[2:]) // 2)


def test_modalities_are_loaded_first(build):
    flip = dict(type='RandomFlip', prob=1.)
    with fails(ValueError, "LoadModality(modality='depth'", 'behind RandomF',
               'load all modalities first'):
        build(load=[LOAD[0], flip, *LOAD[1:]])[0]


def test_stock_labels_do_not_tell_what_is_filled(build):
    rotate = dict(type='RandomRotate', prob=1., degree=30.)
    with fails(ValueError, 'RandomRotate fills', "dict(type='LoadLabels')"):
        build(rotate, load=[*LOAD[:2], dict(type='LoadAnnotations')])[0]


def mixed(build, *transforms):
    """A pipeline that our data set does not see."""
    inner = build(pack=())
    outer = DATASETS.build(dict(
        type='MultiImageMixDataset',
        dataset=dict(
            type='NYUDv2Dataset', data_root=inner.data_root,
            ann_file='train.txt', data_prefix=PREFIX, pipeline=LOAD),
        pipeline=[*transforms, PACK]))
    return outer


def test_mosaic(build):
    """Four samples in one; around them there is nothing."""
    dataset = mixed(build, dict(
        type='RandomMosaic', prob=1., img_scale=(24, 30)))
    filled = 0
    for i in range(6):
        gap, label = holes(dataset[i % 3])
        assert (label[gap] == 255).all()
        filled += gap.sum()
    assert filled > 100


def test_every_sample_is_guarded(build):
    """Also where a wrapper has a pipeline of its own."""
    dataset = mixed(build, dict(type='FlipOf', keys=['gt_seg_map']))
    with fails(ValueError, 'before PackModalities moves gt_seg_map', '% of'):
        for i in range(20):
            dataset[i % 3]


def test_random_numbers_are_those_of_a_pipeline_without_a_check(build):
    crop = dict(type='RandomCrop', crop_size=(16, 16))
    checked, plain = build(crop), build(crop)
    plain.is_probed = True
    for seed in range(5):
        checked.is_probed = False
        samples = []
        for dataset in (checked, plain):
            np.random.seed(seed)
            samples.append([dataset[i]['inputs'] for i in range(3)])
        assert all(map(lambda a, b: a.equal(b), *samples))
