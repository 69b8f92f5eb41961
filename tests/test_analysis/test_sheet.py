"""Sheets, read back pixel by pixel."""
import numpy as np
import pytest
from pictures import find
from PIL import Image

from cen_mm.analysis.compare.sheet import (
    Group,
    Panel,
    draw_sheet,
    panel_width,
)

RNG = np.random.default_rng(0)


def noise(height=40, width=50):
    return RNG.integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def drawn(tmp_path):
    """Draw groups given as (name, lines of (title, picture, ...))."""

    def call(*groups, legend=()):
        out = tmp_path / 'new/sheet.png'
        draw_sheet([
            Group(name, [[Panel(*panel) for panel in line] for line in lines])
            for name, *lines in groups], out, legend)
        with Image.open(out) as image:
            assert image.mode == 'P' or not legend
            return np.array(image.convert('RGB'))

    return call


def squares(image, times=4):
    return np.kron(image, np.ones((times, times, 1), np.uint8))


def test_every_picture_stands_in_its_line_and_column(drawn):
    pictures = [[[noise() for _ in range(2 - line)] for line in range(2)]
                for _ in range(2)]
    sheet = drawn(*(
        (f'000{g}', *([(f'title {p}', picture) for p, picture in
                       enumerate(line)] for line in lines))
        for g, lines in enumerate(pictures)))
    lines = [[find(sheet, squares(picture)) for picture in line]
             for group in pictures for line in group]
    assert len({left for line in lines for _, left in line[:1]}) == 1
    assert lines[0][1][1] == lines[2][1][1] >= lines[0][0][1] + 4 * 50
    tops = [line[0][0] for line in lines]
    assert tops == [line[-1][0] for line in lines]
    assert all(b - a >= 4 * 40 for a, b in zip(tops, tops[1:]))
    for top in tops:  # a title above each
        left = lines[0][0][1]
        strip = sheet[top - 16:top, left:left + 200]
        assert strip.min() < 100 and strip.max() == 255


def test_titles_that_repeat_stand_once(drawn):
    pictures = [noise(), noise()]
    sheet = drawn(*(('', [('same', p)]) for p in pictures))
    tops = [find(sheet, squares(p))[0] for p in pictures]
    assert tops[0] > 10 > tops[1] - tops[0] - 4 * 40 >= 0


def test_sizes():
    assert panel_width(64, 3) == 4 * 64  # no larger
    assert panel_width(128, 5) == 1.5 * 128
    assert panel_width(500, 5) < 240  # smaller, to fit
    assert 5 * panel_width(2048, 5) <= 1200


@pytest.mark.parametrize('value', [0, 255])
def test_frames_are_white_with_a_dark_outline(drawn, value):
    """On white and on black alike, at the pixels asked for."""
    picture = np.full((60, 60, 3), value, np.uint8)
    sheet = drawn(('', [('', picture, [(10, 20, 40, 50)])]))
    panel = sheet[-4 - 240:-4, -4 - 240:-4].astype(int)
    for line, start, end in ((panel[4 * 25], 20, 50),
                             (panel[:, 4 * 30], 10, 40)):
        # The line across the frame meets both of its sides.
        near = line[:, 0] if value else 255 - line[:, 0]
        changed = np.flatnonzero(near < 128)
        middle = (start + end) * 2
        sides = changed[changed < middle], changed[changed > middle]
        for side, edge in zip(sides, (start, end)):
            assert abs(side.mean() - 4 * edge) <= 1.5
    near_edge = panel[4 * 25, 4 * 20 - 5:4 * 20 + 5]
    assert near_edge.max() > 200 and near_edge.min() < 60


def test_the_legend_has_exact_colours_in_a_small_file(drawn):
    colours = [[(37 * k) % 256, (91 * k) % 256, (13 * k) % 256]
               for k in range(1, 41)]
    labels = np.array(colours, np.uint8)[RNG.integers(0, 40, (40, 50))]
    sheet = drawn(
        ('1', [('labels', labels), ('rgb', noise(96, 128))]),
        legend=[(f'class {k}', colour) for k, colour in enumerate(colours)])
    below = {tuple(c) for row in sheet[-80:] for c in row.tolist()}
    assert {tuple(colour) for colour in colours} <= below


def test_a_photo_takes_no_colour_of_a_class(drawn):
    """Page and labels keep theirs beside many that are nearly the same."""
    colour = np.array([170, 51, 119], np.uint8)
    labels = np.full((40, 50, 3), colour)
    near = RNG.integers(-6, 7, (2, 40, 50, 3))
    photos = [(near[0] + colour).astype(np.uint8),
              np.clip(near[1] + 250, 0, 255).astype(np.uint8)]
    sheet = drawn(('1', [('', p) for p in (labels, *photos)]),
                  legend=[('class', colour)])
    assert (sheet[18:18 + 4 * 40, 20:20 + 4 * 50] == colour).all()
    assert (sheet[:, 0] == 255).all()


def test_long_names_and_titles_are_made_smaller(drawn):
    """None is written over its neighbour, or over the end of the page."""
    sheet = drawn(
        ('munster_000173_000019_leftImg8bit',
         [('a title that is longer than its picture', noise()),
          ('', noise())]), ('', [('', noise())]))
    title, name = sheet[:18, 224:], sheet[:, :18]
    assert sheet[:18, 20:220].min() < 128 and (title == 255).all()
    written = np.flatnonzero((name < 255).any(axis=(1, 2)))
    assert written.min() >= 18 and written.max() < 18 + 4 * 40
