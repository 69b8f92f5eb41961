"""tools/analysis_tools/contact_sheet.py, for both tasks."""
import numpy as np
import pytest
import torch
from conftest import load_tool
from mmengine.registry import DefaultScope, init_default_scope
from mmseg.registry import MODELS
from PIL import Image
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config
from tiny_translation import NAMES, prepare, prepared

from cen_mm.datasets.nyudv2 import bit_colour

tool = load_tool('analysis_tools/contact_sheet.py')


@pytest.fixture(autouse=True)
def leaves_no_scope():
    with DefaultScope.overwrite_default_scope('mmengine'):
        yield


def draw(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['contact_sheet.py', *map(str, args)])
    tool.main()


def test_translation(tmp_path, monkeypatch, capsys):
    """Sources and targets stand where they belong, three times enlarged."""
    prepare(tmp_path)
    out = tmp_path / 'new/sheet.png'
    draw(monkeypatch, tmp_path / 'rooms.py', tmp_path / 'rooms.pth', out,
         '--indices', 2, 0)
    assert f'{out}: 2 images' in capsys.readouterr().out
    sheet = np.array(Image.open(out).convert('RGB'))[:, 20:]  # names
    for line, index in enumerate((2, 0)):
        x, target = prepared(tmp_path, NAMES[index])
        for column, image in ((0, x[:3]), (1, x[3:]), (5, target)):
            picture = np.kron(image.numpy().transpose(1, 2, 0),
                              np.ones((3, 3, 1)))
            top = sheet.shape[0] - (2 - line) * 196
            part = sheet[top:top + 192, column * 196:column * 196 + 192]
            assert abs(part - picture).max() <= 1


def test_segmentation(tmp_path, monkeypatch):
    """The legend has the colours of all classes."""
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.dump(tmp_path / 'tiny.py')
    init_default_scope('mmseg')
    torch.save(MODELS.build(cfg.model).state_dict(), tmp_path / 'tiny.pth')
    out = tmp_path / 'sheet.png'
    draw(monkeypatch, tmp_path / 'tiny.py', tmp_path / 'tiny.pth', out,
         '--indices', 1)
    drawn = {tuple(c) for row in np.array(Image.open(out).convert('RGB'))
             for c in row.tolist()}
    assert {tuple(bit_colour(i + 1)) for i in range(40)} <= drawn


def test_what_is_not_there(tmp_path, monkeypatch):
    prepare(tmp_path)
    with pytest.raises(SystemExit, match='none.pth is not there'):
        draw(monkeypatch, tmp_path / 'rooms.py', tmp_path / 'none.pth',
             'a.png')
    args = tmp_path / 'rooms.py', tmp_path / 'rooms.pth'
    with pytest.raises(SystemExit, match='a does not say which picture'):
        draw(monkeypatch, *args, 'a')
    for index in (-1, 3):
        with pytest.raises(SystemExit, match=f'{index}: .*images 0 to 2'):
            draw(monkeypatch, *args, 'a.png', '--indices', index)
    (tmp_path / f'rooms/rgb/{NAMES[0]}.png').unlink()
    with pytest.raises(SystemExit, match='is not there .*1 have no rgb'):
        draw(monkeypatch, *args, 'a.png')
