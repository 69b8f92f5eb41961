"""The pages of the model zoo say of every row what is so."""
import csv

import pytest
from conftest import load_tool
from mmengine import Config
from pages import ROOT, zoo_rows

from cen_mm.analysis import complexity, zoo
from cen_mm.analysis.zoo.measured import means_of
from cen_mm.analysis.zoo.pages import gflops
from cen_mm.analysis.zoo.rows import first_sentence

CONFIGS, DOCS = ROOT / 'configs', ROOT / 'docs'
ROWS = {row.name: row for row in zoo.read_rows(CONFIGS)}
with open(CONFIGS / 'rows.csv', newline='') as file:
    LINES = list(csv.DictReader(file))
STALE = ('the page is stale: run python tools/analysis_tools/model_zoo.py and '
         'commit it')


@pytest.fixture(scope='module')
def listed():
    return zoo_rows()


def test_every_row_is_listed_as_rows_csv_has_it(listed):
    assert list(listed) == [line['name'] for line in LINES], STALE
    for line, cells in zip(LINES, listed.values()):
        assert cells['config'] == line['config'], STALE
        assert cells.get('options', '').strip('`') == line['options'], STALE
        paper = {key for key in line if key.startswith('paper')}
        assert {key: cells.get(key, '') for key in paper} == {
            key: line[key] for key in paper}, STALE
        header = (CONFIGS / line['config']).read_text().replace('\n# ', ' ')
        assert cells['what it is'] == line['what'] or (
            header.startswith(f'# {cells["what it is"]}')), STALE


def test_every_config_says_what_it_is_and_has_a_row():
    configs = {*CONFIGS.rglob('*.py')}
    assert all(len(first_sentence(path)) > 20 for path in configs)
    assert {CONFIGS / line['config'] for line in LINES} == {
        path for path in configs if '_base_' not in path.parts}


def test_no_two_rows_are_the_same():
    """Row 7 of Table 7 is CEN itself."""
    found = {}
    for line in LINES:
        key = line['config'], line['options']
        found.setdefault(key, []).append(line['name'])
    assert [names for names in found.values() if len(names) > 1] == [[
        'cen/refinenet_r101_nyudv2',
        'ablations/table7_07_convs_shared_norms_private_l1_half_exchange_on']]


@pytest.mark.parametrize('name, options', [
    ('concat/refinenet_r101_nyudv2_early_common',
     {'model.backbone.fused_stages': (2, )}),
    ('align/shade-texture2rgb_taskonomy_late',
     {'model.generator.fused_layers': (8, )}),
    ('ablations/shade-texture-depth2rgb_taskonomy_affine_private',
     {'model.generator.private': ('affine', )}),
    ('ablations/table7_09_convs_private_norms_private_l1_all_exchange_on',
     {'model.private': ('convs', 'affine', 'stats'),
      'default_hooks.sparsity.region': 'all'}),
    ('cen/refinenet_r101_nyudv2', {})])
def test_a_row_is_its_config_with_its_options(name, options):
    expected = Config.fromfile(ROWS[name].path)
    before = expected.to_dict()
    expected.merge_from_dict(options)
    assert ROWS[name].load().to_dict() == expected.to_dict()
    assert bool(options) == (expected.to_dict() != before)


@pytest.mark.parametrize('name, by_hand', [
    ('cen/refinenet_r18_rooms', None),
    ('concat/refinenet_r101_nyudv2_late_shared',
     # The 1x1 convolution of 4096 to 2048 channels on 16 x 16, twice, more
     # than without.
     2 * 4096 * 2048 * 16 * 16),
    ('single/refinenet_r101_nyudv2_rgb', None),
    ('cen/shade-texture2rgb_rooms', None)])
def test_flops_are_counted_again(listed, name, by_hand):
    flops = complexity.measure(ROWS[name].load()).flops
    assert gflops(flops) == listed[name]['GFLOPs'], STALE
    if by_hand:
        plain = listed['cen/refinenet_r101_nyudv2']
        assert flops - by_hand == pytest.approx(
            1e9 * float(plain['GFLOPs']), abs=0.05e9)


def test_the_whole_pages_are_what_the_command_writes(listed):
    """Without another count of the multiply-adds, taken from the pages."""
    counted, cells = {}, iter(listed.values())

    def measure(cfg):
        # None of these changes a parameter, and many rows differ in them
        # alone.
        model = cfg.model.to_dict()
        part = model.get('backbone') or model['generator']
        for fields in (model, part):
            for field in {'exchange', 'init_cfg'} & set(fields):
                fields[field] = None
        key = repr(dict(model, modalities=len(model['modalities']),
                        target=None, data_preprocessor=None))
        if key not in counted:
            net = complexity.build(
                Config(dict(model=model, default_scope=cfg.default_scope)))
            discriminator = getattr(net, 'discriminator', None)
            counted[key] = (
                complexity.count_parameters(complexity.predictor(net)), {},
                discriminator
                and complexity.count_parameters(discriminator).total)
        return complexity.Complexity(
            0, complexity.default_shape(cfg),
            round(1e9 * float(next(cells)['GFLOPs'])), *counted[key])

    for name, page in zoo.render(CONFIGS, DOCS, measure).items():
        assert page == (DOCS / name).read_text(), STALE


def test_table_2_counts_the_same_parameters(listed):
    """Of what is recalled of it, one total is off, as the page explains."""
    off, compared = set(), 0
    for name, row in listed.items():
        for column in ('params', 'fusion'):
            paper = row.get(f'paper: {column}')
            if paper:
                compared += 1
                assert paper.endswith('*')
                gap = float(row.get(column) or 0) - float(paper[:-1])
                if abs(gap) > 0.3:
                    off.add((name, column, round(gap, 1)))
    assert compared == 27 + 13
    assert off == {('self_attention/refinenet_r101_nyudv2_all_common',
                    'params', 1.1)}


def test_what_was_measured(listed):
    """The means that docs/rooms.md has."""
    for name, means in (('cen/refinenet_r18_rooms',
                         '39.4 / 42.5 / 49.8 (3 seeds)'),
                        ('single/refinenet_r18_rooms_depth',
                         '42.9 (3 seeds)')):
        assert listed[name]['ours: mIoU'] == means


@pytest.mark.parametrize('line, message', [
    ('cen/none,mIoU,0,1.0,,,', 'there is no row cen/none'),
    ('cen/net,mIoU,0 1,1.0,,,', '2 seeds and 1 values')])
def test_errors_of_what_was_measured(tmp_path, line, message):
    path = tmp_path / 'measured.csv'
    path.write_text('row,metric,seeds,values,commit,date,hardware\n' + line)
    with pytest.raises(ValueError, match=message):
        zoo.read_measured(path, {'cen/net'})


def test_streams_in_the_order_of_the_config():
    runs = [
        dict(row='a', metric=metric, seeds='0', mean=mean)
        for metric, mean in (('mIoU', '3.0'), ('b/mIoU', '2.0'))
    ]
    assert means_of('a', ('x', 'b'), runs) == '- / 2.0 / 3.0 (1 seed)'
    assert means_of('c', ('x', 'b'), runs) == ''
    with pytest.raises(ValueError, match="a has .*'b/mIoU'"):
        means_of('a', ('x', 'y'), runs)


HEAD = ','.join(LINES[0])
ONE = 'Nets,one,net.py,,,"Table 0, CEN",1.5* / 2.5,,,,'
TWO = 'Nets,two,net.py,default_hooks.sparsity.weight=0,No L1.,,,,,,'
PAGE = 'Text.\n\n## Nets\n\nMore.\n\n|\n\nStays.\n\n## Measured\n\n|\n| |\n'


def write_pages(root, monkeypatch, *lines, header='# A net. Small.',
                page=PAGE):
    """Run the tool on a model zoo of one config; returns its page."""
    for folder in ('configs', 'docs'):
        (root / folder).mkdir()
    (root / 'configs/net.py').write_text(
        f"{header}\n_base_ = '{CONFIGS}/cen/refinenet_r18_rooms.py'\n")
    (root / 'configs/rows.csv').write_text('\n'.join((HEAD, *lines)))
    (root / 'docs/measured.csv').write_text(
        'row,metric,seeds,values,commit,date,hardware\n'
        'one,mIoU,0 1,1.0 2.0,abc,today,none\n')
    (root / 'docs/translation.md').write_text('Nothing.\n')
    (root / 'docs/model_zoo.md').write_text(page)
    tool = load_tool('analysis_tools/model_zoo.py')
    monkeypatch.setattr(tool, 'ROOT', root)
    monkeypatch.setattr('sys.argv', ['model_zoo.py'])
    tool.main()
    assert (root / 'docs/translation.md').read_text() == 'Nothing.\n'
    return (root / 'docs/model_zoo.md').read_text()


def test_the_tool_fills_a_page(tmp_path, monkeypatch):
    assert write_pages(tmp_path, monkeypatch, ONE, TWO) == """\
Text.

## Nets

More.

| row | options | what it is | paper: row | paper: mIoU | ours: mIoU | params \
| private | GFLOPs at 96 x 128 |
| --- | --- | --- | --- | --- | --- | ---: | ---: | ---: |
| [one](../configs/net.py) |  | A net. | Table 0, CEN | 1.5* / 2.5 \
| - / - / 1.5 (2 seeds) | 1.332 | 0.005 | 0.249 |
| [two](../configs/net.py) | `default_hooks.sparsity.weight=0` | No L1. |  |  \
|  | 1.332 | 0.005 | 0.249 |

Stays.

## Measured

| row | metric | seeds | values | mean | commit | date | hardware |
| --- | --- | --- | --- | ---: | --- | --- | --- |
| one | mIoU | 0 1 | 1.0 2.0 | 1.5 | abc | today | none |
"""


OTHER = 'model.data_preprocessor.size=96,64'


@pytest.mark.parametrize('lines, changes, message', [
    ([TWO.replace('net', 'no')], {}, 'there is no configs/no.py'),
    ([ONE, ONE], {}, 'two rows one'),
    ([TWO.replace('No L1.', '')], {}, 'two has options; say'),
    ([ONE.replace('"Table 0, CEN"', '')], {}, 'one has numbers of the paper'),
    ([], {}, 'net.py has no row'),
    ([ONE], dict(header=''), 'net.py: the first comment must be a sentence'),
    ([ONE, TWO.replace('default_hooks.sparsity.weight=0', f'"{OTHER}"')], {},
     'two and Nets train on different sizes'),
    ([ONE], dict(page='## Measured\n|\n'), 'no .* heading "## Nets"'),
    ([ONE], dict(page=PAGE.replace('\n|\n', '\n', 1)),
     '"## Nets" has no table')])
def test_errors_of_the_tool(tmp_path, monkeypatch, lines, changes, message):
    with pytest.raises(SystemExit, match=message):
        write_pages(tmp_path, monkeypatch, *lines, **changes)
