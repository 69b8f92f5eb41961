"""The benchmark of a pipeline reads what it says, and adds up."""
import re

import numpy as np
import pytest
from PIL import Image
from tiny_nyudv2 import CONFIG

from cen_mm.analysis.cost.pipeline import table, write_samples
from cen_mm.rooms import render_room


def test_two_images(run_tool):
    out = run_tool('analysis_tools/benchmark_pipeline.py', CONFIG, '--images',
                   2, '--rounds', 1, '--size', '60x80')
    rows = re.findall(r'^\| \d (\w+) \| ([\d.]+) \| \**(\d+) %', out, re.M)
    assert [name for name, *_ in rows] == [
        'LoadRGB', 'LoadModality', 'LoadLabels', 'RandomScale',
        'RandomFlip', 'RandomCrop', 'PackModalities']
    milliseconds = sum(float(row[1]) for row in rows)
    rate = float(re.search(r'^([\d.]+) images/s', out, re.M)[1])
    assert rate == pytest.approx(1000 / milliseconds, rel=0.05)
    assert sum(int(row[2]) for row in rows) == pytest.approx(100, abs=4)


@pytest.mark.parametrize('args, error', [
    ('--images=0', '--images must be at least 1'),
    ('--rounds=-1', '--rounds must be at least 1'),
    ('--size=480', "'480' is no HEIGHTxWIDTH of at least 1x1")])
def test_wrong_arguments(run_tool, args, error):
    with pytest.raises(SystemExit, match=error):
        run_tool('analysis_tools/benchmark_pipeline.py', CONFIG, args)


@pytest.mark.parametrize('suffix, off', [('.png', 0.1), ('.jpg', 15)])
def test_files_are_those_of_nyudv2(tmp_path, suffix, off):
    sample, = write_samples(tmp_path, 1, 48, 64, suffix)
    room = render_room(0, 0, 48, 64)
    rgb, depth, label = (np.array(Image.open(sample[key])) for key in (
        'img_path', 'depth_path', 'seg_map_path'))
    assert sample['img_path'].endswith(suffix)
    assert abs(rgb.astype(int) - room['rgb']).mean() < off
    assert depth.dtype == np.uint16 and label.dtype == np.uint8
    assert np.array_equal(depth, room['sensor_depth'].astype(int) * 5)
    assert np.array_equal(label, room['label'])


def test_medians_and_their_order():
    """Rounds of 10, 30 and 20 ms in all."""
    text = table({
        '1 A': np.array([0.004, 0.02, 0.012]),
        '2 B': np.array([0.006, 0.01, 0.008])})
    assert '| 1 A | 12.00 | **60 %** |' in text
    assert '| 2 B | 8.00 | 40 % |' in text
    assert '50.0 images/s (33.3 to 100.0)' in text
