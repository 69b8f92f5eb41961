"""The same modality has the same colour, whatever else is in the picture."""
from itertools import permutations

import cv2
import numpy as np
import pytest
from matplotlib import colors

from cen_mm.analysis import style
from cen_mm.analysis.style import COLOURS, PALETTE, modality_colours


@pytest.mark.parametrize('names', [
    ('rgb', 'depth'), ('a', 'b', 'c', 'rgb', 'depth'),
    ('depth', 'depth_zbuffer', 'sensor_depth', 'rgb'),
    ('depth_euclidean', 'depth', 'lidar', 'rgb', 'normal'),
    ('thermal', 'lidar', 'radar', 'event'),
    ('ensemble', 'sensor_depth', 'depth_euclidean', 'edge'),
])
def test_known_names_keep_their_colour_in_any_order(names):
    expected = modality_colours(names)
    assert len(set(expected.values())) == len(names)
    for known in {'rgb', 'depth'} & set(names):
        assert expected[known] == COLOURS[known]
    for order in permutations(names):
        colours = modality_colours(order)
        assert colours == expected and list(colours) == list(order)


def test_up_to_six_are_distinct():
    assert {name: modality_colours([name, name])[name]
            for name in COLOURS} == COLOURS
    rng = np.random.default_rng(0)
    pool = [*COLOURS, *(f'sensor {i}' for i in range(20))]
    pool.remove('ensemble')
    for _ in range(200):
        names = rng.choice(pool, size=6, replace=False).tolist()
        assert len(set(modality_colours(names).values())) == 6, names
    many = modality_colours(pool)
    assert set(many.values()) == set(PALETTE) and list(many) == pool


def test_an_unknown_name_has_a_colour_that_it_decides():
    """Its own unless taken, also in another process: no hash of Python's."""
    for names, free in ((['thermal'], True), (['thermal', 'rgb'], True),
                        (['thermal', 'depth'], False)):
        assert (modality_colours(names)['thermal'] == '#0072B2') == free


def test_what_is_saved_shows_the_colour(tmp_path):
    figure, axes = style.new_figure(2, 3, (4, 3))
    assert axes.shape == (2, 3)
    colour = COLOURS['depth']
    axes[1, 2].axhspan(0, 1, color=colour)
    style.save(figure, tmp_path / 'made/out.png')
    pixels = cv2.imread(str(tmp_path / 'made/out.png'))[..., ::-1]
    assert pixels.shape == (330, 440, 3)
    wanted = np.round(255 * np.array(colors.to_rgb(colour)))
    assert (pixels == wanted).all(axis=-1).sum() > 1000
    assert (pixels[0, 0] == 255).all()
    for name in ('picture', 'picture.xyz'):
        with pytest.raises(ValueError, match='give a name such as out.png'):
            style.save(style.new_figure()[0], tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ['made']
