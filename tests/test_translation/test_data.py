"""What reaches the network, against the official loading restated in PIL."""
import numpy as np
import pytest
import torch
from mmagic.models import DataPreprocessor
from mmengine.dataset import pseudo_collate
from PIL import Image
from tiny_taskonomy import (
    DOMAINS,
    SCALED,
    VIEWS,
    base,
    make,
    path_of,
    write_building,
    write_list,
    write_rooms,
)

from cen_mm.rooms import render_room
from cen_mm.translation import LoadDomains, MultiDomainDataset

SIZE = (300, 290)


@pytest.fixture(scope='module')
def building(tmp_path_factory):
    return write_building(tmp_path_factory.mktemp('building'), SIZE)


def official(path, domain):
    """What the official code makes of a file, as a PIL image."""
    array = np.array(Image.open(path)).astype(np.int32)  # as Pillow did
    if array.ndim == 2:
        array = np.stack([array] * 3, 2)
    if 'depth' in domain:
        array = np.log(1 + array)
    if domain in SCALED:
        array = array * 255.0 / SCALED[domain]
    return Image.fromarray(array.astype('uint8'))


def image_of(tensor):
    """``(C, H, W)`` to ``(H, W, C)``."""
    return tensor.numpy().transpose(1, 2, 0)


def normalised(image):
    """ToTensor and Normalize(0.5, 0.5)."""
    return (image.astype(np.float32) / 255 - 0.5) / 0.5


@pytest.mark.parametrize('target', ['rgb', 'depth_zbuffer'])
def test_every_domain_is_loaded_resized_and_normalised(building, target):
    """Officially; the target of a test enters the metrics as it is."""
    sources = tuple(domain for domain in DOMAINS if domain != target)
    dataset = make(building, dict(modalities=sources, target=target))
    assert len(dataset) == 2
    for view, packed in zip(VIEWS, dataset):
        *images, whole = (
            np.array(official(path_of(building, domain, view), domain).resize(
                (256, 256), Image.BILINEAR)) for domain in (*sources, target))
        inputs, sample = np.concatenate(images, 2), packed['data_samples']
        assert (sample.name, sample.modalities, sample.target) == (
            view, sources, target)
        for tensor, image in ((packed['inputs'], inputs),
                              (sample.gt_img, whole)):
            assert tensor.dtype == torch.uint8
            assert np.array_equal(image_of(tensor), image)
        for training in (False, True):
            data = DataPreprocessor(stack_data_sample=False)(
                pseudo_collate([packed]), training)
            assert np.allclose(
                image_of(data['inputs'][0]), normalised(inputs), atol=1e-6)
            assert np.allclose(
                image_of(data['data_samples'][0].gt_img),
                normalised(whole) if training else whole, atol=1e-6)


def test_scaling_of_every_value():
    """All 16 bits, with a float64 logarithm as the official int32 had."""
    scales = base('taskonomy').load.scales
    values = np.arange(65536, dtype=np.int32)
    array = values.astype(np.uint16).reshape(256, 256)
    for domain, maximum in SCALED.items():
        expected = values
        if 'depth' in domain:
            expected = np.log(1 + values)
            assert int(expected[-1] * 255.0 / maximum) == 254  # missing
        expected = (expected * 255.0 / maximum).clip(max=255).astype('uint8')
        results = LoadDomains(scales)(
            {'modalities': (domain, ), f'{domain}_path': array})
        assert 'gt_img' not in results
        image, = results['img']
        assert image.dtype == np.uint8 and image.shape == (256, 256, 3)
        for channel in image.transpose(2, 0, 1):
            assert np.array_equal(channel.ravel(), expected)


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('x, y', [(0, 0), (30, 17)])
def test_training_geometry_is_the_official_one(building, x, y, flip):
    task = dict(modalities=('depth_zbuffer', 'normal', 'rgb'),
                target='edge_occlusion')
    dataset = make(building, task, 'train', FixedCrop=dict(crop_pos=(x, y)),
                   Flip=dict(flip_ratio=float(flip)))
    packed = dataset[1]
    parts = []
    for domain in (*task['modalities'], task['target']):
        image = official(path_of(building, domain, VIEWS[1]), domain)
        image = image.resize((286, 286), Image.BILINEAR)
        image = image.crop((x, y, x + 256, y + 256))
        parts.append(image.transpose(Image.FLIP_LEFT_RIGHT) if flip else image)
    assert np.array_equal(image_of(packed['inputs']),
                          np.concatenate(parts[:-1], 2))
    assert np.array_equal(image_of(packed['data_samples'].gt_img), parts[-1])


def test_random_geometry_is_shared(tmp_path):
    """The same picture in every domain stays the same in every domain, over
    all offsets and both directions."""
    y, x = np.mgrid[:286, :286]
    image = np.stack([x // 2, y // 2, x % 2 + y % 2 * 2], 2).astype(np.uint8)
    domains = ('rgb', 'normal', 'reshading', 'principal_curvature')
    for domain in domains:
        path_of(tmp_path, domain).parent.mkdir()
        Image.fromarray(image).save(path_of(tmp_path, domain))
    write_list(tmp_path, 'train', VIEWS[:1])
    dataset = make(tmp_path, dict(modalities=domains[:3], target=domains[3]),
                   'train')
    np.random.seed(0)
    drawn = []
    for _ in range(40):
        packed = dataset[0]
        stack = image_of(packed['inputs'])
        out = image_of(packed['data_samples'].gt_img)
        assert np.array_equal(stack, np.concatenate([out] * 3, 2))
        flip = out[0, 0, 0] > out[0, -1, 0]
        out = out[:, ::-1] if flip else out
        x, y = out[0, 0, :2] * 2 + out[0, 0, 2] // np.array([1, 2]) % 2
        assert np.array_equal(image[y:y + 256, x:x + 256], out)
        drawn.append((x, y, flip))
    for axis in (0, 1):
        offsets = {offset[axis] for offset in drawn}
        assert offsets <= set(range(31)) and len(offsets) > 15
    assert 10 < sum(flip for *_, flip in drawn) < 30


def test_official_lists(building, tmp_path):
    """Their lines are paths; stems, blanks and Windows' ends do as well, and
    an invisible byte order mark."""
    lines = ['{domain}/point_7_view_2_domain_{domain}.png', '',
             'deep/{domain}/a.png', 'b', 'scene/{domain}.png',
             '{domain}_007.png', 'c.{domain}.png']
    (tmp_path / 'a.txt').write_bytes(
        '\ufeff'.encode() + '\r\n'.join(lines).encode())
    for name in ('deep/x/a.png', 'deep/y/a.png', 'x/b.png', 'y/b.png',
                 'scene/x.png', 'scene/y.png', 'x_007.png', 'y_007.png',
                 'c.x.png', 'c.y.png'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for domain in 'xy':
        path_of(tmp_path, domain).touch()
    views = list(MultiDomainDataset(
        modalities=('x', ), target='y', ann_file='a.txt',
        data_root=str(tmp_path), pipeline=[], serialize_data=False))
    assert [view['name'] for view in views] == [
        'point_7_view_2', 'deep/a', 'b', 'scene', '007', 'c']
    assert [view['x_path'] for view in views[:3]] == [
        str(path_of(tmp_path, 'x')), f'{tmp_path}/deep/x/a.png',
        f'{tmp_path}/x/b.png']


def test_rooms_under_taskonomys_names(tmp_path):
    write_rooms(tmp_path)
    folders = dict(depth_zbuffer='depth', sensor_depth='sensor_depth',
                   edge_texture='edge_texture', albedo='albedo', rgb='rgb',
                   edge_occlusion='edge_occlusion', reshading='reshading')
    maxima = dict(depth_zbuffer=6700, sensor_depth=6700, edge_texture=32768,
                  edge_occlusion=32768)
    task = dict(modalities=tuple(folders), target='normal')
    _, packed = make(tmp_path, task, config='rooms_translation')
    name = packed['data_samples'].name
    assert name == (tmp_path / 'val.txt').read_text().split()[1]
    images = render_room(0, int(name), 24, 32)
    for part, (domain, folder) in zip(
            packed['inputs'].split(3), folders.items()):
        image = images[folder]
        if domain in maxima:
            image = (image * 255.0 / maxima[domain]).clip(max=255)
        if image.ndim == 2:
            image = np.stack([image] * 3, 2)
        image = Image.fromarray(image.astype(np.uint8)).resize(
            (64, 64), Image.BILINEAR)
        assert np.array_equal(image_of(part), image), domain
    train = make(tmp_path, task, 'train', 'rooms_translation')
    assert train[1]['inputs'].shape == (21, 64, 64)
    # The true depth of the rooms fills the range, and nothing is cut off.
    depth = images['depth'] * 255.0 / 6700
    assert depth.max() <= 255 and np.ptp(depth) > 64
