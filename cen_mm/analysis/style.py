"""How all pictures look: one colour a modality, whatever the picture."""
import io
import zlib
from pathlib import Path
from typing import Dict, Iterable, Sequence, Union

import matplotlib
import numpy as np

matplotlib.use('Agg')
import matplotlib.pyplot as plt
from matplotlib.backend_bases import FigureCanvasBase

from .files import prepare_file

plt.rc('axes', titlesize=10, labelsize=9)
plt.rc('axes.spines', top=False, right=False)
plt.rc(('xtick', 'ytick'), labelsize=8)
plt.rc('legend', frameon=False, fontsize=8)

# Okabe and Ito's colours, which colour-blind readers tell apart.
VERMILION, BLUE, GREEN, PURPLE, ORANGE, SKY = PALETTE = (
    '#D55E00', '#0072B2', '#009E73', '#CC79A7', '#E69F00', '#56B4E9')
GREY = '#555555'
DPI = 110
UNITS = dict(
    mIoU=' (%)', mAcc=' (%)', aAcc=' (%)', MAE=' on [-1, 1]',
    RMSE=' on [-1, 1]', PSNR=' (dB)')  # of metrics, behind their names
LETTERS = 80  # of horizontal labels, side by side
COLOURS = dict(
    rgb=VERMILION, depth=BLUE, depth_zbuffer=BLUE, depth_euclidean=BLUE,
    sensor_depth=BLUE, normal=GREEN, reshading=PURPLE, edge_texture=ORANGE,
    edge_occlusion=SKY, ensemble=GREY)


def modality_colours(modalities: Iterable[str]) -> Dict[str, str]:
    """A colour for each modality.

    Known names have their own. Any other, or one of two known ones that share
    a colour, has one that its name decides, unless that is taken; only beyond
    six modalities do colours repeat. The order does not matter.

    Args:
        modalities (Iterable[str]): Names.

    Returns:
        dict[str, str]: Hexadecimal colours by name, in the same order.
    """
    names = list(modalities)
    chosen: Dict[str, str] = {}
    for name in sorted(names):
        if name in COLOURS and COLOURS[name] not in chosen.values():
            chosen[name] = COLOURS[name]
    for name in sorted(set(names) - set(chosen)):
        start = zlib.crc32(name.encode()) % len(PALETTE)
        order = [*PALETTE[start:], *PALETTE[:start]]
        chosen[name] = next(
            (c for c in order if c not in chosen.values()), order[0])
    return {name: chosen[name] for name in names}


def new_figure(rows: int = 1, columns: int = 1, size=(6, 4), **kwargs):
    """``plt.subplots`` with room for the labels.

    Args:
        rows, columns (int): Default to 1.
        size (tuple[float, float]): Width and height in inches.
        kwargs: Of ``plt.subplots``.

    Returns:
        tuple: The figure, and its axes, ``(rows, columns)``.
    """
    return plt.subplots(
        rows, columns, figsize=size, squeeze=False, layout='constrained',
        **kwargs)


def grouped_bars(axis, groups: Sequence[str],
                 values: Dict[str, np.ndarray]) -> Dict[str, list]:
    """G groups of bars, in each a bar a modality or stream.

    Args:
        axis (Axes): Where.
        groups (Sequence[str]): Names; upright where they are long together.
        values (dict[str, np.ndarray]): By modality or stream, ``(G, )``.

    Returns:
        dict[str, list]: The bars of each.
    """
    colours = modality_colours(values)
    width = 0.8 / len(values)
    bars = {}
    for place, (name, heights) in enumerate(values.items()):
        bars[name] = axis.bar(
            np.arange(len(groups)) + (place - (len(values) - 1) / 2) * width,
            heights, width, color=colours[name], label=name)
    axis.set_xticks(
        range(len(groups)), groups,
        rotation=90 if sum(map(len, groups)) > LETTERS else 0,
        fontsize=min(8, 480 / len(groups)))
    axis.margins(x=0.01)
    return bars


def check_name(out: Union[str, Path]) -> None:
    """Check, before any work, that a picture can be written; makes its folder.

    Raises:
        OSError: As of :func:`prepare_file`.
        ValueError: If its name ends in no known format.
    """
    if Path(out).suffix[1:].lower() not in FigureCanvasBase.filetypes:
        raise ValueError(f'{out} does not say which picture to write: give a '
                         'name such as out.png')
    prepare_file(out)


def save(figure, out: Union[str, Path]) -> None:
    """Write and close a figure.

    Args:
        figure (Figure): What to write.
        out (str | Path): See :func:`check_name`.

    Raises:
        OSError, ValueError: As of :func:`check_name`.
    """
    check_name(out)
    figure.savefig(out, dpi=DPI)
    plt.close(figure)


def png(figure) -> bytes:
    """A figure as the content of a PNG; closes it."""
    content = io.BytesIO()
    figure.savefig(content, format='png', dpi=DPI)
    plt.close(figure)
    return content.getvalue()
