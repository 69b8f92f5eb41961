"""The curves of a sweep, from a table that the test writes, by hand."""
import math

import cv2
import numpy as np
import pytest
from tiny_sweep import HEAD, line

from cen_mm.analysis.compare import sweep_plot

TOOL = 'analysis_tools/sweep_plot.py'
WEIGHT = 'default_hooks.sparsity.weight'
THRESHOLD = 'model.backbone.exchange.threshold'

# Means 40, 42 and 30; deviations 0, sqrt(2) and sqrt(((-2)^2 + 2^2) / 1).
FIELDS = [
    line(WEIGHT, 0.1, 0.001, 0, 28, 0.5), line(WEIGHT, 0.1, 0.001, 1, 32, 0.9),
    line(WEIGHT, 1e-5, 0.001, 0, 40, 0.), line(WEIGHT, 1e-5, 0.001, 1, 40, 0.),
    line(WEIGHT, 0.001, 0.001, 0, 41, 0.1),
    line(WEIGHT, 0.001, 0.001, 1, 43, 0.3),
    line(THRESHOLD, 0.01, 0.02, 0, 39, 0.1),
    line(THRESHOLD, 0.02, 0.02, 0, 41, 0.1),
    line(THRESHOLD, 0.02, 0.02, 1, 43, 0.3),
]


@pytest.fixture
def plot(tmp_path, monkeypatch, run_tool):
    """Run the tool on lines, hand back what it printed and its figure."""
    monkeypatch.chdir(tmp_path)
    figures, save = [], sweep_plot.save

    def keep(figure, out):
        figures.append(figure)
        save(figure, out)

    monkeypatch.setattr(sweep_plot, 'save', keep)

    def call(lines, *arguments, head=HEAD, out='out.png'):
        (tmp_path / 'results.csv').write_text('\n'.join([head, *lines, '']))
        printed = run_tool(TOOL, 'results.csv', out, *arguments)
        return printed.splitlines(), figures[0]

    return call


def points(axis):
    return axis.get_lines()[0].get_xydata().tolist()


def band(axis):
    """Lower and upper edge of the shaded band, by place."""
    edges = {}
    for x, y in axis.collections[0].get_paths()[0].vertices:
        edges.setdefault(x, []).append(y)
    return {x: (min(ys), max(ys)) for x, ys in edges.items()}


def marks(axis):
    """Where dotted lines are."""
    return [x.get_xdata()[0] for x in axis.get_lines()
            if x.get_linestyle() == ':']


def legend(figure):
    box, = figure.legends
    return [text.get_text() for text in box.get_texts()], (
        box.get_title().get_text())


def shares_scale(*axes):
    """Whether axes have one y scale."""
    joined = axes[0].get_shared_y_axes().joined
    return all(joined(axes[0], axis) and axis.get_ylim() == axes[0].get_ylim()
               for axis in axes)


def test_one_metric_an_axis_and_one_scale_a_metric(plot):
    _, figure = plot(FIELDS)
    places = [axis.get_position() for axis in figure.axes]
    for k, one in enumerate(places):  # a twin would lie upon another axis
        for other in places[k + 1:]:
            assert (one.x1 <= other.x0 or other.x1 <= one.x0
                    or one.y1 <= other.y0 or other.y1 <= one.y0)
    left, right, one, two = figure.axes
    for axis in figure.axes:
        lines = [x for x in axis.get_lines() if x.get_linestyle() != ':']
        assert len(lines) == 1
    assert shares_scale(left, right) and shares_scale(one, two)
    assert not shares_scale(left, one)
    # The left panel's band needs more room.
    assert right.get_ylim()[0] < 30 - math.sqrt(8)
    for upper, lower in (left, one), (right, two):
        assert upper.get_shared_x_axes().joined(upper, lower)
        assert upper.get_position().height > 2 * lower.get_position().height
        assert upper.get_position().y0 > lower.get_position().y1


def test_two_fields(plot):
    lines, figure = plot(FIELDS)
    left, middle, one, two = figure.axes
    assert cv2.imread('out.png').std() > 0
    assert points(left) == [[1e-5, 40], [0.001, 42], [0.1, 30]]
    for x, (mean, std) in {1e-5: (40, 0), 0.001: (42, math.sqrt(2)),
                           0.1: (30, math.sqrt(8))}.items():
        np.testing.assert_allclose(band(left)[x], (mean - std, mean + std))
    np.testing.assert_allclose(points(one), [
        [1e-5, 0], [0.001, 20], [0.1, 70]])
    np.testing.assert_allclose(band(one)[0.1], (
        70 - math.sqrt(800), 70 + math.sqrt(800)))
    assert left.get_xscale() == one.get_xscale() == 'log'
    assert middle.get_xscale() == 'linear'  # 0.01 to 0.02
    assert points(middle) == [[0.01, 39], [0.02, 42]]
    np.testing.assert_allclose(points(two), [[0.01, 10], [0.02, 20]])
    assert marks(left) == marks(one) == [0.001]
    assert marks(middle) == marks(two) == [0.02]
    assert left.get_ylabel() == 'ensemble mIoU (%)'
    assert one.get_ylabel() == 'exchanged (%)'
    assert one.get_ylim()[0] == 0
    assert one.get_xlabel() == r'$\lambda$, weight of the L1 penalty'
    assert two.get_xlabel() == r'$\theta$, threshold of exchange'
    assert legend(figure) == (
        ["config's own value"],
        r'mean over 1 to 2 seeds, band: $\pm$ 1 standard deviation')
    assert lines == [
        'out.png: ensemble mIoU over 1 to 2 seeds, +- their standard '
        'deviation',
        f"{WEIGHT} (the config's own: 0.001)",
        '  1e-05: 40 +- 0, 0.0% exchanged',
        '  0.001: 42 +- 1.4, 20.0% exchanged',
        '  0.1: 30 +- 2.8, 70.0% exchanged',
        f"{THRESHOLD} (the config's own: 0.02)",
        '  0.01: 39, 10.0% exchanged',
        '  0.02: 42 +- 1.4, 20.0% exchanged']


def test_texts_and_another_metric(plot):
    lines, figure = plot(
        [line('model.region', 'own', 'own', 0, 41, 0.1, rgb=36),
         line('model.region', 'all', 'own', 0, 43, 0.3, rgb=38)],
        '--metric', 'rgb/mIoU')
    upper, lower = figure.axes
    assert points(upper) == [[0, 38], [1, 36]]
    assert points(lower) == [[0, 30], [1, 10]]
    assert [x.get_text() for x in lower.get_xticklabels()] == ['all', 'own']
    assert marks(upper) == [1]
    assert upper.get_ylabel() == 'rgb mIoU (%)'
    assert lower.get_xlabel() == 'model.region'
    assert legend(figure)[1] == 'one training a point'
    assert lines[1:] == ["model.region (the config's own: own)",
                         '  all: 38, 30.0% exchanged',
                         '  own: 36, 10.0% exchanged']


def test_zero_among_decades(plot):
    """As no penalty has its place beside 1e-4 and 1e-2."""
    _, figure = plot([line(WEIGHT, v, 0.0, 0, 40, 0.1)
                      for v in (0, 1e-4, 1e-2)])
    left = figure.axes[0]
    assert left.get_xscale() == 'symlog' and marks(left) == [0]
    low, high = left.get_xlim()
    assert -1e-4 < low < 0 and high > 1e-2
    place = left.transData.transform([(v, 40) for v in (0, 1e-4, 1e-2)])[:, 0]
    assert place[1] - place[0] > 0.2 * (place[2] - place[0])


@pytest.mark.parametrize('own, expected', [
    ('0.0', []), ('-1', []), ('None', []), ('0.5', [0.5])])
def test_the_value_of_the_config_may_have_no_place(plot, own, expected):
    _, figure = plot([line(WEIGHT, v, own, 0, 40, 0.1) for v in (1e-4, 1e-2)])
    assert marks(figure.axes[0]) == expected
    assert ("config's own value" in legend(figure)[0]) == bool(expected)
    assert figure.axes[0].get_xlim()[0] > 0


def test_a_run_without_exchange(plot):
    """One panel, and one stream, which is no ensemble."""
    lines, figure = plot(
        [f'optim_wrapper.optimizer.lr,{v},0.1,0,{40 + v},,,c,h,r'
         for v in (0.1, 0.2)], head=HEAD.replace('rgb/mIoU,', ''))
    left, = figure.axes
    assert left.get_ylabel() == 'mIoU (%)'
    assert left.get_xlabel() == 'optim_wrapper.optimizer.lr'
    assert legend(figure)[0] == ["config's own value"]
    assert lines[2:] == ['  0.1: 40.1', '  0.2: 40.2']


@pytest.mark.parametrize('lines, head, args, message', [
    (FIELDS, HEAD, ['--metric', 'MAE'], "'MAE' is no .* rgb/mIoU, mIoU"),
    ([line('k', 1, 1)], HEAD, [], 'csv: no training has mIoU'),
    ([], HEAD, [], 'results.csv has no results yet: no training of the sweep'),
    ([], '', [], 'results.csv is no results.csv of a sweep: it has no column '
     'key, value, config_value, seed, exchanged'),
    (['1,2'], 'key,value', [], 'no column config_value, seed, exchanged'),
])
def test_bad_tables(plot, tmp_path, lines, head, args, message):
    with pytest.raises(SystemExit, match=message) as error:
        plot(lines, *args, head=head)
    assert '\n' not in str(error.value)
    assert not list(tmp_path.glob('out*'))


def test_bad_files(plot, run_tool, tmp_path):
    for out, message in ('out', 'does not say which pic'), ('o.xyz', 'xyz'):
        with pytest.raises(SystemExit, match=message):
            plot(FIELDS, out=out)
    with pytest.raises(SystemExit, match='none.csv'):
        run_tool(TOOL, 'none.csv', 'out.png')
    (tmp_path / 'png.csv').write_bytes(b'\x89PNG\r\n\x1a\n\xff\xff')
    with pytest.raises(SystemExit, match='png.csv is no results.csv of a sw'):
        run_tool(TOOL, 'png.csv', 'out.png')
    assert not list(tmp_path.glob('o*'))
