"""tools/analysis_tools/attraction.py, for both tasks and by hand."""
import csv
import re

import cv2
import pytest
import torch
from conftest import load_tool, make_gammas
from mmengine.config import Config
from mmengine.registry import DefaultScope, init_default_scope
from mmseg.registry import MODELS
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config
from tiny_translation import prepare

from cen_mm.layers import exchangeable_norms

tool = load_tool('analysis_tools/attraction.py')
words = load_tool('analysis_tools/_attraction_table.py')


@pytest.fixture(autouse=True)
def leaves_no_scope():
    with DefaultScope.overwrite_default_scope('mmengine'):
        yield


def measure(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['attraction.py', *map(str, args)])
    tool.main()


def read(table):
    with open(table, newline='') as file:
        return list(csv.DictReader(file))


def test_translation(tmp_path, monkeypatch, capsys):
    """Picture, and a table with the gammas of the checkpoint."""
    prepare(tmp_path)
    out, table = tmp_path / 'new/attraction.png', tmp_path / 'all.csv'
    args = tmp_path / 'rooms.pth', '--batches', 1, '--near', 0.05
    measure(monkeypatch, *args, '--csv', table, '--out', out)
    said = capsys.readouterr().out
    assert '4 norms, lambda 0.01, near zero: |gamma| < 0.05' in said
    assert 'This network was trained with exchange' in said
    assert cv2.imread(str(out)).std() > 0
    state = torch.load(tmp_path / 'rooms.pth')['state_dict']
    lines = read(table)
    gammas = torch.tensor([float(line['gamma']) for line in lines])
    expected = torch.cat([
        state[f'generator.encoder.{n}.norm.weight'] for n in range(1, 5)])
    torch.testing.assert_close(gammas, expected, rtol=1e-5, atol=0)
    first = [line for line in lines
             if line['layer'] == 'generator.encoder.1.norm']  # 8 channels
    assert [line['penalised'] for line in first] == [*'1111000000001111']
    assert [line['modality'] for line in first] == (
        ['reshading'] * 8 + ['edge_texture'] * 8)
    near = [line for line in lines if line['penalised'] == '1' and abs(
        float(line['gamma'])) < 0.05 and line['modality'] == 'reshading']
    shares = [
        sum(float(line[k]) for line in near) / len(near)
        for k in ('measured', 'theorem')
    ]
    printed = re.search(
        r'near zero, penalised +reshading +(\d+) +([\d.]+)% +([\d.]+)%', said)
    assert int(printed[1]) == len(near)
    assert [float(printed[2]), float(printed[3])] == pytest.approx(
        [100 * share for share in shares], abs=0.1)
    small = [value.view(2, -1).abs() < 0.01 for key, value in state.items()
             if key in {f'{line["layer"]}.weight' for line in lines}]
    replaced = sum(int((s & ~s.flip(0)).sum()) for s in small)
    assert f'{replaced} channels are replaced in one modality alone' in said
    # Nothing resists a penalty without bounds.
    measure(monkeypatch, *args, '--csv', table, '--weight', 1e9,
            '--cfg-options', 'model.generator.exchange.threshold=0')
    assert 'trained with exchange' not in capsys.readouterr().out
    assert {float(line[k]) for line in read(table)
            for k in ('measured', 'theorem')} == {1}


def test_segmentation(tmp_path, monkeypatch, capsys):
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.dump(tmp_path / 'tiny.py')
    init_default_scope('mmseg')
    net = MODELS.build(cfg.model)
    replaced = 0
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
        if norm.exchange is not None:
            small = norm.gamma.abs() < 0.02
            replaced += int((small & ~small.flip(0)).sum())
    torch.save(net.state_dict(), tmp_path / 'tiny.pth')
    measure(monkeypatch, tmp_path / 'tiny.pth', '--batches', 2)
    said = capsys.readouterr().out
    assert '2 batches of 1, 16 norms, lambda 0.0006, near zero: |gamma| < ' \
           '0.02' in said
    assert re.search(r'others, not penalised +depth', said)
    assert (f'{replaced} channels are replaced in one modality alone: '
            'their largest |dL/dgamma| is 0, so') in said


def gammas(modality, near, attracted, probability, slope, size):
    """One channel that is penalised, of several batches."""
    return words.Gammas(
        'layer', modality, torch.zeros(1), torch.tensor([near]),
        torch.tensor([True]), *(torch.tensor(v)[:, None] for v in (
            slope, size, attracted, probability)))


def test_the_words():
    """Means over batches and channels, worked out by hand."""
    rows = [
        gammas('rgb', True, [True, False], [0.8, 0.6], [3., 0.], [1., 2.]),
        gammas('rgb', True, [True, True], [1., 1.], [1., 1.], [1., 1.]),
        gammas('depth', False, [False, True], [0.5, 0.], [4., 3.], [2., 0.])
    ]
    first, second = words.table(rows).splitlines()[1:]
    assert first.split()[2:] == [
        'penalised', 'rgb', '2', '75.0%', '85.0%', '1.7', '1.3', '1.66']
    assert second.split()[1:] == [
        'penalised', 'depth', '1', '50.0%', '25.0%', '3.5', '1.4', '2.00']
    first, second = words.verdict(rows).splitlines()
    # Two cases of four are between 10 and 90 %.
    assert first == (
        'near zero, penalised: zero attracts in 75.0% of the cases, the '
        'theorem says 85.0%. Of the '
        '50.0% where it says 10 to 90% these are 50.0% and 70.0%. dL/dgamma '
        'is 1.66 times what independent pixels would make it.')
    assert second.startswith('others, penalised: zero attracts in 50.0%')


def test_runs_that_say_nothing(tmp_path, monkeypatch):
    cfg = prepare(tmp_path)
    path = tmp_path / 'rooms.pth'
    with pytest.raises(SystemExit, match='--batches must be at least 1'):
        measure(monkeypatch, path, '--batches', 0)
    with pytest.raises(SystemExit, match='a does not say which picture'):
        measure(monkeypatch, path, '--out', 'a')
    with pytest.raises(SystemExit, match='nowhere of train_dataloader is not'):
        measure(monkeypatch, path, '--cfg-options',
                'train_dataloader.dataset.data_root=nowhere')
    with pytest.raises(SystemExit, match='none.pth is not there'):
        measure(monkeypatch, tmp_path / 'none.pth')
    for change, message in (
            (dict(default_hooks=dict(sparsity=dict(weight=0.))),
             'lambda is 0, .* give --weight'),
            (dict(default_hooks=dict(sparsity=None)), 'lambda is 0'),
            (dict(model=dict(generator=dict(exchange=None))),
             'private norms of this CENPix2Pix has an exchange rule')):
        changed = Config(cfg.copy().to_dict())
        changed.merge_from_dict(change)
        changed.dump(tmp_path / 'rooms.py')
        with pytest.raises(SystemExit, match=message):
            measure(monkeypatch, path)
