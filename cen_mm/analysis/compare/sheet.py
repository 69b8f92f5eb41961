"""Sheets of pictures with titles, every pixel a square."""
from pathlib import Path
from typing import List, NamedTuple, Sequence, Tuple

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from PIL import Image

from ..style import DPI, GREY, plt, save
from .boxes import Box

WIDTH = 1200  # pixels, of the panels beside each other at most
LARGEST = 4  # times a small picture is enlarged at most
GAP = 4
NAME = 20  # to the left, for the names of the images
TITLE = 18  # above a line
SPACE = 10  # above an image of several lines
LEGEND = 19  # a line of it
FONT_SIZE = 9
COLOURS = 256  # of a palette
LETTER = 7.5  # pixels, the width of most letters of the legend


class Panel(NamedTuple):
    """One picture of a sheet.

    Attributes:
        title (str): Written above it.
        picture (np.ndarray): ``(H, W, 3)`` uint8 in RGB.
        boxes (Sequence[Box]): Framed in white: top, left, bottom and right
            of each. Defaults to none.
    """
    title: str
    picture: np.ndarray
    boxes: Sequence[Box] = ()

    def height(self, width: int) -> int:
        """Pixels that it is high if it is so many wide."""
        height, original = self.picture.shape[:2]
        return max(1, round(height * width / original))


class Group(NamedTuple):
    """The lines of panels of one image, whose name is written to the left."""
    name: str
    lines: Sequence[Sequence[Panel]]


class Place(NamedTuple):
    """Where a line stands, and whether it has titles."""
    top: int
    height: int
    titled: bool


def draw_sheet(groups: Sequence[Group], out: str,
               legend: Sequence[Tuple[str, Sequence[int]]] = ()) -> None:
    """Write a sheet.

    Small pictures are enlarged in steps of a half, large ones made smaller.
    Where all images have one line of the same titles, they stand above the
    first one only. With a legend, a ``.png`` has a palette, which makes it
    less than half as large: the colours of the legend are exact, those of
    photographs nearly so.

    Args:
        groups (Sequence[Group]): One or more.
        out (str): The file to write; folders are made.
        legend (Sequence[tuple[str, Sequence[int]]]): Names of classes and
            their colours in 0 to 255, drawn below. Defaults to none.
    """
    lines = [line for group in groups for line in group.lines]
    columns = max(map(len, lines))
    width = panel_width(
        max(panel.picture.shape[1] for line in lines for panel in line),
        columns)
    across = NAME + columns * (width + GAP)
    places, down = _places(groups, width)
    entry = 34 + LETTER * max((len(name) for name, _ in legend), default=0)
    rows = -(-len(legend) // max(1, int(across / entry)))
    down += rows * LEGEND
    # A little more: the size is cut to whole pixels.
    figure = plt.figure(
        figsize=((across + .01) / DPI, (down + .01) / DPI), dpi=DPI)
    for group, places_of_lines in zip(groups, places):
        for line, place in zip(group.lines, places_of_lines):
            for column, panel in enumerate(line):
                height = panel.height(width)
                axes = figure.add_axes((
                    (NAME + column * (width + GAP)) / across,
                    1 - (place.top + height) / down,
                    width / across, height / down))
                _draw(axes, panel, width, place.titled)
        top, bottom = places_of_lines[0].top, place.top + place.height
        name = figure.text(
            0.4 * NAME / across, 1 - (top + bottom) / 2 / down, group.name,
            rotation=90, ha='center', va='center', fontsize=FONT_SIZE)
        _fit(name, bottom - top)
    if legend:
        figure.legend(
            # With an edge, since classes may be as light as the page.
            [Rectangle((0, 0), 1, 1, facecolor=np.array(colour) / 255,
                       edgecolor=GREY, linewidth=0.5) for _, colour in legend],
            [name for name, _ in legend], loc='lower center',
            ncols=-(-len(legend) // rows), handlelength=1, columnspacing=1,
            borderpad=0, borderaxespad=0)
    save(figure, out)
    if legend and Path(out).suffix == '.png':
        _reduce(out, [colour for _, colour in legend])


def panel_width(picture: int, columns: int) -> int:
    """Pixels that a picture of so many is drawn with, in so many columns:
    half the width times a whole number, or less than the width."""
    scale = (WIDTH / columns - GAP) / picture
    if scale > 1:
        scale = min(LARGEST, scale * 2 // 1 / 2)
    return int(scale * picture)


def _places(groups: Sequence[Group],
            width: int) -> Tuple[List[List[Place]], int]:
    """The places of the lines, by group, and the height of all."""
    places, top, above = [], 0, None
    for group in groups:
        places.append([])
        for line in group.lines:
            titles = [panel.title for panel in line]
            if titles != above:
                top += TITLE + SPACE * (top > 0 and line is group.lines[0])
            height = max(panel.height(width) for panel in line)
            places[-1].append(Place(top, height, titles != above))
            top += height + GAP
            above = titles
    return places, top


def _draw(axes, panel: Panel, width: int, titled: bool) -> None:
    enlarged = width >= panel.picture.shape[1]
    axes.imshow(panel.picture, aspect='auto',
                interpolation='nearest' if enlarged else 'antialiased')
    axes.set_axis_off()
    if titled:
        _fit(axes.set_title(panel.title, pad=3, fontsize=FONT_SIZE), width)
    for top, left, bottom, right in panel.boxes:
        axes.add_patch(Rectangle(
            (left - 0.5, top - 0.5), right - left, bottom - top, fill=False,
            edgecolor='white', linewidth=1.5, clip_on=False,
            # Seen on any ground.
            path_effects=[withStroke(linewidth=3.5, foreground='black')]))


def _fit(text: Text, room: int) -> None:
    """Reduce the font of a text that is longer than ``room`` pixels."""
    extent = text.get_window_extent()
    length = max(extent.width, extent.height)
    if length > room:
        text.set_fontsize(FONT_SIZE * room / length)


def _reduce(out: str, exact: Sequence[Sequence[int]]) -> None:
    """Give a PNG a palette in which some colours are exact."""
    image = Image.open(out).convert('RGB')
    first = [[0, 0, 0], [255, 255, 255], *exact][:COLOURS // 2]
    others = image.quantize(
        COLOURS - len(first), method=Image.Quantize.MEDIANCUT).getpalette()
    palette = Image.new('P', (1, 1))
    palette.putpalette([v for colour in first for v in colour] + others)
    indices = np.array(
        image.quantize(palette=palette, dither=Image.Dither.NONE))
    # Pillow may take a neighbour of a colour that the palette has.
    pixels = np.array(image)
    for index, colour in enumerate(first):
        indices[(pixels == colour).all(axis=2)] = index
    reduced = Image.fromarray(indices)
    reduced.putpalette(palette.getpalette())
    reduced.save(out, optimize=True)
