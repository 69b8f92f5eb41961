"""Names keep their subfolder, and every sample counts once."""
import numpy as np
import pytest
from messages import fails
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import METRICS, VISUALIZERS
from mmseg.structures import SegDataSample
from PIL import Image
from test_geometry import LOAD, PACK, PREFIX

from cen_mm import CityscapesRGBDDataset, MultimodalSegDataset, NYUDv2Dataset
from cen_mm.datasets.names import file_name

NAMES = 'kitchen/001', 'office/001', 'kitchen_001', 'office/deep/1'
SIZE = 8, 10


@pytest.fixture(autouse=True)
def mmseg_scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


def write(root, names=NAMES, suffix='.png'):
    """Samples whose pixels are their number."""
    for i, name in enumerate(names):
        for folder, array in (
                ('rgb', np.full((*SIZE, 3), i, np.uint8)),
                ('depth', np.full(SIZE, 256 + i, np.uint16)),
                ('masks', np.full(SIZE, i, np.uint8))):
            path = root / folder / (
                name + (suffix if folder == 'rgb' else '.png'))
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(path)


def build(root, text=None, **kwargs):
    if text is not None:
        (root / 'list.txt').write_bytes(
            text if isinstance(text, bytes) else text.encode())
        kwargs.update(ann_file='list.txt')
    return NYUDv2Dataset(**{**dict(
        data_root=str(root), data_prefix=PREFIX,
        pipeline=[*LOAD, PACK]), **kwargs})


def line(name):
    return f'rgb/{name}.png\tmasks/{name}.png\tdepth/{name}.png\n'


@pytest.mark.parametrize('text', [
    None, ''.join(map(line, NAMES)), '\n'.join(NAMES),
    b'\xef\xbb\xbf' + ''.join(map(line, NAMES)).encode(),
    '\ufeff' + '\r\n'.join(NAMES),
    ''.join(f'/old/{line(n)}' for n in NAMES),  # of another disk
    ''.join(line(n).replace('rgb/', 'images/') for n in NAMES)])
def test_names_keep_their_subfolder(tmp_path, text):
    write(tmp_path)
    dataset = build(tmp_path, text)
    assert sorted(dataset.get_data_info(i)['name']
                  for i in range(4)) == sorted(NAMES)
    for sample in dataset:
        number = NAMES.index(sample['data_samples'].name)
        assert (sample['inputs'][:3] == number).all()
        assert (sample['inputs'][3:] == 256 + number).all()


def test_a_list_of_cityscapes(tmp_path):
    """Suffixes are no part of the name."""
    files = ('leftImg8bit/val/a/a_1_leftImg8bit.png',
             'gtFine/val/a/a_1_gtFine_labelTrainIds.png',
             'disparity/val/a/a_1_disparity.png')
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
    (tmp_path / 'val.txt').write_text('\t'.join(files))
    dataset = CityscapesRGBDDataset(
        data_root=str(tmp_path), ann_file='val.txt', data_prefix=dict(
            img_path='leftImg8bit/val', seg_map_path='gtFine/val',
            depth_path='disparity/val'))
    assert dataset.get_data_info(0)['name'] == 'a/a_1'


@pytest.mark.parametrize('text, parts', [
    (line(NAMES[0]) + line(NAMES[1]) + line(NAMES[0]),
     ['list.txt', "'kitchen/001' twice", 'once']),
    ('\n'.join([*NAMES, NAMES[3]]), ["'office/deep/1' twice"]),
    (line(NAMES[0]).replace('depth/kitchen', 'depth/office'),
     ['rgb/kitchen/001.png and depth/office/001.png', 'one name']),
    ('a\n'.encode('utf-16'), ['list.txt is no text in UTF-8'])])
def test_bad_lists(tmp_path, text, parts):
    write(tmp_path)
    with fails(ValueError, *parts):
        build(tmp_path, text)


@pytest.mark.parametrize('ann_file', ['splits', 'none.txt'])
def test_a_list_that_is_none(tmp_path, ann_file):
    """Else all images would be used, those of validation as well."""
    write(tmp_path)
    (tmp_path / 'splits').mkdir()
    with fails(FileNotFoundError, tmp_path / ann_file, 'leave ann_file out'):
        build(tmp_path, ann_file=ann_file)


def test_capital_letters_are_not_skipped(tmp_path):
    write(tmp_path)
    (tmp_path / 'rgb/office/note.txt').touch()
    (tmp_path / 'rgb/office/002.PNG').touch()
    with fails(ValueError, tmp_path / 'rgb/office/002.PNG', "end in '.png'"):
        build(tmp_path)
    build(tmp_path, '\n'.join(NAMES))


def test_other_images_are_said(tmp_path, monkeypatch):
    write(tmp_path)
    (tmp_path / 'rgb/office/002.jpg').touch()
    said = []
    monkeypatch.setattr('cen_mm.datasets.multimodal.print_log',
                        lambda message, *_: said.append(message))
    dataset = MultimodalSegDataset(
        data_root=str(tmp_path), data_prefix=PREFIX,
        metainfo=dict(classes=('a', 'b')))
    assert len(dataset) == 4
    message, = said
    assert '1 other images, such as office/002.jpg' in message


@pytest.mark.parametrize('suffix', ['.png', '.jpg'])
def test_nyudv2_takes_what_is_there(tmp_path, suffix):
    write(tmp_path, ('000003', '000004'), suffix)
    text = line('000003') + line('000004')
    dataset = build(tmp_path, text)
    assert dataset.get_data_info(1)['img_path'].endswith('000004' + suffix)
    assert len(build(tmp_path)) == 2
    write(tmp_path / 'sub', ('kitchen/1', ), suffix)
    assert len(build(tmp_path / 'sub')) == 1
    other = '.jpg' if suffix == '.png' else '.png'
    Image.new('RGB', SIZE[::-1]).save(tmp_path / f'rgb/000004{other}')
    with fails(ValueError, tmp_path / 'rgb', '000004.jpg', '.png',
               "set img_suffix='.png' or"):
        build(tmp_path, text)
    dataset = build(tmp_path, text, img_suffix=suffix)
    assert dataset.get_data_info(1)['img_path'].endswith('000004' + suffix)


# ------------------------------------------------------------ what is written

def predicted(dataset):
    """Each sample as a model hands it out: the number of the sample."""
    samples = [dataset[i]['data_samples'] for i in range(len(dataset))]
    for sample in samples:
        sample.pred_sem_seg = PixelData(data=sample.gt_sem_seg.data.clone())
    return samples


@pytest.fixture
def samples(tmp_path):
    write(tmp_path / 'data')
    return predicted(build(tmp_path / 'data'))


def metric_of(samples, out, **kwargs):
    metric = METRICS.build(dict(
        type='StreamIoUMetric', iou_metrics=['mIoU'], output_dir=str(out),
        **kwargs))
    metric.dataset_meta = NYUDv2Dataset.METAINFO
    metric.process({}, [sample.to_dict() for sample in samples])
    return metric


def test_predictions_are_written_apart(samples, tmp_path):
    """``tools/test.py --out``."""
    metric = metric_of(samples, tmp_path / 'out',
                       save_confusions=str(tmp_path / 'a.npz'))
    metric.process({}, [samples[0].to_dict()])  # as a sampler may repeat one
    for i, name in enumerate(NAMES):
        labels = np.array(Image.open(tmp_path / f'out/{name}.png'))
        assert (labels == i).all()
    metric.evaluate(5)
    names = np.load(tmp_path / 'a.npz')['names'].tolist()
    assert sorted(names[:4]) == sorted(NAMES)


def test_two_data_sets_with_the_same_names_are_refused(samples, tmp_path):
    write(tmp_path / 'again')
    others = predicted(build(tmp_path / 'again'))
    with fails(ValueError, tmp_path / 'data/rgb', tmp_path / 'again/rgb',
               'one by one'):
        metric_of([*samples, *others], tmp_path / 'out')


def test_pictures_are_drawn_apart(samples, tmp_path):
    """``tools/test.py --show-dir``, as mmseg's hook calls the visualizer."""
    visualizer = VISUALIZERS.build(dict(
        type='NamedSegVisualizer', name='apart',
        save_dir=str(tmp_path / 'drawn'),
        vis_backends=[dict(type='LocalVisBackend')]))
    visualizer.dataset_meta = NYUDv2Dataset.METAINFO
    for sample in samples:
        file = sample.img_path.split('/')[-1]
        visualizer.add_datasample(
            f'test_{file}', np.zeros((*SIZE, 3), np.uint8),
            data_sample=sample, step=7)
    drawn = {p.name for p in (tmp_path / 'drawn').rglob('*.png')}
    assert drawn == {f'test_{file_name(name)}_7.png' for name in NAMES}
    assert len(drawn) == 4
    # A sample of a stock pipeline has no name.
    visualizer.add_datasample('test_a.png', np.zeros((*SIZE, 3), np.uint8),
                              SegDataSample(gt_sem_seg=sample.gt_sem_seg),
                              draw_pred=False, step=7)
    assert (tmp_path / 'drawn/vis_data/vis_image/test_a.png_7.png').exists()


def test_names_of_files_are_distinct():
    names = ['a/b', 'a%2Fb', 'a_b', 'a b', 'a%b', 'a/%b']
    files = list(map(file_name, names))
    assert len(set(files)) == len(names) and not any('/' in f for f in files)
