"""The plots of gammas: what pictures hold, and tools on a trained run."""
import cv2
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch
from tiny_gammas import write_gammas

from cen_mm.analysis.gammas.proportions import draw_proportions
from cen_mm.analysis.gammas.records import GammaLog
from cen_mm.analysis.gammas.shares import draw_shares
from cen_mm.analysis.gammas.trajectories import draw_trajectories
from cen_mm.analysis.style import modality_colours

NAMES = ['thermal', 'rgb', 'depth']
FIRST = np.array([[1, 2, 0, 5, 0, 1], [1, -2, 0, 0, 3, 1], [2, 4, 0, 0, 0, 2]])
SECOND = np.array([[0, 0, 0, 8], [3, 9, 1, 8], [-1, 1, 9, 4]])
TOOL = 'analysis_tools/{}.py'


def log_of(modalities, label='', **layers):
    """Records every 20 steps of ``(S, M, C)`` gammas by layer."""
    gammas = {f'net.{k.replace("_", ".")}': np.asarray(v, float)
              for k, v in layers.items()}
    replaced = {k: abs(v) < 0.02 for k, v in gammas.items()}
    steps = 20 * np.arange(len(next(iter(gammas.values()))))
    return GammaLog(steps, modalities, gammas, replaced,
                    dict.fromkeys(gammas, 0.02), label, label)


def curves(axis, style):
    """Sorted heights of the curves of a line style, each of 4 records."""
    lines = [line for line in axis.get_lines()
             if (line.get_marker(), line.get_linestyle()) == ('None', style)]
    assert all(line.get_xdata().tolist() == [0, 20, 40, 60] for line in lines)
    return sorted(line.get_ydata().tolist() for line in lines)


def test_trajectories():
    """By channel of thermal, its own three first, four records."""
    thermal = np.transpose([
        [1., 0.4, 0.01, 0.005], [1., 0.01, 0.01, 0.3], [1., 0.9, 0.8, 0.7],
        [1., 0.01, 0.01, 0.01], [1., 0.5, -0.5, 0.5], [0.01] * 4])
    rgb = np.full((4, 6), 0.5)
    rgb[:, 4] = 1, 0.001, 0.001, -0.5
    one, two = (
        log_of(NAMES[:2], name, layer3_0_bn2=gammas, layer3_1_bn2=gammas)
        for name, gammas in (('one', np.stack([thermal, rgb], 1)),
                             ('two', np.stack([np.ones((4, 6)), rgb], 1))))
    figure, text = draw_trajectories([one, two], 'layer3.0.bn2', 'thermal')
    lines = text.splitlines()
    assert lines[0] == (
        'one, net.layer3.0.bn2 of thermal, 3 channels: 1 of 2 closed channels '
        'recovered; closed ones end at |gamma| 0.3000 at most')
    # Two layers, each with the two above, and rgb's that ends at -0.5.
    assert lines[1] == ('one, all layers and modalities: '
                        '4 of 6 closed channels recovered')
    assert lines[2].endswith('0 of 0 closed channels recovered')
    # rgb's began larger than those beside it.
    assert lines[4:] == [
        'one: 4 of 6 closed channels began as the smallest of their layer and '
        'modality',
        'two: 0 of 2 closed channels began as the smallest of their layer and '
        'modality',
        '2 of 6 channels that closed did so in all runs']
    left, right = figure.axes
    assert left.get_title() == 'one\n1 of 2 closed channels recovered'
    assert left.get_ylim() == right.get_ylim()
    assert curves(left, '-') == [[1, 0.4, 0.01, 0.005]]
    assert curves(left, '-.') == [[1, 0.01, 0.01, 0.3]]
    assert curves(left, '--') == [[1, 0.9, 0.8, 0.7]]
    assert (curves(right, '-'), curves(right, '--')) == ([], [[1] * 4] * 3)
    figure, text = draw_trajectories(
        [one], 'net.layer3.0.bn2', 'thermal', 'all', 0.45)
    assert text.startswith(
        'one, net.layer3.0.bn2 of thermal, 6 channels: 0 of 3 closed channels '
        'recovered, 0 of 1 that began below rose; closed ones end at |gamma| '
        '0.3000 at most')
    assert {k: len(curves(figure.axes[0], k)) for k in ('-', '--', '-.', ':')
            } == {'-': 3, '--': 2, '-.': 0, ':': 1}
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        '|gamma| < 0.45', 'stays open', 'closes', 'stays closed']


@pytest.mark.parametrize('recorded, shown', [
    ((0.01, 0.01), 'below 0.01'), ((0., 0.01), 'below 0.01'),
    ((0.3, 0.), 'below 0.3')])
def test_threshold_is_that_of_the_runs(recorded, shown):
    logs = [log_of(NAMES, str(i), bn=np.full((2, 3, 6), 0.1))._replace(
        thresholds={'net.bn': value}) for i, value in enumerate(recorded)]
    figure, _ = draw_trajectories(logs, 'bn', 'rgb')
    assert figure.legends[0].get_texts()[0].get_text() == shown.replace(
        'below', '|gamma| <')


@pytest.mark.parametrize('recorded, message', [
    ((0., 0.), 'record no threshold above 0, so give --threshold'),
    ((0.01, 0.02), 'exchanged below 0.01, 0.02, so give --threshold'),
    ((None, ), 'record no threshold above 0, so give --threshold')])
def test_threshold_that_nobody_knows(recorded, message):
    logs = [log_of(NAMES, bn=np.full((2, 3, 6), 0.1))._replace(
        thresholds={} if value is None else {'net.bn': value})
        for value in recorded]
    with pytest.raises(ValueError, match=message):
        draw_trajectories(logs, 'bn', 'rgb')


def check_panel(axis, gamma):
    """The areas of a panel are the shares, stacked; the strip owns parts."""
    size = np.abs(gamma).astype(float)
    colours = modality_colours(NAMES)
    steps = {patch.get_hatch() or to_hex(patch.get_facecolor()).upper(): patch
             for patch in axis.patches if isinstance(patch, StepPatch)}
    floor = 0
    total = size.sum(axis=0)
    some = total > 0
    for name, part in zip(NAMES, size):
        tops, edges, bottoms = steps[colours[name]].get_data()
        assert edges.tolist() == list(range(len(tops) + 1))
        assert np.isnan(tops[~some]).all()
        np.testing.assert_allclose(
            (tops - bottoms)[some], part[some] / total[some])
        np.testing.assert_allclose(bottoms, floor + 0 * tops, atol=1e-12)
        floor = tops
    assert np.nanmin(floor) == pytest.approx(1)
    # The records exchange what is below 0.02.
    assert steps['//////'].get_data().values.tolist() == (
        size < 0.02).all(axis=0).tolist()
    strips = {}
    for strip in axis.collections:
        x = strip.get_paths()[0].vertices[:, 0]
        if x.max() > x.min():
            strips[to_hex(strip.get_facecolor()[0]).upper()] = x.min(), x.max()
    starts = [m * gamma.shape[1] // 3 for m in range(4)]
    assert strips == dict(zip(colours.values(), zip(starts, starts[1:])))
    assert axis.get_xticks().tolist() == starts


def test_draw_proportions():
    def log(label, **layers):  # a first record that is not to be looked at
        return log_of(NAMES, label, **{
            k: np.stack([np.ones_like(v), v]) for k, v in layers.items()})

    one = log('one', first_norm=FIRST, second_norm=SECOND)
    two = log('two', first_norm=FIRST[::-1], second_norm=SECOND[::-1])
    figure, text = draw_proportions([one, two])
    # Largest: 1/2, 1/2, -, 1, 1, 1/2; 3/4, 9/10, 9/10, 4/10. Above 0.9: two,
    # as 9/10 is not. Own parts are 2, 2, 2 and 1, 1, 2 channels; the owner is
    # the smallest in no channel of the first layer, for 1/4 is the share of
    # two; in the second of 0 and 3.
    assert text.splitlines()[0] == (
        'one after 20 iterations, 2 layers: largest modality '
        '71.7% on average, above 90 % in 22.2% of the channels, own '
        'modality the smallest in 22.2%, 1 channels all 0, exchanged in '
        'every modality 10.0%')
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        *NAMES, 'exchanged in every modality']
    panels = np.array(figure.axes).reshape(2, 2)
    for axis, gamma in zip(
            panels.T.flat, (FIRST, SECOND, FIRST[::-1], SECOND[::-1])):
        check_panel(axis, gamma)
    assert panels[0, 1].get_title() == 'two'
    assert panels[1, 0].get_ylabel() == 'second.norm'
    # One layer of networks that differ elsewhere.
    figure, text = draw_proportions(
        [one, log('two', second_norm=SECOND)], 'second.norm')
    assert len(figure.axes) == 2
    assert len(figure.legends[0].get_texts()) == 3
    check_panel(figure.axes[1], SECOND)
    assert text.splitlines()[1].startswith(
        'two after 20 iterations, 1 layers: largest modality 73.8%')


def test_draw_shares():
    log = log_of(['thermal', 'rgb'],
                 first=[np.ones((2, 4)), [[0, 0, 1, 1], [1, 1, 1, 0]]],
                 second=[np.zeros((2, 4)), [[1, 1, 0, 0], [0, 0, 0, 1]]])
    left, right = draw_shares(log).axes
    assert [bar.get_height() for bar in left.patches] == [50, 50, 25, 75]
    assert [line.get_ydata().tolist() for line in right.get_lines()] == [
        [50, 50], [50, 50]]
    assert right.get_lines()[0].get_xdata().tolist() == [0, 20]


def count_recoveries(courses, threshold):
    """Of closed channels, by loops: how many recovered, and how many are."""
    closed = recovered = 0
    for course in courses:
        above = [abs(gamma) >= threshold for gamma in course]
        if any(was and not now for was, now in zip(above, above[1:])):
            closed += 1
            recovered += above[-1]
    return recovered, closed


def test_tools_on_a_trained_run(trained_run, tmp_path, run_tool):
    """Printed numbers by loops over the records, and pictures."""
    records = [dict(np.load(trained_run / f'gammas/iter_{n:06d}.npz'))
               for n in range(10)]
    layers = [k for k in records[0] if f'{k}/replaced' in records[0]]
    out = tmp_path / 'new/out.png'
    shares = np.mean([[np.mean(abs(gamma) < 0.02)
                       for gamma in records[-1][k]] for k in layers], axis=0)
    counts = np.sum([count_recoveries(
        [[r[k][m, c] for r in records]
         for m in range(2) for c in range(m * half, m * half + half)], 0.02)
        for k in layers for half in (records[0][k].shape[1] // 2, )], axis=0)
    assert 0 < counts[0] < counts[1]
    size = np.concatenate([abs(records[-1][k]) for k in layers], axis=1)
    largest = (size.max(axis=0) / size.sum(axis=0)).mean()
    for tool, args, printed in (
            ('exchange_plot', [trained_run, out],
             f'{out}: 16 layers, mean share rgb {shares[0]:.1%}, depth '
             f'{shares[1]:.1%}'),
            ('gamma_trajectories',
             [out, trained_run, trained_run, '--labels', 'a', 'b', '--layer',
              'layer3.0.bn2', '--modality', 'depth'],
             'b, all layers and modalities: {} of {} closed'.format(*counts)),
            ('gamma_proportions', [out, trained_run],
             'run after 9 iterations, 16 layers: largest modality '
             f'{largest:.1%} on average')):
        assert printed in run_tool(TOOL.format(tool), *args)
        assert cv2.imread(str(out)).std() > 0
        out.unlink()


TRAJECTORY = '--layer', 'second.norm', '--modality'


@pytest.mark.parametrize('tool, args, message', [
    ('exchange_plot', ('none', 'out.png'), 'training with a SparsityHook'),
    ('exchange_plot', ('one', '.'), 'give a name such as out.png'),
    ('gamma_proportions', ('one', '--layer', 'third'),
     'one: .*no layer.*near names'),
    ('gamma_proportions', ('one', 'two'),
     'two has other layers or modalities than one'),
    ('gamma_proportions', ('two', 'other'),
     'other has other layers or modalities than two'),
    ('gamma_proportions', ('one', '--labels', 'a', 'b'), '2 --labels for 1'),
    ('gamma_trajectories', ('one', *TRAJECTORY, 'lidar'),
     'one has no modality .lidar.; it has thermal, rgb, depth'),
    ('gamma_trajectories', ('one', *TRAJECTORY, 'rgb', '--layer', 'norm'),
     'one: .*several layers.*net.second.norm'),
    ('gamma_trajectories', ('other', *TRAJECTORY, 'a'),
     'only the record of iteration 0'),
])
def test_bad_requests(tmp_path, run_tool, monkeypatch, tool, args, message):
    monkeypatch.chdir(tmp_path)
    two = {'net.second.norm': [SECOND, SECOND]}
    write_gammas(tmp_path / 'one', {'net.first.norm': [FIRST, FIRST], **two},
                 NAMES)
    write_gammas(tmp_path / 'two', two, NAMES)
    write_gammas(tmp_path / 'other', {'net.second.norm': [SECOND]}, [*'abc'])
    (tmp_path / 'none').mkdir()
    if tool != 'exchange_plot':
        args = 'out.png', *args
    with pytest.raises(SystemExit, match=message):
        run_tool(TOOL.format(tool), *args)
    assert not list(tmp_path.glob('*.png'))
