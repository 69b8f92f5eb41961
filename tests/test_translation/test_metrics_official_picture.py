"""The pictures of the official protocol, against pyplot and its PNG."""
import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from mmagic.structures import DataSample
from PIL import Image
from test_metrics_distribution import make_metric
from test_metrics_image import evaluate

from cen_mm.translation.metrics.official_picture import (
    official_picture,
    stretch,
)


def drawn_by_pyplot(array, path):
    """What the official evaluation does, step by step."""
    with plt.rc_context({'image.interpolation': 'nearest'}):
        figure, axes = plt.subplots()
        axes.axis('off')
        axes.imshow(array, aspect='equal')
        figure.subplots_adjust(left=0, right=1, bottom=0, top=1)
        figure.set_size_inches(5, 5)
        figure.savefig(path, dpi=100)
        plt.close(figure)
    return np.array(Image.open(path))[..., :3]


@pytest.mark.parametrize('size', [(256, 256), (64, 64), (30, 40)])
def test_equals_the_file_that_pyplot_writes(size, tmp_path):
    pixels = torch.randint(0, 256, (3, *size), dtype=torch.uint8)
    drawing = official_picture(pixels)
    assert drawing.dtype == torch.uint8 and drawing.shape == (3, 500, 500)
    expected = drawn_by_pyplot(stretch(pixels), tmp_path / '000.png')
    np.testing.assert_array_equal(drawing.permute(1, 2, 0), expected)


def test_stretch_is_joint_over_the_channels_and_truncates():
    """Bit by bit as on the official tensors: pixels / 255, then (x - .5) /
    .5, then the range to 0..255."""
    pixels = torch.randint(30, 200, (3, 40, 50), dtype=torch.uint8)
    x = pixels.numpy().astype(np.float32)
    x = (x / np.float32(255) - np.float32(.5)) / np.float32(.5)
    x = (x - x.min()) * np.float32(255) / (x.max() - x.min())
    expected = x.transpose(1, 2, 0).astype(np.uint8)
    result = stretch(pixels)
    np.testing.assert_array_equal(result, expected)
    rounded = np.rint(
        (pixels.numpy() - 30.) * 255 / 169).transpose(1, 2, 0)
    assert (rounded - result).max() == 1 and (rounded - result).min() == 0
    pixels[0] //= 2  # a dark channel
    assert stretch(pixels)[..., 0].max() < 128


    assert not stretch(torch.full((3, 5, 6), 77.)).any()  # one value


def test_the_net_is_shown_official_pictures():
    samples = []
    for _ in range(4):
        samples.append(DataSample(
            gt_img=torch.randint(0, 256, (3, 16, 16)).float(),
            pred_img=40 + 150 * torch.rand(3, 16, 16)))
    metrics = evaluate(make_metric(protocol='official'), samples)
    for sample in samples:
        sample.gt_img = official_picture(sample.gt_img)
        sample.pred_img = official_picture(sample.pred_img)
    assert metrics == evaluate(make_metric(), samples)
