"""The modalities that control for a second sensor."""
import cv2
import numpy as np
import pytest
from messages import fails
from mmengine.dataset import Compose

import cen_mm  # noqa: F401


def test_noise_is_white_and_new_each_time():
    pipeline = Compose([dict(type='mmseg.NoiseModality', modality='static')])
    img = np.zeros((200, 300, 3), np.uint8)
    first, second = (
        pipeline(dict(img=img, seg_fields=['gt_seg_map'])) for _ in range(2))
    assert first['seg_fields'] == ['gt_seg_map', 'static']
    noise = first['static']
    assert noise.shape == (200, 300) and noise.dtype == np.float32
    assert abs(noise.mean()) < 0.02 and abs(noise.std() - 1) < 0.02
    for other in (second['static'], np.roll(noise, 1, 0),
                  np.roll(noise, 1, 1)):
        assert abs((noise * other).mean()) < 0.02


def test_a_copy_of_rgb_is_the_packed_image():
    """To the last bit, whatever was done to the image before."""
    pipeline = Compose([
        dict(type='mmseg.Resize', scale=(7, 5)),
        dict(type='mmseg.CopyRGB', modality='again'),
        dict(type='mmseg.PackModalities', modalities=('rgb', 'again'))])
    bgr = np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    packed = pipeline(dict(img=bgr, img_path='', seg_fields=[]))['inputs']
    resized = cv2.resize(bgr, (7, 5), interpolation=cv2.INTER_LINEAR)
    for half in (packed[:3], packed[3:]):
        np.testing.assert_array_equal(
            half, resized[..., ::-1].transpose(2, 0, 1))


@pytest.mark.parametrize('name', ['depth', 'img', 'rgb'])
@pytest.mark.parametrize('kind', ['NoiseModality', 'CopyRGB'])
def test_nothing_that_is_there_is_replaced(kind, name):
    img = np.zeros((8, 8, 3), np.uint8)
    add = Compose([dict(type=f'mmseg.{kind}', modality=name)])
    with fails(ValueError, f"{kind}(modality='{name}')", 'is taken'):
        add(dict(img=img, depth=img[..., 0], seg_fields=['depth']))
