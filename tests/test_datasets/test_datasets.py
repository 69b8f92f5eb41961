"""Data sets on folders of the official format."""
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from tiny_nyudv2 import NAMES, label_of, write_nyudv2
from tiny_training import tiny_config

from cen_mm import (
    EpochSeedHook,
    MultimodalSegDataset,
    NYUDv2Dataset,
    SUNRGBDDataset,
)

PREFIX = dict(img_path='rgb', depth_path='depth', seg_map_path='masks')


@pytest.fixture
def nyudv2(tmp_path):
    return write_nyudv2(tmp_path)


def paths(dataset):
    """By sample: its files, relative to the root."""
    return [{
        key: value[len(dataset.data_root):].lstrip('/')
        for key, value in dataset.get_data_info(i).items()
        if key.endswith('_path')
    } for i in range(len(dataset))]


def files_of(names, **suffixes):
    return [{
        key: f'{folder}/{name}{suffixes.get(key, ".png")}'
        for key, folder in PREFIX.items()
    } for name in names]


@pytest.mark.parametrize('lines, names', [
    (None, NAMES), ('\n'.join(NAMES), NAMES),
    ('\n'.join(NAMES) + '\r\n\n', NAMES),
    ('\n'.join(f'old/{n}.jpg\told/{n}.png' for n in NAMES), NAMES),
    (f'{NAMES[2]}\n{NAMES[0]}', [NAMES[2], NAMES[0]])])
def test_a_list_chooses_and_orders(nyudv2, lines, names):
    """The official tab-separated lists, plain names, odd line ends."""
    if lines is not None:
        (nyudv2.root / 'train.txt').write_bytes(lines.encode())
    dataset = NYUDv2Dataset(
        data_root=str(nyudv2.root), ann_file='train.txt', data_prefix=PREFIX)
    assert paths(dataset) == files_of(names)


def test_without_a_list_every_image_counts(nyudv2):
    """Sub-folders included, whatever else lies there left out."""
    names = [*NAMES, 'office/a.b']
    for sample in files_of(names[3:]):
        for path in sample.values():
            (nyudv2.root / path).parent.mkdir()
            (nyudv2.root / path).touch()
    (nyudv2.root / 'rgb/notes.txt').touch()
    dataset = NYUDv2Dataset(data_root=str(nyudv2.root), data_prefix=PREFIX)
    assert paths(dataset) == files_of(names)


def test_suffixes_and_classes_of_a_folder_of_ones_own(nyudv2):
    """Each modality has its suffix; what has no folder is not asked for."""
    for name in NAMES:
        (nyudv2.root / f'rgb/{name}.png').rename(
            nyudv2.root / f'rgb/{name}.jpg')
        (nyudv2.root / f'depth/{name}.png').rename(
            nyudv2.root / f'depth/{name}.npy')
    (nyudv2.root / 'masks').rename(nyudv2.root / 'unused')
    dataset = MultimodalSegDataset(
        data_root=str(nyudv2.root), metainfo=dict(classes=('road', 'car')),
        img_suffix='.jpg', suffixes=dict(depth='.npy'),
        data_prefix=dict(img_path='rgb', depth_path='depth'))
    expected = files_of(NAMES, img_path='.jpg', depth_path='.npy')
    for sample in expected:
        del sample['seg_map_path']
    assert paths(dataset) == expected
    assert dataset.get_data_info(0)['num_classes'] == 2


def test_some_of_the_classes(nyudv2):
    """mmseg's way of training on a subset reaches the labels."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = NYUDv2Dataset(
            data_root=str(nyudv2.root), ann_file='train.txt',
            data_prefix=PREFIX, metainfo=dict(classes=('bed', 'floor')),
            pipeline=[dict(type='LoadImageFromFile'),
                      dict(type='LoadLabels')])
    raw = nyudv2.masks[1]
    expected = np.select([raw == 3, raw == 1], [0, 1], 255)
    assert np.array_equal(dataset[1]['gt_seg_map'], expected)
    assert set(np.unique(expected)) == {0, 1, 255}


def test_classes_and_colours():
    """PASCAL's colours: that of class k is colour k + 1, black is left out.

    The classes of SUN RGB-D are those of the official seg37list, in the
    spelling of NYUDv2.
    """
    meta, sun = NYUDv2Dataset.METAINFO, SUNRGBDDataset.METAINFO
    assert len(set(meta['classes'])) == len(meta['classes']) == 40
    assert len({tuple(c) for c in meta['palette']}) == 40
    for index, colour in ((0, (128, 0, 0)), (1, (0, 128, 0)),
                          (2, (128, 128, 0)), (3, (0, 0, 128)),
                          (6, (128, 128, 128)), (7, (64, 0, 0)),
                          (14, (192, 128, 128)), (19, (0, 64, 128)),
                          (36, (128, 0, 192))):
        assert tuple(meta['palette'][index]) == colour
    assert ','.join(sun['classes']) == (
        'wall,floor,cabinet,bed,chair,sofa,table,door,window,bookshelf,'
        'picture,counter,blinds,desk,shelves,curtain,dresser,pillow,mirror,'
        'floor mat,clothes,ceiling,books,refrigerator,television,paper,towel,'
        'shower curtain,box,whiteboard,person,night stand,toilet,sink,lamp,'
        'bathtub,bag')
    assert sun['palette'] == meta['palette'][:37]


def test_workers_run_the_training_pipeline(nyudv2):
    """In every pixel of every augmented sample, depth and label agree."""
    config = tiny_config(nyudv2.root, 'unused').train_dataloader
    config.update(batch_size=3, num_workers=2, persistent_workers=False)
    with DefaultScope.overwrite_default_scope('mmseg'):
        loader = Runner.build_dataloader(config, seed=0)
    sizes, firsts = set(), set()
    for epoch in range(4):  # seeded as our configs do
        EpochSeedHook().before_train_epoch(
            SimpleNamespace(train_dataloader=loader, train_loop=None, seed=0,
                            epoch=epoch))
        batch, = loader
        assert sorted(s.img_path[-10:-4] for s in batch['data_samples']
                      ) == sorted(NAMES)
        for image, sample in zip(batch['inputs'], batch['data_samples']):
            depth, label = image[3:].numpy(), sample.gt_sem_seg.data[0]
            assert image.shape[1:] == label.shape
            assert np.array_equal(label.numpy(), label_of(depth[0]))
            assert (depth == depth[0]).all()
            number = NAMES.index(sample.img_path[-10:-4])
            assert (depth // 10000 == number + 1).all()
            sizes.add(tuple(label.shape))
            firsts.add(depth[0, 0, 0])
    assert len(sizes) > 1 and len(firsts) > 6  # it was augmented
