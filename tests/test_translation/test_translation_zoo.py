"""docs/translation.md says of every translation config what is so."""
import re
import sys
from pathlib import Path

import pytest
import torch
from mmagic.registry import MODELS
from mmengine import Config
from mmengine.registry import DefaultScope

import cen_mm.translation  # noqa: F401

ROOT = Path(__file__).parents[2]
CONFIGS, PAGE = ROOT / 'configs/translation', ROOT / 'docs/translation.md'
sys.path.insert(0, str(ROOT / 'tools/analysis_tools'))
import translation_zoo  # noqa: E402

NAMES = sorted(path.stem for path in CONFIGS.glob('*.py'))
STALE = ('docs/translation.md is stale: run python '
         'tools/analysis_tools/translation_zoo.py and commit the page')
CEN = 'cen_shade-texture2rgb_taskonomy'
WIDTHS = (64, 128, 256, 512, 512, 512, 512, 512)


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmagic'):
        yield


@pytest.fixture(scope='module')
def rows():
    """The rows of all tables, by config: column to cell."""
    found, names = {}, None
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split('|')[1:-1]]
        if cells[:1] == ['config']:
            names = cells
        elif names and len(cells) == len(names) and '](' in cells[0]:
            title, path = re.fullmatch(
                r'\[(.+)\]\(\.\./configs/translation/(.+)\.py\)',
                cells[0]).groups()
            assert title == path
            found.setdefault(title, []).append(dict(zip(names, cells)))
    return found


def test_every_config_has_one_row(rows):
    assert sorted(rows) == NAMES, STALE
    assert {len(each) for each in rows.values()} == {1}, STALE


@pytest.mark.parametrize('name', NAMES)
def test_the_paper_is_quoted_as_in_the_header(rows, name):
    header = (CONFIGS / f'{name}.py').read_text().split('_base_')[0]
    row, = rows[name]
    numbers = [
        f'{column[7:]} {cell}' for column, cell in row.items()
        if column.startswith('paper: ') and column != 'paper: row' and cell
    ]
    if numbers:
        said = ', '.join([row['paper: row'], *numbers])
        assert header.endswith(f'\n# Paper: {said}\n'), STALE
    else:
        assert 'Paper' not in header, STALE
    sentence = ' '.join(header.replace('# ', '').split('\n'))
    assert sentence.startswith(row['what it is']), STALE


def test_the_whole_page_is_what_the_command_writes(monkeypatch):
    built, build = {}, translation_zoo.build

    def build_once(cfg):
        # Many configs differ in nothing that has parameters.
        model = cfg.model.to_dict()
        model.update(modalities='abcd'[:len(model['modalities'])], target='')
        for field in {'exchange', 'init_cfg'} & set(model['generator']):
            model['generator'][field] = None
        key = repr(model)
        if key not in built:
            built[key] = build(cfg)
        return built[key]

    monkeypatch.setattr(translation_zoo, 'build', build_once)
    assert translation_zoo.render() == PAGE.read_text(), STALE


def convolution(inputs, outputs, kernel, bias=True):
    return inputs * outputs * kernel**2 + bias * outputs


@pytest.mark.parametrize('num_modalities', [1, 2, 3, 4])
def test_full_size_has_the_official_number_of_parameters(num_modalities):
    """By the layers of pix2pix: 54.42 to 54.45 M and 2.77 M."""
    generator = sum(
        convolution(i, o, 4) for i, o in zip((3, *WIDTHS), WIDTHS))
    generator += sum(
        convolution(i, o, 4) for i, o in zip(
            (512, 1024, 1024, 1024, 1024, 512, 256, 128),
            (512, 512, 512, 512, 256, 128, 64, 3)))
    norms = sum(WIDTHS[1:-1]) + sum(WIDTHS[:-1])
    generator += 2 * num_modalities * norms
    generator += num_modalities * (num_modalities > 1)  # alpha
    cfg = Config.fromfile(CONFIGS / f'{CEN}.py')
    cfg.model.modalities = tuple('abcd'[:num_modalities])
    with torch.device('meta'):
        net = MODELS.build(cfg.model)
    found = [
        sum(p.numel() for p in part.parameters())
        for part in (net.generator, net.discriminator)
    ]
    discriminator = 2 * sum(WIDTHS[1:4]) + sum(
        convolution(i, o, 4) for i, o in zip(
            (6, *WIDTHS[:4]), (*WIDTHS[:4], 1)))
    assert found == [generator, discriminator]
    # The official code also holds norms that it never runs.
    unused = 2 * num_modalities * (64 + 512 + 3), 2 * (64 + 1)
    official = (54.42, 54.43, 54.44, 54.45)[num_modalities - 1], 2.77
    for count, extra, millions in zip(found, unused, official):
        assert (count + extra) / 1e6 == pytest.approx(millions, abs=0.005)


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
def test_fusions_add_what_they_are_made_of(rows, method, parameters, place,
                                           widths):
    added = sum(map(parameters, widths)) / 1e6
    row, = rows[f'{method}_shade-texture2rgb_taskonomy_{place}']
    plain, = rows[CEN]
    assert float(row['fusion'] or 0) == pytest.approx(added, abs=5e-4)
    assert float(row['generator']) == pytest.approx(
        float(plain['generator']) + added, abs=1e-3)
    private = added if method == 'align' else 0
    assert float(row['private']) == pytest.approx(
        float(plain['private']) + private, abs=1e-3)


def test_all_of_private_networks_is_private(rows):
    for sources in ('shade-texture', 'shade-texture-depth',
                    'shade-texture-depth-normal'):
        row, = rows[f'ablation_{sources}2rgb_taskonomy_convs_private_'
                    'norms_private']
        one, = rows['single_shade2rgb_taskonomy']
        assert row['private'] == row['generator']
        assert float(row['generator']) == pytest.approx(
            len(sources.split('-')) * float(one['generator']), abs=3e-3)


@pytest.mark.parametrize('of_table_9, of_table_8', [
    ('affine_private', 'convs_shared_norms_private'),
    ('stats_private', 'convs_shared_norms_shared'),
])
@torch.no_grad()
def test_what_the_page_says_of_table_9(of_table_9, of_table_8):
    """Statistics of their own matter to running statistics alone."""
    ours, theirs = (tiny(variant) for variant in (of_table_9, of_table_8))
    # A shared entry loads into a private one.
    source, other = ((ours, theirs) if of_table_9 == 'affine_private' else
                     (theirs, ours))
    other.load_state_dict(source.state_dict())
    x = torch.rand(2, 9, 64, 64) + torch.arange(9.).view(-1, 1, 1)
    for training in (True, False):
        outputs = []
        for net in (ours, theirs):
            torch.manual_seed(1)  # for the masks of dropout
            outputs.append(net.train(training)(x))
        assert torch.allclose(*outputs, atol=1e-5) == training


def tiny(variant):
    cfg = Config.fromfile(CONFIGS / 'ablation_shade-texture-depth2rgb_'
                          f'taskonomy_{variant}.py')
    cfg.model.generator.update(base_channels=4, num_down=6)
    cfg.model.discriminator.base_channels = 4
    return MODELS.build(cfg.model).generator


@pytest.mark.parametrize('stem', [
    'gan_shade2rgb_taskonomy', 'cen_shade_taskonomy',
    'concat_shade-texture2rgb_taskonomy', 'cen_shade2rgb_nowhere'])
def test_errors_of_names(stem):
    with pytest.raises(ValueError, match=f'{stem}.py: call it <method>_'):
        translation_zoo.place(stem, '')
