"""How all pictures look: one colour a modality, whatever the picture."""
import zlib
from pathlib import Path
from typing import Dict, Iterable, Union

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt

plt.rcParams.update({
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.titlesize': 10,
    'axes.labelsize': 9,
    'xtick.labelsize': 8,
    'ytick.labelsize': 8,
    'legend.frameon': False,
    'legend.fontsize': 8
})

# Okabe and Ito's colours, which colour-blind readers tell apart.
VERMILION, BLUE, GREEN, PURPLE, ORANGE, SKY = PALETTE = (
    '#D55E00', '#0072B2', '#009E73', '#CC79A7', '#E69F00', '#56B4E9')
GREY = '#555555'
DPI = 110
COLOURS = dict(
    rgb=VERMILION,
    depth=BLUE,
    depth_zbuffer=BLUE,
    depth_euclidean=BLUE,
    sensor_depth=BLUE,
    normal=GREEN,
    reshading=PURPLE,
    edge_texture=ORANGE,
    edge_occlusion=SKY,
    ensemble=GREY)


def modality_colours(modalities: Iterable[str]) -> Dict[str, str]:
    """A colour for each modality.

    Known names have their own. Any other name, or one of two known ones that
    share a colour, has one that it alone decides, unless the picture has
    given that away; only beyond six modalities do colours repeat. The order
    of the names does not matter.

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
        rows (int): Defaults to 1.
        columns (int): Defaults to 1.
        size (tuple[float, float]): Width and height of the figure in inches.
            Defaults to (6, 4).
        kwargs: Of ``plt.subplots``.

    Returns:
        tuple: The figure, and its axes, ``(rows, columns)``.
    """
    return plt.subplots(
        rows, columns, figsize=size, squeeze=False, layout='constrained',
        **kwargs)


def save(figure, out: Union[str, Path]) -> None:
    """Write a figure, and forget it.

    Args:
        figure (Figure): What to write.
        out (str | Path): Its name says the format. Folders are made.

    Raises:
        ValueError: If the name says none, or one that is unknown.
    """
    if not Path(out).suffix:
        raise ValueError(f'{out} does not say which picture to write: give a '
                         'name such as out.png')
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=DPI)
    plt.close(figure)
