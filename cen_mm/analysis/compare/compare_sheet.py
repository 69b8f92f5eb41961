"""A sheet of the predictions of several runs, beside the truth."""
from itertools import zip_longest
from pathlib import Path
from typing import Mapping, Sequence

import numpy as np

from .boxes import difference_boxes
from .picking import Comparison, compare, pick
from .run import Run
from .sheet import Group, Panel, draw_sheet


def compare_sheet(runs: Mapping[str, Run], out: str, how: str = 'disagreement',
                  images: int = 3, names: Sequence[str] = ()) -> str:
    """Pick images and draw the predictions of all runs.

    Args:
        runs (Mapping[str, Run]): By name; inputs of all, streams of the last
            are shown.
        out (str): The ``.png`` to write.
        how, images, names: See :func:`~.picking.pick`.

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
    draw_sheet(groups, out,
               [*run.legend(c.truth for c in shown), *shown[-1].key])

    values = [[*figures[index, :1], *c.errors.values()]
              for index, c in zip(indices, shown)]
    lines = [(run.names[index], row) for index, row in zip(indices, values)]
    if len(values) > 1:
        lines.append(('mean of these', np.nanmean(values, axis=0)))
    picked_by = []
    if not names:
        lines.append(('mean of all', np.nanmean(figures, axis=0)))
        picked_by = ['disagreement' if how == 'disagreement' else 'light']
    first = len(picked_by)
    rows = [['image', *picked_by, *runs]]
    for name, row in lines:
        rows.append([name, *(f'{value:.3f}' for value in row[:first]),
                     *map(run.score, row[first:])])
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
    # A run may be called 'ground truth', too.
    above = [(title, p['ensemble'])
             for title, p in compared.predictions.items()]
    above.append(('ground truth', compared.truth))
    below = [(f'{last}: from {m}', stream)
             for m, stream in compared.predictions[last].items()
             if m != 'ensemble']
    above, below = (
        [Panel(title, run.picture(p), boxes) for title, p in line]
        for line in (above, below))
    inputs = [Panel(m, picture) for m, picture in compared.inputs.items()]
    return Group(name, [above, inputs + below])
