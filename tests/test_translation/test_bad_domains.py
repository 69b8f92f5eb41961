"""What a user of the translation data reads when something does not fit."""
import re

import numpy as np
import pytest
from PIL import Image
from tiny_taskonomy import VIEWS, make, path_of, write_building


def fails(error, *parts):
    """One sentence with all the parts in it, in this order."""
    parts = '.*'.join(re.escape(str(part)) for part in parts)
    return pytest.raises(error, match=f'^[^\n]*{parts}[^\n]*$')


@pytest.fixture
def spoilt(tmp_path):
    """A small building that may be spoilt."""
    return write_building(tmp_path, (20, 18), ('rgb', 'normal', 'reshading',
                                               'edge_texture'))


def test_missing_images(spoilt):
    for view in VIEWS:
        path_of(spoilt, 'edge_texture', view).unlink()
    path_of(spoilt, 'rgb', VIEWS[1]).unlink()
    with fails(FileNotFoundError, path_of(spoilt, 'edge_texture'),
               'is not there (of the 2 views in', 'val_domain.txt',
               '2 have no edge_texture, 1 have no rgb', 'data_root'):
        make(spoilt)
    # A domain that nobody asks for may be absent.
    make(spoilt, dict(modalities=('normal', ), target='reshading'))


def test_missing_lists(spoilt):
    (spoilt / 'val_domain.txt').unlink()
    with fails(FileNotFoundError, spoilt / 'val_domain.txt', 'not there',
               'image2image_translation/data', 'yikaiw/CEN'):
        make(spoilt)
    (spoilt / 'val_domain.txt').write_text('\n')
    with fails(ValueError, spoilt / 'val_domain.txt', 'names no view'):
        make(spoilt)
    with fails(FileNotFoundError, 'elsewhere/val.txt', 'converters/rooms.py'):
        make('elsewhere', config='rooms_translation')


def test_views_that_would_count_twice(spoilt):
    path = spoilt / 'val_domain.txt'
    path.write_text(path.read_text() + '\n' + path.read_text())
    with fails(ValueError, path, VIEWS[0], 'twice', 'once'):
        make(spoilt)


@pytest.mark.parametrize('config, domain, near', [
    ('taskonomy', 'shade', 'reshading'),
    ('taskonomy', 'depth', 'depth_zbuffer'),
    ('taskonomy', 'albedo', ''),
    ('rooms_translation', 'depth_euclidean', 'depth_zbuffer'),
    ('rooms_translation', 'segment_unsup2d', '')])
def test_unknown_domains(tmp_path, config, domain, near):
    for task in (dict(modalities=('rgb', domain), target='normal'),
                 dict(modalities=('rgb', ), target=domain)):
        with fails(ValueError, f'no domain {domain!r}', near,
                   'choose modalities and target from rgb, normal'):
            make(tmp_path, task, config=config)
    with fails(ValueError, "such as ('rgb', 'depth'), got 'rgb'"):
        make(tmp_path, dict(modalities=('rgb'), target='normal'))


@pytest.mark.parametrize('domain, shape, dtype, parts', [
    ('edge_texture', (20, 18), 'uint8', [
        'is uint8', "'edge_texture' expects uint16", 'write the file',
        'set scales']),
    ('reshading', (20, 18), 'uint16', [
        'is uint16', "'reshading' expects uint8", 'set scales']),
    ('rgb', (20, 18, 4), 'uint8', ['(20, 18, 4)', 'three for colours']),
    ('rgb', (20, 17), 'uint8', ['20 x 17', 'reshading', '20 x 18', 'aligned']),
    ('edge_texture', (20, 17), 'uint16', ['20 x 17', '20 x 18', 'aligned'])])
def test_images_of_another_kind(spoilt, domain, shape, dtype, parts):
    path = path_of(spoilt, domain)
    Image.fromarray(np.zeros(shape, dtype)).save(path)
    with fails(ValueError, path, *parts):
        make(spoilt)[0]


@pytest.mark.parametrize('domain, share', [
    ('reshading', 0), ('rgb', 0.01), ('edge_texture', 0.5), ('rgb', 0.99)])
def test_truncated_files(spoilt, domain, share):
    path = path_of(spoilt, domain)
    path.write_bytes(path.read_bytes()[:int(share * path.stat().st_size)])
    with fails(ValueError, path, 'cannot be decoded', 'write the file again'):
        make(spoilt)[0]
