"""Loading of labels against the files."""
import numpy as np
import pytest
from PIL import Image

from cen_mm import LoadLabels


@pytest.mark.parametrize('mode', ['L', 'P'])
@pytest.mark.parametrize('kwargs', [{}, dict(reduce_zero_label=True),
                                    dict(label_map={0: 255, 1: 0, 2: 1})])
def test_labels_of_grey_and_palette_files(tmp_path, mode, kwargs):
    """A palette shows the classes in colours; their numbers count."""
    array = np.random.default_rng(0).choice([0, 1, 2, 255], (7, 9))
    image = Image.fromarray(array.astype(np.uint8))
    if mode == 'P':
        image.putpalette(np.random.default_rng(1).permutation(768) % 256)
    assert image.mode == mode
    image.save(tmp_path / 'a.png')
    results = LoadLabels()(dict(
        dict(reduce_zero_label=False), **kwargs, ori_shape=(7, 9),
        num_classes=3, img_path='rgb.png', seg_fields=[],
        seg_map_path=str(tmp_path / 'a.png')))
    if kwargs:  # both send 0 to 255 and every other class one down
        array = np.where((array == 0) | (array == 255), 255, array - 1)
    assert np.array_equal(results['gt_seg_map'], array)


def test_samples_without_labels():
    """Of mmseg's inferencer, which has paths alone, and of a data set."""
    sample = dict(img_path='a.png')
    assert LoadLabels()(dict(sample)) == sample
    with pytest.raises(ValueError, match='no labels: add seg_map_path=FOLDER'):
        LoadLabels()(dict(sample, num_classes=3))
