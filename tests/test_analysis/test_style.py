"""The same modality has the same colour, whatever else is in the picture."""
from itertools import permutations

import cv2
import numpy as np
import pytest
from matplotlib import colors

from cen_mm.analysis import style
from cen_mm.analysis.style import COLOURS, PALETTE, modality_colours


def test_known_names_keep_their_colour_in_any_company():
    alone = {name: modality_colours([name])[name] for name in COLOURS}
    assert alone == COLOURS
    for company in (['rgb', 'depth'], ['a', 'b', 'c', 'd', 'rgb', 'depth'],
                    ['depth', 'depth_zbuffer', 'sensor_depth', 'rgb'],
                    ['depth_euclidean', 'depth', 'lidar', 'rgb', 'normal']):
        colours = modality_colours(company)
        assert colours['rgb'] == alone['rgb']
        assert colours['depth'] == alone['depth']
        assert len(set(colours.values())) == len(company)


def test_the_order_does_not_matter():
    for names in (('thermal', 'lidar', 'radar', 'event'),
                  ('depth_zbuffer', 'depth', 'rgb', 'thermal'),
                  ('ensemble', 'sensor_depth', 'depth_euclidean', 'edge')):
        expected = modality_colours(names)
        for order in permutations(names):
            colours = modality_colours(order)
            assert colours == expected
            assert list(colours) == list(order)
    assert modality_colours(['rgb', 'rgb']) == {'rgb': COLOURS['rgb']}


def test_up_to_six_are_distinct():
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
    assert modality_colours(['thermal']) == {'thermal': '#0072B2'}
    assert modality_colours(['thermal', 'rgb'])['thermal'] == '#0072B2'
    taken = modality_colours(['thermal', 'depth'])
    assert taken['depth'] == '#0072B2' != taken['thermal']


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


@pytest.mark.parametrize('name', ['picture', 'picture.xyz'])
def test_an_unknown_format(tmp_path, name):
    with pytest.raises(ValueError, match='out.png|not supported'):
        style.save(style.new_figure()[0], tmp_path / name)
    assert not list(tmp_path.iterdir())
