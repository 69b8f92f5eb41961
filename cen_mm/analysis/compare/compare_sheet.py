"""A sheet of the predictions of several runs, beside the truth."""
from itertools import zip_longest
from pathlib import Path
from typing import Mapping, Sequence

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
    shown = [compare(runs, index) for index in indices]
    groups = [group_of(runs, run.names[i], c) for i, c in zip(indices, shown)]
    draw_sheet(groups, out, run.legend(c.truth for c in shown))
    rows = [['image', 'disagreement' if how == 'disagreement' else 'light'],
            *([run.names[index]] for index in indices)]
    if names:
        del rows[0][1:]
    rows[0] += runs
    cells = [np.hstack([figures[index, :1], [*c.errors.values()]])
             for index, c in zip(indices, shown)]
    if len(cells) > 1:
        rows.append(['mean of these'])
        cells.append(np.nanmean(cells, axis=0))
    if not names:
        rows.append(['mean of all'])
        cells.append(np.nanmean(figures, axis=0))
    picked = figures[:, :1].shape[1]
    for row, values in zip(rows[1:], cells):
        row += [f'{value:.3f}' for value in values[:picked]]
        row += map(run.score, values[picked:])
    widths = [
        max(map(len, column)) for column in zip_longest(*rows, fillvalue='')
    ]
    chosen = '--names' if names else f'--pick {how}'
    return '\n'.join([
        f'{out}: {len(indices)} of {len(run.names)} images ({chosen}), '
        f'{run.measure} of each run:',
        *('  '.join(map(str.ljust, row, widths)).rstrip() for row in rows)
    ])


def group_of(runs: Mapping[str, Run], name: str,
             compared: Comparison) -> Group:
    """The two lines of an image, as in Figures 7 and 8.

    Above the predictions and the truth, below the inputs and the streams of
    the last run. Where the runs differ most, all predictions have frames.
    """
    boxes = difference_boxes(compared.difference)
    last, run = list(runs.items())[-1]
    above = {title: p['ensemble'] for title, p in compared.predictions.items()}
    streams = {f'{last}: from {m}': stream
               for m, stream in compared.predictions[last].items()
               if m != 'ensemble'}
    # A run may be called 'ground truth', too.
    above, streams = (
        [Panel(title, run.picture(p), boxes) for title, p in some]
        for some in ([*above.items(), ('ground truth', compared.truth)],
                     streams.items()))
    inputs = [Panel(m, picture) for m, picture in compared.inputs.items()]
    return Group(name, [above, inputs + streams])
