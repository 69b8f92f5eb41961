"""Whose channels are, drawn from records that the test writes."""
import sys

import cv2
import numpy as np
import pytest
from conftest import load_tool
from matplotlib.colors import to_hex
from matplotlib.patches import StepPatch
from tiny_gammas import write_gammas

from cen_mm.analysis.style import modality_colours

NAMES = ['thermal', 'rgb', 'depth']
FIRST = np.array([[1, 2, 0, 5, 0, 1], [1, -2, 0, 0, 3, 1], [2, 4, 0, 0, 0, 2]])
SECOND = np.array([[0, 0, 0, 8], [3, 9, 1, 8], [-1, 1, 9, 4]])


def record(work_dir, **layers):
    """A first record that is not to be looked at, and the last."""
    return str(write_gammas(
        work_dir,
        {f'net.{k}.norm': np.stack([np.ones_like(v), v])
         for k, v in layers.items()}, NAMES))


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the tool, hand back what it printed and its figure."""

    def call(*arguments):
        tool = load_tool('analysis_tools/gamma_proportions.py')
        figures, save = [], tool.save

        def keep(figure, out):
            figures.append(figure)
            save(figure, out)

        monkeypatch.setattr(tool, 'save', keep)
        monkeypatch.setattr(sys, 'argv', ['', *map(str, arguments)])
        tool.main()
        return capsys.readouterr().out.splitlines(), figures[0]

    return call


def areas(axis):
    """Bottom and top by channel, by colour or 'hatched'."""
    drawn = {}
    for patch in axis.patches:
        if isinstance(patch, StepPatch) and patch.get_hatch():
            drawn['hatched'] = patch.get_data().values
        elif isinstance(patch, StepPatch):
            tops, edges, bottoms = patch.get_data()
            assert edges.tolist() == list(range(len(tops) + 1))
            drawn[to_hex(patch.get_facecolor()).upper()] = bottoms, tops
    return drawn


def check(axis, gamma):
    """The areas of a panel are the shares, stacked in order."""
    size = np.abs(gamma).astype(float)
    drawn, floor = areas(axis), 0
    for name, part in zip(NAMES, size):
        bottoms, tops = drawn[modality_colours(NAMES)[name]]
        for c, total in enumerate(size.sum(axis=0)):
            if total == 0:
                assert np.isnan(tops[c])
            else:
                assert tops[c] - bottoms[c] == pytest.approx(part[c] / total)
        np.testing.assert_allclose(bottoms, floor + 0 * tops, atol=1e-12)
        floor = tops
    assert np.nanmin(floor) == pytest.approx(1)
    # The records exchange what is below 0.02.
    assert drawn['hatched'].tolist() == (size < 0.02).all(axis=0).tolist()


def test_all_layers_of_two_runs(tmp_path, run):
    one = record(tmp_path / 'one', first=FIRST, second=SECOND)
    two = record(tmp_path / 'two', first=FIRST[::-1], second=SECOND[::-1])
    out = tmp_path / 'out.png'
    lines, figure = run(out, one, two, '--labels', 'L1 on disjoint', 'none')
    # Largest: 1/2, 1/2, -, 1, 1, 1/2; 3/4, 9/10, 9/10, 4/10. Above 0.9: two,
    # as 9/10 is not. Own parts are 2, 2, 2 and 1, 1, 2 channels; the owner is
    # the smallest in no channel of the first layer, for 1/4 is the share of
    # two; in the second of 0 and 3.
    assert lines[0] == (
        'L1 on disjoint after 20 iterations, 2 layers: largest modality '
        '71.7% on average, above 90 % in 22.2% of the channels, own '
        'modality the smallest in 22.2%, 1 channels all 0, exchanged in '
        'every modality 10.0%')
    words = [text.get_text() for text in figure.legends[0].get_texts()]
    assert words == [*NAMES, 'exchanged in every modality']
    panels = np.array(figure.axes).reshape(2, 2)
    check(panels[0, 0], FIRST)
    check(panels[1, 0], SECOND)
    check(panels[0, 1], FIRST[::-1])
    assert panels[0, 0].get_title() == 'L1 on disjoint'
    assert panels[1, 0].get_ylabel() == 'second.norm'
    assert panels[0, 1].get_xticks().tolist() == [0, 2, 4, 6]
    assert panels[1, 1].get_xticks().tolist() == [0, 1, 2, 4]
    assert cv2.imread(str(out)).std() > 0


def test_one_layer_of_networks_that_differ_elsewhere(tmp_path, run):
    one = record(tmp_path / 'one', first=FIRST, second=SECOND)
    two = record(tmp_path / 'two', second=SECOND)
    lines, figure = run(
        tmp_path / 'out.png', one, two, '--layer', 'second.norm')
    assert len(figure.axes) == 2
    assert len(figure.legends[0].get_texts()) == 3
    check(figure.axes[0], SECOND)
    assert lines[1].startswith('two after 20 iterations, 1 layers: largest '
                               'modality 73.8%')


def test_the_strip_tells_whose_part_it_is(tmp_path, run):
    _, figure = run(tmp_path / 'out.png', record(tmp_path / 'one',
                                                 first=FIRST))
    colours = modality_colours(NAMES)
    strips = {}
    for strip in figure.axes[0].collections:
        x = strip.get_paths()[0].vertices[:, 0]
        if x.max() > x.min():
            strips[to_hex(strip.get_facecolor()[0]).upper()] = (x.min(),
                                                                x.max())
    assert strips == {
        colours['thermal']: (0, 2),
        colours['rgb']: (2, 4),
        colours['depth']: (4, 6)
    }


def test_bad_requests(tmp_path, run, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record(tmp_path / 'one', first=FIRST, second=SECOND)
    record(tmp_path / 'two', second=SECOND)
    write_gammas(tmp_path / 'other', {'net.second.norm': np.ones((2, 3, 4))},
                 ['a', 'b', 'c'])
    (tmp_path / 'none').mkdir()
    for arguments, message in [
        (('one', '--layer', 'third'), 'one: .*no layer.*near names'),
        (('one', '--layer', 'norm'), 'several layers'),
        (('one', 'two'), 'two has other layers or modalities than one'),
        (('two', 'other'), 'other has other layers or modalities than two'),
        (('one', 'none'), 'none.gammas holds no'),
        (('one', '--labels', 'a', 'b'), '2 --labels for 1'),
    ]:
        with pytest.raises(SystemExit, match=message):
            run('out.png', *arguments)
    assert not (tmp_path / 'out.png').exists()
