"""The modality that knows nothing."""
import numpy as np
from mmengine.dataset import Compose

import cen_mm  # noqa: F401


def test_is_white_and_new_each_time():
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
