"""The translator against its generator, on tensors prepared by the test."""
import copy

import numpy as np
import pytest
import torch
from messages import fails
from mmagic.registry import MODELS
from mmengine.registry import DefaultScope
from PIL import Image
from tiny_translation import NAMES, SIZE, prepared

from cen_mm.apis.translator import TranslationInferencer
from cen_mm.translation import translations

SOURCES = ('reshading', 'edge_texture')
SHADE = np.zeros(SIZE, np.uint8)
EDGES = np.zeros(SIZE, np.uint16)


@pytest.fixture(scope='module')
def translator(rooms):
    return TranslationInferencer(
        rooms.root / 'CEN/config.py', rooms.root / 'CEN/net.pth', 'cpu')


def files_of(rooms, name):
    return {d: rooms.root / f'rooms/{d}/{name}.png' for d in SOURCES}


def expected(rooms, name, mode, seed=0):
    """Images of the generator in 0 to 255, ``(3, 3, 64, 64)``."""
    with DefaultScope.overwrite_default_scope('mmagic'):
        net = MODELS.build(rooms.cfg.model)
    net.load_state_dict(
        torch.load(rooms.root / 'CEN/net.pth')['state_dict'])
    x, _ = prepared(rooms.root, name)
    generator = net.generator.train(mode == 'train')
    torch.manual_seed(seed)
    with torch.no_grad():
        out = generator(x[None] / 127.5 - 1)
    return (127.5 * (out + 1)).reshape(3, 3, 64, 64)


@pytest.mark.parametrize('mode, seed', [
    ('train', 0), ('train', 3), ('eval', 0)])
def test_translates_as_the_generator_does(rooms, mode, seed):
    """From files and arrays, in the mode and with the seed of the config."""
    cfg = copy.deepcopy(rooms.cfg)
    cfg.model.predict_mode = mode
    cfg.randomness.seed = seed
    translator = TranslationInferencer(
        cfg, rooms.root / 'CEN/net.pth', 'cpu')
    assert translator.modalities == SOURCES
    images = expected(rooms, NAMES[1], mode, seed)
    files = files_of(rooms, NAMES[1])
    arrays = {d: np.array(Image.open(path)) for d, path in files.items()}
    for sample in (files, arrays):
        result = translator(sample)
        assert 'gt_img' not in result
        for field, image in zip(('pred_img_reshading', 'pred_img_edge_texture',
                                 'pred_img'), images):
            torch.testing.assert_close(
                result.get(field), image, rtol=0, atol=1e-3)
        made = translations(result)
        assert list(made) == [*SOURCES, 'ensemble']
        for picture, image in zip(made.values(), images):
            assert picture.dtype == np.uint8
            error = picture.transpose(2, 0, 1) - image.numpy()
            assert abs(error).max() <= 0.501  # rounded, not cut off
    assert images.std() > 5


def test_dropout_depends_on_nothing_before(rooms, translator):
    first = translator(files_of(rooms, NAMES[0]))
    torch.manual_seed(5)
    state = torch.get_rng_state()
    translator(files_of(rooms, NAMES[1]))
    again = translator(files_of(rooms, NAMES[0]))
    assert torch.equal(first.pred_img, again.pred_img)
    assert torch.equal(torch.get_rng_state(), state)
    other = expected(rooms, NAMES[0], 'train', seed=1)[2]
    assert (first.pred_img - other).abs().max() > 1


@pytest.mark.parametrize('ending', ['', '_domain_{}'])
def test_folders(rooms, translator, tmp_path, ending):
    """Of rooms, and with Taskonomy's names, in which the domain stands."""
    folders = {d: tmp_path / f'in_{d}' for d in SOURCES}
    for domain, folder in folders.items():
        folder.mkdir()
        for name in NAMES:
            source = rooms.root / f'rooms/{domain}/{name}.png'
            target = folder / f'{name}{ending.format(domain)}.png'
            target.write_bytes(source.read_bytes())
    (folders['reshading'] / f'{NAMES[0]}{ending}.png'.format(
        'reshading')).unlink()
    bad = folders['edge_texture'] / f'{NAMES[2]}{ending}.png'.format(
        'edge_texture')
    Image.fromarray(SHADE).save(bad)
    failures = translator.infer_folders(folders, tmp_path / 'out')
    assert len(failures) == 2
    assert failures[0].startswith(f'{NAMES[0]}: no file of that name in '
                                  f'{folders["reshading"]}')
    assert failures[1].startswith(f'{NAMES[2]}: {bad} is uint8')
    written = {p.relative_to(tmp_path / 'out').as_posix()
               for p in (tmp_path / 'out').rglob('*.*')}
    assert written == {f'images/{stream}/{NAMES[1]}.png'
                       for stream in (*SOURCES, 'ensemble')}
    images = expected(rooms, NAMES[1], 'train')
    for stream, image in zip((*SOURCES, 'ensemble'), images):
        picture = Image.open(tmp_path / f'out/images/{stream}/{NAMES[1]}.png')
        assert picture.mode == 'RGB'
        error = np.array(picture).transpose(2, 0, 1) - image.numpy()
        assert abs(error).max() <= 0.501


@pytest.mark.parametrize('sample, parts', [
    ({}, ['modality reshading, edge_texture is missing',
          'the config are reshading, edge_texture']),
    (dict(reshading=SHADE, edge_texture=EDGES, rgb=SHADE),
     ['unknown modality rgb']),
    (dict(reshading=SHADE, edge_texture=SHADE),
     ['the edge_texture array is uint8', 'expects uint16']),
    (dict(reshading=SHADE[1:], edge_texture=EDGES),
     ['47 x 60', '48 x 60', 'aligned']),
    (dict(reshading='no.png', edge_texture=EDGES),
     ['no.png, the reshading of the sample, is not there'])])
def test_samples_that_do_not_fit(translator, sample, parts):
    with fails((FileNotFoundError, ValueError), *parts):
        translator(sample)


def test_checkpoint_of_another_model(rooms):
    cfg = copy.deepcopy(rooms.cfg)
    cfg.model.modalities = ('reshading', 'edge_texture', 'normal')
    with pytest.raises(ValueError, match='net.pth does not fit'):
        TranslationInferencer(cfg, rooms.root / 'CEN/net.pth')


def test_a_source_may_be_absent(rooms, translator):
    """Alone a stream is the ensemble; dropout is seeded alike."""
    files = files_of(rooms, NAMES[1])
    both = translator(files)
    alone = translator(dict(edge_texture=files['edge_texture']))
    made = translations(alone)
    assert list(made) == ['edge_texture', 'ensemble']
    assert np.array_equal(made['edge_texture'], made['ensemble'])
    assert not torch.equal(alone.pred_img, both.pred_img_edge_texture)
    assert torch.equal(translator(files).pred_img, both.pred_img)
