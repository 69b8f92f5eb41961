"""The parameters of the networks of translation, as its page has them."""
import re

import pytest
import torch
from mmagic.registry import MODELS
from mmengine.registry import DefaultScope
from pages import ROOT, zoo_rows

import cen_mm.translation  # noqa: F401
from cen_mm.analysis.zoo import read_rows

ROWS = {row.name: row for row in read_rows(ROOT / 'configs')}
LISTED = zoo_rows()
WIDTHS = (64, 128, 256, 512, 512, 512, 512, 512)


def convolution(inputs, outputs, kernel, bias=True):
    return inputs * outputs * kernel**2 + bias * outputs


def self_attention(c):
    return (convolution(2 * c, c // 16, 3) + convolution(c // 16, 2 * c, 3) +
            convolution(2 * c, c, 3))


@pytest.mark.parametrize('method, parameters', [
    ('concat', lambda c: convolution(2 * c, c, 1, bias=False)),
    ('average', lambda c: 0),
    ('align', lambda c: 2 * 5 * c**2),
    ('self_attention', self_attention),
])
@pytest.mark.parametrize('place, widths', [
    ('early', WIDTHS[:1]), ('middle', WIDTHS[3:4]), ('late', WIDTHS[7:]),
    ('all', WIDTHS)])
def test_fusions_add_what_they_are_made_of(method, parameters, place, widths):
    added = sum(map(parameters, widths)) / 1e6
    row = LISTED[f'{method}/shade-texture2rgb_taskonomy_{place}']
    plain = LISTED['cen/shade-texture2rgb_taskonomy']
    assert float(row['fusion'] or 0) == pytest.approx(added, abs=5e-4)
    assert float(row['params']) == pytest.approx(
        float(plain['params']) + added, abs=1e-3)
    private = added if method == 'align' else 0
    assert float(row['private']) == pytest.approx(
        float(plain['private']) + private, abs=1e-3)


def test_all_of_private_networks_is_private():
    for sources in ('shade-texture', 'shade-texture-depth',
                    'shade-texture-depth-normal'):
        row = LISTED[f'ablations/{sources}2rgb_taskonomy_convs_private_'
                     'norms_private']
        one = LISTED['single/shade2rgb_taskonomy']
        assert row['private'] == row['params']
        assert float(row['params']) == pytest.approx(
            len(sources.split('-')) * float(one['params']), abs=3e-3)


@pytest.mark.parametrize('of_table_9, of_table_8', [
    ('affine_private', 'convs_shared_norms_private'),
    ('stats_private', 'convs_shared_norms_shared'),
])
@torch.no_grad()
def test_what_the_page_says_of_table_9(of_table_9, of_table_8):
    """Statistics of their own matter to running statistics alone."""
    ours, theirs = (tiny(variant) for variant in (of_table_9, of_table_8))
    # Under its plain name a shared entry loads into a private one.
    source, other = ((ours, theirs) if of_table_9 == 'affine_private' else
                     (theirs, ours))
    plain = {'.stock': '', '.scale': '.weight', '.offset': '.bias'}
    other.load_state_dict({
        re.sub(r'\.stock|\.scale|\.offset', lambda part: plain[part[0]], key):
        value for key, value in source.state_dict().items()})
    x = torch.rand(2, 9, 64, 64) + torch.arange(9.).view(-1, 1, 1)
    for training in (True, False):
        outputs = []
        for net in (ours, theirs):
            torch.manual_seed(1)  # for the masks of dropout
            outputs.append(net.train(training)(x))
        assert torch.allclose(*outputs, atol=1e-5) == training


def tiny(variant):
    cfg = ROWS['ablations/shade-texture-depth2rgb_taskonomy_'
               f'{variant}'].load()
    cfg.model.generator.update(base_channels=4, num_down=6)
    cfg.model.discriminator.base_channels = 4
    with DefaultScope.overwrite_default_scope('mmagic'):
        return MODELS.build(cfg.model).generator
