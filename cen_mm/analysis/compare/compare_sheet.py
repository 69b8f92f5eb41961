"""A sheet of the predictions of several runs, beside the truth."""
from itertools import zip_longest
from pathlib import Path
from typing import List, Mapping, Sequence

import numpy as np

from .boxes import difference_boxes
from .comparison import Comparison, compare
from .picking import pick
from .run import Run
from .sheet import Group, Panel, draw_sheet


def compare_sheet(runs: Mapping[str, Run], out: str, how: str = 'disagreement',
                  images: int = 3, names: Sequence[str] = ()) -> str:
    """Pick images and draw the predictions of all runs.

    Args:
        runs (Mapping[str, Run]): By name; inputs of all, streams of the last
            are shown.
        out (str): The ``.png`` to write.
        how (str): See :func:`~cen_mm.analysis.compare.picking.pick`.
        images (int): How many to pick. Defaults to 3.
        names (Sequence[str]): Names of images to show instead.

    Returns:
        str: The scores of what is shown, beside the means over all images
        where all were predicted, so that none is taken for a mean.

    Raises:
        ValueError: If there is nothing to pick.
    """
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    indices, figures = pick(runs, how, images, names)
    run = next(iter(runs.values()))
    shown = {index: compare(runs, index) for index in indices}
    draw_sheet([
        group_of(runs, run.names[index], shown[index]) for index in indices
    ], out, run.legend(c.truth for c in shown.values()))
    if names:
        chosen, by = '--names', []
    else:
        chosen = f'--pick {how}'
        by = ['disagreement' if how == 'disagreement' else 'light']
    rows = [['image', *by, *runs]]
    errors = np.array([[*shown[i].errors.values()] for i in indices])
    for index, of_runs in zip(indices, errors):
        rows.append([run.names[index], *_cells(run, figures[index, :1],
                                               of_runs)])
    if len(indices) > 1:
        rows.append(['mean of these', *_cells(
            run, figures[indices, :1].mean(axis=0),
            np.nanmean(errors, axis=0))])
    if by:
        means = np.nanmean(figures, axis=0)
        rows.append(['mean of all', *_cells(run, means[:1], means[1:])])
    widths = [
        max(map(len, column)) for column in zip_longest(*rows, fillvalue='')
    ]
    return '\n'.join([
        f'{out}: {len(indices)} of {len(run.names)} images ({chosen}), '
        f'{run.measure} of each run:',
        *('  '.join(map(str.ljust, row, widths)).rstrip() for row in rows)
    ])


def _cells(run: Run, picked_by: np.ndarray, errors: np.ndarray) -> List[str]:
    return [*(f'{value:.3f}' for value in picked_by), *map(run.score, errors)]


def group_of(runs: Mapping[str, Run], name: str,
             compared: Comparison) -> Group:
    """Two lines of a sheet, as in Figures 7 and 8.

    Above the predictions and the truth, below the inputs and the streams of
    the last run. Where the runs differ most, all predictions have frames.

    Args:
        runs (Mapping[str, Run]): By name.
        name (str): Of the image.
        compared (Comparison): Of it.
    """
    boxes = difference_boxes(compared.difference)
    last, run = list(runs.items())[-1]

    def panel(title: str, prediction: np.ndarray) -> Panel:
        return Panel(title, run.picture(prediction), boxes)

    above = [
        panel(title, streams['ensemble'])
        for title, streams in compared.predictions.items()
    ]
    below = [Panel(m, picture) for m, picture in compared.inputs.items()]
    below += [
        panel(f'{last}: from {m}', stream)
        for m, stream in compared.predictions[last].items() if m != 'ensemble'
    ]
    return Group(name, [[*above, panel('ground truth', compared.truth)],
                        below])
