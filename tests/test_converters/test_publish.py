"""What is written of a network that comes with cen_mm."""
import json
import re
import sys

import numpy as np
import pytest
import torch
from conftest import load_tool
from messages import fails
from mmengine import Config
from tiny_weights import LICENCE, UNIT

from cen_mm import pretrained
from cen_mm.converters.checkpoints import publish
from cen_mm.converters.checkpoints.fingerprint import fingerprint
from cen_mm.converters.checkpoints.model_card import GAP

pytest.importorskip('safetensors', reason='needs the extra timm')
TOLERANCE = 3e-3  # of the largest logit
SHIPPED = pretrained.pretrained_names() or [pytest.param(
    '', marks=pytest.mark.skip(reason='no weights come with cen_mm yet'))]


def expect_fingerprint(name):
    """The network predicts what it did when it was published."""
    kept = json.loads((pretrained.WEIGHTS / f'{name}.json').read_text())
    found = fingerprint(name)
    assert found.keys() == kept.keys()
    largest = max(abs(v) for values in kept.values() for v in values)
    for stream, values in kept.items():
        np.testing.assert_allclose(
            found[stream], values, rtol=0, atol=TOLERANCE * largest)


@pytest.mark.parametrize('name', SHIPPED)
def test_what_comes_with_cen_mm_is_as_published(name):
    expect_fingerprint(name)
    card = (pretrained.WEIGHTS / f'{name}.md').read_text()
    assert GAP not in card and f'--pretrained {name} ' in card


def test_a_fingerprint_tells_what_has_changed(weights):
    expect_fingerprint('tiny')
    import safetensors.torch
    path = weights / 'tiny.safetensors'
    config = weights / 'tiny.py'
    text = config.read_text()
    for change in ({'model.data_preprocessor.std.depth': 2500},
                   {'test_dataloader.dataset.pipeline.2.scale': (24, 20)}):
        cfg = Config.fromfile(config)
        cfg.merge_from_dict(change)
        cfg.dump(config)
        with pytest.raises(AssertionError):
            expect_fingerprint('tiny')
        config.write_text(text)
    with safetensors.safe_open(path, 'pt') as file:
        about = file.metadata()
    values = safetensors.torch.load_file(path)
    norm = next(k for k in values if k.endswith('bn1.stock.weight'))
    values[norm] = values[norm] * 1.2
    safetensors.torch.save_file(values, path, about)
    with pytest.raises(AssertionError):
        expect_fingerprint('tiny')


def test_nothing_of_the_machine_is_published(published, weights):
    cfg = Config.fromfile(weights / 'tiny.py')
    assert not {'work_dir', 'load_from', 'resume', 'crop_size'} & set(cfg)
    assert cfg.model.backbone.init_cfg is None
    assert cfg.custom_imports.imports == ['cen_mm']


def test_tests_take_files_of_any_size(weights):
    cfg = Config.fromfile(weights / 'tiny.py')
    resize = dict(type='Resize', scale=(30, 24), keep_ratio=True,
                  interpolation='area')
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        kinds = [step.type for step in loader.dataset.pipeline]
        assert kinds == ['LoadRGB', 'LoadModality', 'Resize', 'LoadLabels',
                         'PackModalities']
        assert loader.dataset.pipeline[1:3] == [
            dict(type='LoadModality', modality='depth', resize='nearest'),
            resize]
    assert cfg.tta_pipeline[2] == resize
    assert cfg.tta_pipeline[3].type == 'TestTimeAug'


def test_the_card_says_what_files_tell(published, weights):
    card = (weights / 'tiny.md').read_text()
    low, high = min(published.medians) * UNIT, max(published.medians) * UNIT
    values = pretrained.load_from_cen_mm('tiny')['state_dict']
    parameters = sum(
        value.numel() for key, value in values.items()
        if not re.search('running_|num_batches', key))
    for part in (f'{parameters:,}', '30 x 24', '0.0002 m a step',
                 f'{low:.3g} to {high:.3g} m', '40: wall, floor,',
                 '<br>'.join(LICENCE), '--rgb RGB --depth DEPTH',
                 'tools/test.py cen_mm/weights/tiny.py tiny'):
        assert part in card
    assert card.count(GAP) == 2
    assert 'to be completed by hand' in published.said[-1]


def test_a_card_is_never_lost(published, weights, monkeypatch, capsys):
    """Published again, by the tool and without a unit."""
    (weights / 'tiny.md').write_text('by hand')
    monkeypatch.setattr(sys, 'argv', [
        'publish.py', str(published.config), str(published.checkpoint),
        'tiny', '--scale', '30', '24'])
    load_tool('model_converters/publish.py').main()
    assert 'stays as it is: compare its numbers' in capsys.readouterr().out
    assert (weights / 'tiny.md').read_text() == 'by hand'
    about = pretrained.load_from_cen_mm('tiny')['meta']
    assert about['measures']['depth']['unit'] is None


@pytest.mark.parametrize('changes, options, parts', [
    ({}, dict(name='a.b'), ["'a.b' is no name"]),
    ({}, dict(units=dict(thermal=1.)), ['thermal', 'are depth']),
    ({'model.type': 'EncoderDecoder'}, {}, ['publish a CENSegmentor']),
    ({'train_dataloader.dataset.data_root': 'nowhere'}, {}, ['nowhere'])])
def test_what_cannot_be_published(published, weights, tmp_path, changes,
                                  options, parts):
    cfg = Config.fromfile(published.config)
    cfg.merge_from_dict(changes)
    cfg.dump(tmp_path / 'config.py')
    with fails((ValueError, FileNotFoundError), *parts):
        publish.publish(str(tmp_path / 'config.py'),
                        str(published.checkpoint),
                        **dict(dict(name='other', scale=(30, 24)), **options))
    assert pretrained.pretrained_names() == ['tiny']


def test_large_weights_are_refused(published, weights, monkeypatch):
    monkeypatch.setattr(publish, 'ROOM', 1000)
    with fails(ValueError, 'at most 10 come with cen_mm'):
        publish.publish(str(published.config), str(published.checkpoint),
                        'other', (30, 24))


def test_weights_that_diverged_are_refused(published, weights, tmp_path):
    state = torch.load(published.checkpoint)['state_dict']
    next(iter(state.values()))[0] = float('nan')
    torch.save(dict(state_dict=state), tmp_path / 'nan.pth')
    with fails(ValueError, 'is not finite'):
        publish.publish(str(published.config), str(tmp_path / 'nan.pth'),
                        'other', (30, 24))
