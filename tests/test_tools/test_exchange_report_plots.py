"""What the pictures of the exchange report show."""
import numpy as np
from conftest import load_tool

plots = load_tool('analysis_tools/_exchange_report_plots.py')


def test_bars_of_shares_are_shown_whole():
    rows = [dict(layer='a', modality=m, channels=8, replaced=share,
                 dead_donors=dead)
            for m, share, dead in (('x', 0.5, 0), ('y', 0.25, 1))]
    axis, = plots.share_plot(rows).axes
    hatched = [bar.get_height() for bar in axis.patches if bar.get_hatch()]
    plain = [bar.get_height() for bar in axis.patches if not bar.get_hatch()]
    assert sorted(hatched) == [0, 0, 12.5]  # one is for the legend
    assert plain == [50, 25]
    assert axis.get_ylim()[1] >= 50


def test_histograms_hold_every_channel():
    gammas = dict(
        a=np.array([[0., -1e-9, 1e-6], [0.5, -3., 1.]], np.float32),
        b=np.ones((2, 5), np.float32))
    figure = plots.histograms(gammas, ['x', 'y'], dict(a=0.02, b=0.))
    first, second = figure.axes
    assert sum(bar.get_height() for bar in first.patches) == 6
    assert sum(bar.get_height() for bar in second.patches) == 10
    assert first.lines[0].get_xdata()[0] == 0.02 and not second.lines
