"""The inferencer against the model and data set that it stands in for."""
import copy

import numpy as np
import pytest
import torch
from conftest import make_gammas
from mmengine.dataset import pseudo_collate
from mmengine.registry import DefaultScope
from mmengine.runner import load_checkpoint
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from tiny_nyudv2 import NAMES, SIZE

from cen_mm.apis import MultimodalInferencer, label_maps
from cen_mm.datasets.nyudv2 import CLASSES, bit_colour
from cen_mm.layers import exchangeable_norms

MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


@pytest.fixture(autouse=True)
def mmseg_scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture(scope='module')
def inferencer(rgbd):
    """Of a model whose channels exchange."""
    return MultimodalInferencer(
        rgbd.root / 'CEN/config.py', rgbd.root / 'CEN/net.pth')


def use_one_modality(cfg, modality):
    cfg.model.update(modalities=(modality, ), exchange=None)
    cfg.test_dataloader.dataset.pipeline[-1].modalities = (modality, )


def use_stock_parts(cfg):
    """Nothing of ours but the data: mmseg's own model and pipeline."""
    cfg.model = dict(
        type='EncoderDecoder',
        data_preprocessor=dict(type='SegDataPreProcessor', mean=MEAN, std=STD,
                               bgr_to_rgb=True),
        backbone=dict(type='ResNetV1c', depth=18, base_channels=4,
                      stem_channels=4, norm_cfg=dict(type='SyncBN')),
        decode_head=dict(type='FCNHead', in_channels=32, channels=4,
                         num_classes=40, norm_cfg=dict(type='SyncBN')),
        test_cfg=dict(mode='whole'))
    cfg.test_dataloader.dataset.pipeline = [
        dict(type='LoadImageFromFile', to_float32=True),
        dict(type='Resize', scale=(40, 32), keep_ratio=False),
        dict(type='LoadAnnotations'), dict(type='PackSegInputs')]


def prepare(rgbd, folder, kind):
    """A config and an inferencer of a model whose channels exchange."""
    cfg = copy.deepcopy(rgbd.cfg)
    if kind == 'stock':
        use_stock_parts(cfg)
    elif kind != 'two streams':
        use_one_modality(cfg, kind)
    net = MODELS.build(cfg.model)
    net.init_weights()
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    torch.save(dict(state_dict=net.state_dict()), folder / 'tiny.pth')
    return cfg, MultimodalInferencer(cfg, folder / 'tiny.pth', device='cpu')


def files_of(rgbd, index, modalities):
    return {m: str(rgbd.root / 'data' / m / f'{NAMES[index]}.png')
            for m in modalities}


@pytest.mark.parametrize('kind, needed, given, streams', [
    ('two streams', ('rgb', 'depth'), ('depth', 'rgb'), ['depth', 'rgb']),
    ('rgb', ('rgb', ), ('rgb', ), []),
    ('depth', ('depth', ), ('depth', 'rgb'), []),
    ('stock', ('rgb', ), ('rgb', ), [])])
def test_is_the_test_step_bit_by_bit(rgbd, tmp_path, kind, needed, given,
                                     streams):
    """Files and arrays, against data set, model and mmengine's loading."""
    cfg, inferencer = prepare(rgbd, tmp_path, kind)
    assert inferencer.modalities == needed
    if kind == 'stock':  # SyncBN is for GPUs
        for part in (cfg.model.backbone, cfg.model.decode_head):
            part.norm_cfg.type = 'BN'
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    net = MODELS.build(cfg.model).eval()
    load_checkpoint(net, str(tmp_path / 'tiny.pth'), strict=True)
    for index in range(2):
        with torch.no_grad():
            expected, = net.test_step(pseudo_collate([dataset[index]]))
        files = files_of(rgbd, index, given)
        arrays = {m: np.array(Image.open(p)) for m, p in files.items()}
        for sample in (files, arrays):
            result = inferencer(sample)
            assert 'gt_sem_seg' not in result
            maps = label_maps(result)
            assert list(maps) == [*streams, 'ensemble']
            for stream, labels in maps.items():
                end = '' if stream == 'ensemble' else f'_{stream}'
                logits = expected.get(f'seg_logits{end}').data
                assert torch.equal(
                    result.get(f'seg_logits{end}').data, logits)
                assert labels.shape == SIZE and labels.dtype == np.uint8
                assert labels.max() > 0  # not one class everywhere
                assert np.array_equal(labels, logits.argmax(0).numpy())


def test_depth_alone_needs_no_image(rgbd, tmp_path):
    """It would only give the size of the window."""
    _, inferencer = prepare(rgbd, tmp_path, 'depth')
    cut = np.ascontiguousarray(rgbd.data.depth[0])
    alone = inferencer(dict(depth=cut))
    both = inferencer(dict(depth=cut, rgb=rgbd.data.rgb[0]))
    assert torch.equal(alone.seg_logits.data, both.seg_logits.data)
    folders = dict(depth=rgbd.root / 'data/depth')
    assert inferencer.infer_folders(folders, tmp_path / 'out') == []
    labels, colours = (np.array(Image.open(
        tmp_path / 'out' / kind / 'ensemble' / f'{NAMES[0]}.png'))
        for kind in ('labels', 'overlays'))
    palette = np.array([bit_colour(i + 1) for i in range(40)], np.uint8)
    assert np.array_equal(colours, palette[labels])


def test_folders(rgbd, inferencer, tmp_path):
    """What is written, beside what the inferencer returns."""
    names = {NAMES[0]: '.jpg', f'room/{NAMES[1]}': '.png'}
    samples = {name: dict(rgb=tmp_path / f'rgb/{name}{suffix}',
                          depth=tmp_path / f'depth/{name}.png')
               for name, suffix in names.items()}
    for index, sample in enumerate(samples.values()):
        for m, path in sample.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.open(files_of(rgbd, index, [m])[m]).save(path)
    folders = {m: tmp_path / m for m in ('rgb', 'depth')}
    assert inferencer.infer_folders(folders, tmp_path / 'out') == []
    written = {p.relative_to(tmp_path / 'out').as_posix()
               for p in (tmp_path / 'out').rglob('*.png')}
    assert written == {f'{kind}/{stream}/{name}.png' for name in names
                       for stream in ('rgb', 'depth', 'ensemble')
                       for kind in ('labels', 'overlays')}
    for name, files in samples.items():
        rgb = np.array(Image.open(files['rgb'])).astype(int)
        for stream, expected in label_maps(inferencer(files)).items():
            labels = Image.open(tmp_path / f'out/labels/{stream}/{name}.png')
            assert labels.mode == 'L'
            assert np.array_equal(np.array(labels), expected)
            overlay = np.array(Image.open(
                tmp_path / f'out/overlays/{stream}/{name}.png')).astype(int)
            colour = np.array([[bit_colour(label + 1) for label in row]
                               for row in expected.tolist()])
            # JPEG decoders may differ by some steps.
            assert abs(2 * overlay - rgb - colour).max() <= (
                1 if names[name] == '.png' else 10)


def test_classes_and_palette_of_the_checkpoint_come_first(
        rgbd, inferencer, tmp_path):
    assert inferencer.dataset_meta['classes'] == CLASSES
    state = torch.load(rgbd.root / 'CEN/net.pth')['state_dict']
    mine = dict(classes=('a', ) * 40, palette=[[7, 8, 9]] * 40)
    torch.save(dict(state_dict=state, meta=dict(dataset_meta=mine)),
               tmp_path / 'a.pth')
    assert MultimodalInferencer(
        rgbd.cfg, tmp_path / 'a.pth').dataset_meta == mine


@pytest.mark.parametrize('needed', [('rgb', 'depth'), ('rgb', )])
def test_what_the_pipeline_makes_up_is_not_asked_for(rgbd, needed):
    """A transform makes a stream, from depth or not: nobody knows."""
    cfg = copy.deepcopy(rgbd.cfg)
    image, depth, _, pack = cfg.test_dataloader.dataset.pipeline
    pack.modalities = cfg.model.modalities = ('rgb', 'made')
    for field in ('mean', 'std'):
        cfg.model.data_preprocessor[field].made = 1
    cfg.test_dataloader.dataset.pipeline = [
        image, *[depth] * ('depth' in needed),
        dict(type='NoiseModality', modality='made'), pack]
    inferencer = MultimodalInferencer(cfg, rgbd.root / 'CEN/net.pth')
    assert inferencer.modalities == needed
    inferencer(files_of(rgbd, 0, needed))


@pytest.mark.parametrize('names', [('rgb', ), ('depth', )])
def test_a_modality_may_be_absent(rgbd, inferencer, names):
    """As the model of which it is said so, and only as long."""
    net = copy.deepcopy(inferencer.model)
    net.present = names
    data = DATASETS.build(rgbd.cfg.test_dataloader.dataset)[0]
    expected, = net.test_step(pseudo_collate([data]))
    both = inferencer(files_of(rgbd, 0, ('rgb', 'depth')))
    files = files_of(rgbd, 0, names)
    if names == ('depth', ):  # there is no image to cut it to
        files = dict(depth=np.ascontiguousarray(rgbd.data.depth[0]))
    for given in (files, {m: np.array(Image.open(p)) if isinstance(p, str)
                          else p for m, p in files.items()}):
        result = inferencer(given)
        assert list(label_maps(result)) == [*names, 'ensemble']
        assert torch.equal(result.seg_logits.data, expected.seg_logits.data)
    again = inferencer(files_of(rgbd, 0, ('rgb', 'depth')))
    assert torch.equal(again.seg_logits.data, both.seg_logits.data)
