"""The curves of gammas over training, from records that the test writes."""
import sys

import cv2
import numpy as np
import pytest
from conftest import load_tool
from tiny_gammas import write_gammas

LAYER = 'net.layer3.0.bn2'
# By channel of thermal, six of them, its own three first, four records.
THERMAL = np.array([
    [1., 0.4, 0.01, 0.005],
    [1., 0.01, 0.01, 0.3],
    [1., 0.9, 0.8, 0.7],
    [1., 0.01, 0.01, 0.01],
    [1., 0.5, -0.5, 0.5],
    [0.01, 0.01, 0.01, 0.01],
]).T  # (S, C)


def record(work_dir, closed=True):
    rgb = np.full((4, 6), 0.5)
    rgb[:, 4] = 1, 0.001, 0.001, -0.5
    thermal = THERMAL if closed else np.ones((4, 6))
    gammas = np.stack([thermal, rgb], axis=1)  # (S, M, C)
    return str(write_gammas(
        work_dir, {LAYER: gammas, 'net.layer3.1.bn2': gammas},
        ['thermal', 'rgb']))


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the tool, hand back what it printed and, unsaved, its figure."""

    def call(*arguments):
        tool = load_tool('analysis_tools/gamma_trajectories.py')
        figures, save = [], tool.save

        def keep(figure, out):
            figures.append(figure)
            save(figure, out)

        monkeypatch.setattr(tool, 'save', keep)
        monkeypatch.setattr(sys, 'argv', ['', *map(str, arguments)])
        tool.main()
        return capsys.readouterr().out.splitlines(), figures[0]

    return call


def curves(axis):
    """Label of the curves of a style and heights, of lines of 4 records."""
    drawn = {}
    for line in axis.get_lines():
        if line.get_marker() == 'None':
            assert line.get_xdata().tolist() == [0, 20, 40, 60]
            drawn.setdefault(line.get_linestyle(), []).append(
                tuple(round(y, 4) for y in line.get_ydata().tolist()))
    return {k: sorted(v) for k, v in drawn.items()}


def test_own_channels_of_two_runs(tmp_path, run):
    one, two = record(tmp_path / 'one'), record(tmp_path / 'two', False)
    out = tmp_path / 'out.png'
    lines, figure = run(out, one, two, '--layer', 'layer3.0.bn2',
                        '--modality', 'thermal')
    assert lines[0] == (
        'one, net.layer3.0.bn2 of thermal, 3 channels: 1 of 2 closed channels '
        'recovered; closed ones end at |gamma| 0.3000 at most')
    # Two layers, each with the two above, and rgb's that ends at -0.5.
    assert lines[1] == ('one, all layers and modalities: '
                        '4 of 6 closed channels recovered')
    assert lines[2].endswith('0 of 0 closed channels recovered')
    left, right = figure.axes
    assert left.get_title() == 'one\n1 of 2 closed channels recovered'
    assert left.get_ylim() == right.get_ylim()
    assert curves(left) == {
        '-': [(1, 0.01, 0.01, 0.3), (1, 0.4, 0.01, 0.005)],
        '--': [(1, 0.9, 0.8, 0.7)]
    }
    assert curves(right) == {'--': 3 * [(1, 1, 1, 1)]}
    dot, = (n for n in left.get_lines() if n.get_marker() == 'o')
    assert dot.get_xydata().round(4).tolist() == [[60, 0.3]]
    assert cv2.imread(str(out)).std() > 0


def test_all_channels_another_threshold_and_labels(tmp_path, run):
    lines, figure = run(
        tmp_path / 'out.png', record(tmp_path / 'one'), '--layer', LAYER,
        '--modality', 'thermal', '--region', 'all', '--threshold', '0.45',
        '--labels', 'with exchange')
    assert lines[0] == (
        'with exchange, net.layer3.0.bn2 of thermal, 6 channels: 0 of 3 '
        'closed channels recovered, 0 of 1 that began below rose; closed '
        'ones end at |gamma| 0.3000 at most')
    assert len(curves(figure.axes[0])['-']) == 3
    assert len(curves(figure.axes[0])['--']) == 3


@pytest.mark.parametrize('change, message', [
    (dict(layer='layer3.0.bn3'), 'one: .*no layer.*near names: net.layer3'),
    (dict(layer='bn2'), 'one: .*several layers.*net.layer3.1.bn2'),
    (dict(modality='depth'), 'one has no modality .depth.; it has thermal, '
     'rgb'),
    (dict(labels=('a', 'b')), '2 --labels for 1 work dirs'),
    (dict(out='.'), 'out.png'),
])
def test_bad_requests(tmp_path, run, monkeypatch, change, message):
    monkeypatch.chdir(tmp_path)
    record(tmp_path / 'one')
    given = dict(
        dict(out='out.png', layer=LAYER, modality='rgb', labels='x'),
        **change)
    with pytest.raises(SystemExit, match=message):
        run(given['out'], 'one', '--layer', given['layer'], '--modality',
            given['modality'], '--labels', *given['labels'])
    assert not (tmp_path / 'out.png').exists()


def test_a_run_of_one_record(tmp_path, run):
    write_gammas(tmp_path, {LAYER: np.ones((1, 2, 4))}, ['rgb', 'depth'])
    with pytest.raises(SystemExit, match='only the record of iteration 0'):
        run('out.png', tmp_path, '--layer', LAYER, '--modality', 'rgb')
