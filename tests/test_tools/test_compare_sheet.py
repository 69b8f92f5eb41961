"""tools/analysis_tools/compare_sheet.py, for both tasks."""
import shutil

import numpy as np
import pytest
import torch
from conftest import load_tool, make_gammas
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, MODELS, DefaultScope
from PIL import Image
from tiny_nyudv2 import NAMES, write_nyudv2
from tiny_training import tiny_config
from tiny_translation import NAMES as VIEWS
from tiny_translation import prepare, prepared

from cen_mm.analysis.frames import frames
from cen_mm.analysis.sheet import GAP, NAME, SPACE, TITLE
from cen_mm.datasets.nyudv2 import bit_colour
from cen_mm.layers import exchangeable_norms

tool = load_tool('analysis_tools/compare_sheet.py')
RUNS = 'one', 'CEN'


@pytest.fixture(autouse=True)
def leaves_no_scope():
    with DefaultScope.overwrite_default_scope('mmengine'):
        yield


def sheet(monkeypatch, capsys, root, *args, runs=RUNS):
    """Run the tool; returns the words of what it printed, line by line."""
    given = [word for name in runs
             for word in ('--run', name, root / name / 'net.pth')]
    monkeypatch.setattr('sys.argv', ['', *map(str, (*args, *given))])
    tool.main()
    lines = capsys.readouterr().out.split('images (')[1].splitlines()
    return [line.split() for line in lines]


def save(root, cfg, scope, key):
    """Two checkpoints, not far from each other, and what they predict.

    Returns:
        dict[str, list[np.ndarray]]: By run the field of every image.
    """
    made = {}
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope(scope):
        dataset = DATASETS.build(cfg.test_dataloader.dataset)
        net = MODELS.build(cfg.model)
        for _, norm in exchangeable_norms(net):
            make_gammas(norm)
        for name in RUNS:
            (root / name).mkdir()
            cfg.dump(root / name / 'config.py')
            torch.save(net.state_dict(), root / name / 'net.pth')
            made[name] = []
            for data in dataset:
                torch.manual_seed(0)  # of the config
                with torch.no_grad():
                    sample = net.eval().test_step(pseudo_collate([data]))[0]
                made[name].append(np.array(getattr(sample, key).data))
            with torch.no_grad():
                for weight in net.parameters():
                    weight *= 1 + 0.2 * torch.randn_like(weight)
    return made


@pytest.fixture(scope='module')
def rgbd(tmp_path_factory):
    """Three images whose light differs, one with labels that miss."""
    root = tmp_path_factory.mktemp('rgbd')
    data = write_nyudv2(root / 'data')
    shutil.copy(root / 'data/train.txt', root / 'data/val.txt')
    data.masks[1][2:14, 2:20] = 255
    Image.fromarray(data.masks[1]).save(root / f'data/masks/{NAMES[1]}.png')
    for share, rgb, name in zip((0.6, 1, 0.4), data.rgb, NAMES):
        rgb[:] = share * rgb
        Image.fromarray(rgb).save(root / f'data/rgb/{name}.png')
    cfg = tiny_config(root / 'data', root)
    made = save(root, cfg, 'mmseg', 'pred_sem_seg')
    return root, data, {k: [m[0] for m in maps] for k, maps in made.items()}


@pytest.fixture(scope='module')
def rooms(tmp_path_factory):
    """Three views whose light, that of the target, differs."""
    root = tmp_path_factory.mktemp('rooms')
    cfg = prepare(root)
    for share, name in zip((0.9, 0.5, 1), VIEWS):
        path = root / f'rooms/rgb/{name}.png'
        rgb = share * np.array(Image.open(path))
        Image.fromarray(rgb.astype(np.uint8)).save(path)
    return root, save(root, cfg, 'mmagic', 'pred_img')


def expected(data, made):
    """Disagreement and accuracies of every image, by hand."""
    rows = []
    for mask, one, other in zip(data.masks, *made.values()):
        known = mask != 255
        rows.append([(one != other)[known].mean(),
                     (one == mask)[known].mean(),
                     (other == mask)[known].mean()])
    return np.array(rows)


def test_segmentation_picks_by_disagreement(rgbd, tmp_path, monkeypatch,
                                            capsys):
    root, data, made = rgbd
    rows = expected(data, made)
    order = rows[:, 0].argsort()[::-1]
    assert len(set(rows[:, 0])) == 3
    out = tmp_path / 'new/sheet.png'
    first, head, *lines = sheet(monkeypatch, capsys, root, out, '--images', 2)
    assert first[:2] == ['--pick', 'disagreement),']
    assert ' '.join(first[2:]) == 'pixel accuracy of each run:'
    assert head == ['image', 'disagreement', *RUNS]
    for line, index in zip(lines, order[:2]):
        assert line == [NAMES[index], f'{rows[index, 0]:.3f}',
                        *(f'{share:.1%}' for share in rows[index, 1:])]
    assert lines[2:] == [
        ['mean', 'of', which, f'{mean[0]:.3f}',
         *(f'{share:.1%}' for share in mean[1:])]
        for which, mean in (('these', rows[order[:2]].mean(axis=0)),
                            ('all', rows.mean(axis=0)))]
    drawn = np.array(Image.open(out).convert('RGB')).astype(int)
    top = TITLE
    for index in order[:2]:
        one, other = (maps[index] for maps in made.values())
        truth = data.masks[index]
        boxes = frames((one != other) & (truth != 255))
        for column, labels in enumerate((one, other, truth)):
            check_labels(panel(drawn, top, column), labels, boxes)
        top += 4 * 24 + GAP + TITLE
        # A palette of 256 colours has not all of noise.
        away = abs(panel(drawn, top, 0) - big(data.rgb[index]))
        assert np.median(away) <= 12
        assert panel(drawn, top, 1)[0, 0].tolist() != [255] * 3
        assert panel(drawn, top, 3)[0, 0].tolist() != [255] * 3
        top += 4 * 24 + GAP + SPACE + TITLE
    # The legend: exact colours of all classes.
    below = {tuple(c) for line in drawn[top - SPACE - TITLE:]
             for c in line.tolist()}
    assert {tuple(bit_colour(k + 1)) for k in range(40)} <= below


def big(picture):
    return np.kron(picture, np.ones((4, 4, 1), int))


def panel(drawn, top, column):
    left = NAME + column * (4 * 30 + GAP)
    return drawn[top:top + 4 * 24, left:left + 4 * 30]


def check_labels(shown, labels, boxes):
    """Exact colours, but for frames, whose middle is white."""
    colours = np.zeros((256, 3), int)
    colours[:40] = [bit_colour(k + 1) for k in range(40)]
    same = (shown == big(colours[labels])).all(axis=2)
    assert 1 <= len(boxes) <= 2
    for box in boxes:
        top, left, bottom, right = (4 * edge for edge in box)
        y, x = (top + bottom) // 2, (left + right) // 2
        same[max(0, top - 4):top + 4, max(0, left - 4):right + 4] = True
        same[bottom - 4:bottom + 4, max(0, left - 4):right + 4] = True
        same[max(0, top - 4):bottom + 4, max(0, left - 4):left + 4] = True
        same[max(0, top - 4):bottom + 4, right - 4:right + 4] = True
        for near in (shown[max(0, top - 3):top + 3, x],
                     shown[y, max(0, left - 3):left + 3]):
            assert near.sum(axis=-1).max() > 700
    assert same.all()


def test_light_and_names(rgbd, tmp_path, monkeypatch, capsys):
    root, data, made = rgbd
    light = [rgb.mean() / 255 for rgb in data.rgb]
    rows = expected(data, made)
    for way, index in (('dark', np.argmin(light)), ('bright',
                                                    np.argmax(light))):
        _, head, line, mean = sheet(
            monkeypatch, capsys, root, tmp_path / 'sheet.png', '--pick', way,
            '--images', 1)
        assert head == ['image', 'light', *RUNS]
        assert line == [NAMES[index], f'{light[index]:.3f}',
                        *(f'{share:.1%}' for share in rows[index, 1:])]
        assert mean == ['mean', 'of', 'all', f'{np.mean(light):.3f}']
    first, head, *lines = sheet(
        monkeypatch, capsys, root, tmp_path / 'sheet.png', '--names',
        NAMES[2], NAMES[0])
    assert first[0] == '--names),' and head == ['image', *RUNS]
    assert lines == [
        [*words, *(f'{share:.1%}' for share in shares[1:])]
        for words, shares in (([NAMES[2]], rows[2]), ([NAMES[0]], rows[0]), (
            ['mean', 'of', 'these'], rows[[2, 0]].mean(axis=0)))]


def test_translation(rooms, tmp_path, monkeypatch, capsys):
    root, made = rooms
    one, other = (np.stack(images).round() for images in made.values())
    targets = np.stack([prepared(root, name)[1].numpy() for name in VIEWS])
    away = abs(one - other).mean(axis=(1, 2, 3)) / 127.5
    errors = np.stack([abs(made - targets).mean(axis=(1, 2, 3)) / 127.5
                       for made in (one, other)], axis=1)
    order = away.argsort()[::-1]
    first, head, *lines = sheet(monkeypatch, capsys, root,
                                tmp_path / 'sheet.png', '--images', 9)
    assert ' '.join(first[2:]) == 'MAE on [-1, 1] of each run:'
    assert [line[0] for line in lines[:3]] == [VIEWS[i] for i in order]
    for line, index in zip(lines, order):
        np.testing.assert_allclose(
            [float(word) for word in line[1:]],
            [away[index], *errors[index]], atol=1.1e-3)
    drawn = np.array(Image.open(tmp_path / 'sheet.png').convert('RGB'))
    source = prepared(root, VIEWS[order[0]])[0][3:].permute(1, 2, 0).numpy()
    top, left = 2 * TITLE + 4 * 64 + GAP, NAME + 4 * 64 + GAP
    shown = drawn[top:top + 4 * 64, left:left + 4 * 64]
    assert abs(shown - big(source)).max() <= 1
    # There is no source in RGB: the light is the target's.
    for way, index in (('dark', 1), ('bright', 2)):
        _, _, line, _ = sheet(monkeypatch, capsys, root,
                              tmp_path / 'sheet.png', '--pick', way,
                              '--images', 1)
        assert line[0] == VIEWS[index]
        assert float(line[1]) == pytest.approx(
            targets[index].mean() / 255, abs=2e-3)


@pytest.mark.parametrize('args, why', [
    (['--names', '00004'], "no image '00004': give .*such as 000004"),
    (['--images', 0], '--images 0: show one image or more'),
    (['--config', 'two', 'a.py'], '--config two: .*give one of one, CEN'),
    (['--config', 'CEN', 'a.py'], 'a.py, the config of CEN, is not there'),
    (['--run', 'CEN', 'a.pth'], 'each with a name of its own'),
    (['--run', 'last', 'a.pth'], 'a.pth is not there'),
    (['--cfg-options', 'test_dataloader.dataset.data_root=nowhere'],
     'the folder nowhere of test_dataloader is not there'),
])
def test_bad_input_gets_a_sentence(rgbd, tmp_path, monkeypatch, capsys, args,
                                   why):
    out = tmp_path / 'sheet.png'
    with pytest.raises(SystemExit, match=why):
        sheet(monkeypatch, capsys, rgbd[0], out, *args)
    assert not out.exists()


def test_what_does_not_belong_together(rgbd, rooms, tmp_path, monkeypatch,
                                       capsys):
    root, out = tmp_path, tmp_path / 'sheet.png'
    shutil.copytree(rgbd[0] / 'one', root / 'one')
    shutil.copytree(rooms[0] / 'CEN', root / 'CEN')
    with pytest.raises(SystemExit, match='CEN and one cannot .*tasks differ'):
        sheet(monkeypatch, capsys, root, out)
    shutil.copy(root / 'one/net.pth', root / 'CEN/net.pth')
    with pytest.raises(SystemExit, match='CEN/net.pth does not fit .*config'):
        sheet(monkeypatch, capsys, root, out)
    (root / 'CEN/config.py').unlink()
    with pytest.raises(SystemExit, match='CEN holds no config .*--config'):
        sheet(monkeypatch, capsys, root, out)
    with pytest.raises(SystemExit, match='twice or more'):
        sheet(monkeypatch, capsys, root, out, runs=['one'])
    with pytest.raises(SystemExit, match='sheet.jpg: .*must end in .png'):
        sheet(monkeypatch, capsys, root, root / 'sheet.jpg')
    assert not list(root.glob('sheet*'))
