"""The pages of the model zoo say of every row what is so."""
from inspect import signature
from itertools import combinations

import pytest
from mmengine import Config
from mmengine.runner import Runner
from pages import ROOT, zoo_rows

from cen_mm.analysis import zoo
from cen_mm.analysis.cost import complexity

CONFIGS, DOCS = ROOT / 'configs', ROOT / 'docs'
ROWS = {row.name: row for row in zoo.read_rows(CONFIGS)}
STALE = ('the page is stale: run python tools/analysis_tools/model_zoo.py and '
         'commit it')


@pytest.fixture(scope='module')
def listed():
    return zoo_rows()


def test_every_config_says_what_it_is():
    assert all(len(zoo.first_sentence(path)) > 20
               for path in CONFIGS.rglob('*.py'))


def test_no_two_rows_are_the_same():
    """Row 7 of Table 7 is CEN itself."""
    found = {}
    for row in ROWS.values():
        found.setdefault((row.path, row.options), []).append(row.name)
    assert [names for names in found.values() if len(names) > 1] == [[
        'cen/refinenet_r101_nyudv2',
        'ablations/table7_07_convs_shared_norms_private_l1_half_exchange_on']]


def fields(value, name=''):
    """The scalars of a config, by their names."""
    if not isinstance(value, dict):
        return {name: repr(value)}
    return {key: scalar for part, child in value.items()
            for key, scalar in fields(child, f'{name}.{part}').items()}


def test_no_two_configs_of_a_method_differ_in_a_single_scalar():
    """Such are rows of one config; other names only help to write them."""
    known, folders = signature(Runner).parameters, {}
    for path in {row.path for row in ROWS.values()}:
        cfg = Config.fromfile(path, format_python_code=False)
        used = {key: cfg[key] for key in {*known} & {*cfg}}
        if path.parent.name != 'nyudv2_lite':  # there each is a method
            folders.setdefault(path.parent, {})[path.stem] = fields(used)
    assert len(folders) == 7 + 7
    for configs in folders.values():
        for (a, one), (b, other) in combinations(configs.items(), 2):
            differ = {key for key in {*one, *other}
                      if one.get(key) != other.get(key)}
            assert len(differ) > 1, (a, b, differ)


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
    assert zoo.gflops(flops) == listed[name]['GFLOPs'], STALE
    if by_hand:
        plain = listed['cen/refinenet_r101_nyudv2']
        assert flops - by_hand == pytest.approx(
            1e9 * float(plain['GFLOPs']), abs=0.05e9)


def test_the_whole_pages_are_what_the_command_writes(listed):
    """Without another count of the multiply-adds, taken from the pages.

    And the index."""
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
            judge = getattr(net, 'discriminator', None)
            counted[key] = (
                complexity.count_parameters(getattr(net, 'generator', net)),
                {}, judge and complexity.count_parameters(judge).total)
        return complexity.Complexity(
            0, complexity.default_shape(cfg),
            round(1e9 * float(next(cells)['GFLOPs'])), *counted[key])

    written = zoo.render(CONFIGS, DOCS, measure)
    assert len(written) == 3
    for name, text in written.items():
        assert text == (ROOT / name).read_text(), STALE


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


@pytest.mark.parametrize('name, means', [
    ('cen/refinenet_r18_rooms', '39.4 / 42.5 / 49.8 (3 seeds)'),
    ('single/refinenet_r18_rooms_depth', '42.9 (3 seeds)')])
def test_what_was_measured(listed, name, means):
    """The means that docs/rooms.md has."""
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
    assert zoo.means_of('a', ('x', 'b'), runs) == '- / 2.0 / 3.0 (1 seed)'
    assert zoo.means_of('c', ('x', 'b'), runs) == ''
    with pytest.raises(ValueError, match="a has .*'b/mIoU'"):
        zoo.means_of('a', ('x', 'y'), runs)
