"""tools/analysis_tools/contact_sheet.py, for both tasks."""
import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image
from tiny_translation import NAMES, prepared

from cen_mm.datasets.nyudv2 import bit_colour


@pytest.fixture
def draw(tmp_path, run_tool):
    """Draw a sheet of the run 'one'; returns it, and what was printed."""

    def call(task, *args, checkpoint='one/net.pth', out='new/sheet.png'):
        with DefaultScope.overwrite_default_scope('mmengine'):
            printed = run_tool(
                'analysis_tools/contact_sheet.py', task.root / 'one/config.py',
                task.root / checkpoint, tmp_path / out, '--indices', *args)
        return np.array(Image.open(tmp_path / out).convert('RGB')), printed

    return call


def test_translation(draw, rooms):
    """Sources and targets stand where they belong, three times enlarged."""
    sheet, printed = draw(rooms, 2, 0)
    assert printed.endswith('new/sheet.png: 2 images\n')
    for line, index in enumerate((2, 0)):
        x, target = prepared(rooms.root, NAMES[index])
        for column, image in ((0, x[:3]), (1, x[3:]), (5, target)):
            picture = np.kron(image.numpy().transpose(1, 2, 0),
                              np.ones((3, 3, 1)))
            top, left = sheet.shape[0] - (2 - line) * 196, 20 + column * 196
            part = sheet[top:top + 192, left:left + 192]
            assert abs(part - picture).max() <= 1


def test_segmentation(draw, rgbd):
    """The legend has the colours of all classes."""
    drawn = {tuple(c) for row in draw(rgbd, 1)[0] for c in row.tolist()}
    assert {tuple(bit_colour(i + 1)) for i in range(40)} <= drawn


@pytest.mark.parametrize('index, kwargs, why', [
    (0, dict(checkpoint='none.pth'), 'none.pth is not there'),
    (0, dict(out='a'), 'a does not say which picture'),
    (-1, {}, '-1: .*images 0 to 2'), (3, {}, '3: .*images 0 to 2')])
def test_what_is_not_there(draw, rooms, index, kwargs, why):
    with pytest.raises(SystemExit, match=why):
        draw(rooms, index, **kwargs)


def test_a_missing_file(draw, rooms):
    path = rooms.root / f'rooms/rgb/{NAMES[0]}.png'
    path.rename(rooms.root / 'away.png')
    try:
        with pytest.raises(SystemExit, match='is not there .*1 have no rgb'):
            draw(rooms, 0)
    finally:
        (rooms.root / 'away.png').rename(path)
