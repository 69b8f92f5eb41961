"""compare_sheet.py and contact_sheet.py, for both tasks."""
import shutil

import numpy as np
import pytest
from mmengine.registry import DefaultScope
from PIL import Image
from tiny_nyudv2 import NAMES
from tiny_runs import RUNS
from tiny_translation import NAMES as VIEWS
from tiny_translation import prepared

from cen_mm.analysis.compare.boxes import difference_boxes
from cen_mm.analysis.compare.sheet import GAP, NAME, SPACE, TITLE
from cen_mm.datasets.nyudv2 import bit_colour

COLOURS = np.zeros((256, 3), int)
COLOURS[:40] = [bit_colour(k + 1) for k in range(40)]


@pytest.fixture
def sheet(tmp_path, run_tool):
    """Run the tool; returns the words of what it printed, line by line."""

    def call(root, *args, runs=RUNS, out='new/sheet.png'):
        given = [word for name in runs
                 for word in ('--run', name, root / name / 'net.pth')]
        with DefaultScope.overwrite_default_scope('mmengine'):
            printed = run_tool('analysis_tools/compare_sheet.py',
                               tmp_path / out, *args, *given)
        lines = printed.split('images (')[1].splitlines()
        return [line.split() for line in lines]

    return call


def ensembles(task):
    return [[image['ensemble'] for image in task.predictions[name]]
            for name in RUNS]


def figures(rgbd):
    """Disagreement and accuracies of every image, by hand."""
    rows = []
    for mask, one, other in zip(rgbd.data.masks, *ensembles(rgbd)):
        known = mask != 255
        rows.append([(one != other)[known].mean(),
                     (one == mask)[known].mean(),
                     (other == mask)[known].mean()])
    return np.array(rows)


def percent(shares):
    return [f'{share:.1%}' for share in shares]


def test_segmentation_picks_by_disagreement(rgbd, tmp_path, sheet):
    rows = figures(rgbd)
    order = rows[:, 0].argsort()[::-1][:2]
    assert len(set(rows[:, 0])) == 3
    first, head, *lines = sheet(rgbd.root, '--images', 2)
    assert first[:2] == ['--pick', 'disagreement),']
    assert ' '.join(first[2:]) == 'pixel accuracy of each run:'
    assert head == ['image', 'disagreement', *RUNS]
    assert lines == [
        [*words, f'{values[0]:.3f}', *percent(values[1:])]
        for words, values in [
            *(([NAMES[index]], rows[index]) for index in order),
            (['mean', 'of', 'these'], rows[order].mean(axis=0)),
            (['mean', 'of', 'all'], rows.mean(axis=0))]]
    drawn = np.array(Image.open(
        tmp_path / 'new/sheet.png').convert('RGB')).astype(int)
    top = TITLE
    for index in order:
        # Exact colours, but for what is framed.
        truth = rgbd.data.masks[index]
        one, other = (maps[index] for maps in ensembles(rgbd))
        boxes = difference_boxes((one != other) & (truth != 255))
        for column, labels in enumerate((one, other, truth)):
            same = panel(drawn, top, column) == big(COLOURS[labels])
            assert 0.7 < same.all(axis=2).mean() < 1
            for up, start, down, end in boxes:
                same[max(0, 4 * up - 4):4 * down + 4,
                     max(0, 4 * start - 4):4 * end + 4] = True
            assert same.all()
        top += 4 * 24 + GAP + TITLE
        # A palette of 256 colours has not all of noise.
        away = abs(panel(drawn, top, 0) - big(rgbd.data.rgb[index]))
        assert np.median(away) <= 12
        for column in (1, 3):
            assert panel(drawn, top, column)[0, 0].tolist() != [255] * 3
        top += 4 * 24 + GAP + SPACE + TITLE


def big(picture, times=4):
    return np.kron(picture, np.ones((times, times, 1), int))


def panel(drawn, top, column):
    left = NAME + column * (4 * 30 + GAP)
    return drawn[top:top + 4 * 24, left:left + 4 * 30]


def test_light_and_names(rgbd, sheet):
    light = [rgb.mean() / 255 for rgb in rgbd.data.rgb]
    rows = figures(rgbd)
    index = np.argmin(light)
    _, *lines = sheet(rgbd.root, '--pick', 'dark', '--images', 1)
    assert lines == [
        ['image', 'light', *RUNS],
        [NAMES[index], f'{light[index]:.3f}', *percent(rows[index, 1:])],
        ['mean', 'of', 'all', f'{np.mean(light):.3f}']]
    first, *lines = sheet(rgbd.root, '--names', NAMES[2], NAMES[0])
    assert first[0] == '--names),'
    assert lines == [['image', *RUNS]] + [
        [*words, *percent(shares[1:])] for words, shares in (
            ([NAMES[2]], rows[2]), ([NAMES[0]], rows[0]),
            (['mean', 'of', 'these'], rows[[2, 0]].mean(axis=0)))]


def test_translation(rooms, tmp_path, sheet):
    one, other = (np.stack(images).round() for images in ensembles(rooms))
    views = [prepared(rooms.root, name) for name in VIEWS]
    targets = np.stack([target.numpy() for _, target in views])
    away, *errors = (
        abs(a - b).mean(axis=(1, 2, 3)) / 127.5
        for a, b in ((one, other), (one, targets), (other, targets)))
    order = away.argsort()[::-1]
    first, head, *lines = sheet(rooms.root, '--images', 9)
    assert ' '.join(first[2:]) == 'MAE on [-1, 1] of each run:'
    assert [line[0] for line in lines[:3]] == [VIEWS[i] for i in order]
    for line, index in zip(lines, order):
        np.testing.assert_allclose(
            [float(word) for word in line[1:]],
            [away[index], *(error[index] for error in errors)], atol=1.1e-3)
    drawn = np.array(Image.open(tmp_path / 'new/sheet.png').convert('RGB'))
    source = views[order[0]][0][3:].permute(1, 2, 0).numpy()
    top, left = 2 * TITLE + 4 * 64 + GAP, NAME + 4 * 64 + GAP
    shown = drawn[top:top + 4 * 64, left:left + 4 * 64]
    assert abs(shown - big(source)).max() <= 1
    # There is no source in RGB: the light is the target's.
    _, _, line, _ = sheet(rooms.root, '--pick', 'bright', '--images', 1)
    assert line[0] == VIEWS[2]
    assert float(line[1]) == pytest.approx(
        targets[2].mean() / 255, abs=2e-3)


@pytest.mark.parametrize('args, why', [
    (['--names', '00004'], "no image '00004': give .*such as 000004"),
    (['--images', 0], '--images 0: show one image or more'),
    (['--config', 'two', 'a.py'], '--config two: .*give one of one, CEN'),
    (['--config', 'CEN', 'a.py'], 'a.py, the config of CEN, is not there'),
    (['--run', 'CEN', 'a.pth'], 'each with a name of its own'),
    (['--run', 'last', 'a.pth'], 'a.pth is not there'),
    (['--cfg-options', 'model'], 'model is not of the form KEY=VALUE'),
    (['--cfg-options', 'test_dataloader.dataset.data_root=nowhere'],
     'the folder nowhere of test_dataloader is not there'),
])
def test_bad_input_gets_a_sentence(rgbd, tmp_path, sheet, args, why):
    with pytest.raises(SystemExit, match=why):
        sheet(rgbd.root, *args)
    assert not list(tmp_path.rglob('*.png'))


def test_what_does_not_belong_together(rgbd, rooms, tmp_path, sheet):
    root = tmp_path
    shutil.copytree(rgbd.root / 'one', root / 'one')
    shutil.copytree(rooms.root / 'CEN', root / 'CEN')
    with pytest.raises(SystemExit, match='CEN and one cannot .*tasks differ'):
        sheet(root)
    (root / 'CEN/config.py').write_text('seed = 1')  # another's
    with pytest.raises(SystemExit, match='CEN does not hold the config .*with '
                       '--config'):
        sheet(root)
    with pytest.raises(SystemExit, match='CEN/net.pth does not fit .*config'):
        sheet(root, '--config', 'CEN', root / 'one/config.py')
    with pytest.raises(SystemExit, match='twice or more'):
        sheet(root, runs=['one'])
    with pytest.raises(SystemExit, match='sheet.jpg: .*must end in .png'):
        sheet(root, out='sheet.jpg')
    assert not list(root.glob('**/sheet*'))


@pytest.fixture
def contact(tmp_path, run_tool):
    """Draw a sheet of the run 'one'; returns it, and what was printed."""

    def call(task, *args, checkpoint='one/net.pth', out='new/sheet.png'):
        with DefaultScope.overwrite_default_scope('mmengine'):
            printed = run_tool(
                'analysis_tools/contact_sheet.py', task.root / 'one/config.py',
                task.root / checkpoint, tmp_path / out, '--indices', *args)
        return np.array(Image.open(tmp_path / out).convert('RGB')), printed

    return call


def test_contact_sheet_of_translation(contact, rooms):
    """Sources and targets stand where they belong, three times enlarged."""
    sheet, printed = contact(rooms, 2, 0)
    assert printed.endswith('new/sheet.png: 2 images\n')
    for line, index in enumerate((2, 0)):
        x, target = prepared(rooms.root, VIEWS[index])
        for column, image in ((0, x[:3]), (1, x[3:]), (5, target)):
            picture = big(image.numpy().transpose(1, 2, 0), times=3)
            top, left = sheet.shape[0] - (2 - line) * 196, 20 + column * 196
            part = sheet[top:top + 192, left:left + 192]
            assert abs(part - picture).max() <= 1


def test_contact_sheet_of_segmentation(contact, rgbd):
    """The legend has the colours of all classes."""
    drawn = {tuple(c) for row in contact(rgbd, 1)[0] for c in row.tolist()}
    assert {tuple(bit_colour(i + 1)) for i in range(40)} <= drawn


@pytest.mark.parametrize('index, kwargs, why', [
    (0, dict(checkpoint='none.pth'), 'none.pth is not there'),
    (0, dict(out='a'), 'a does not say which picture'),
    (-1, {}, '-1: .*images 0 to 2'), (3, {}, '3: .*images 0 to 2')])
def test_contact_sheet_of_what_is_not_there(contact, rooms, index, kwargs,
                                            why):
    with pytest.raises(SystemExit, match=why):
        contact(rooms, index, **kwargs)


def test_contact_sheet_of_a_missing_file(contact, rooms):
    path = rooms.root / f'rooms/rgb/{VIEWS[0]}.png'
    path.rename(rooms.root / 'away.png')
    try:
        with pytest.raises(SystemExit, match='is not there .*1 have no rgb'):
            contact(rooms, 0)
    finally:
        (rooms.root / 'away.png').rename(path)
