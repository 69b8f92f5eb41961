"""docs/model_zoo.md says of every config what is so."""
import csv
import re
import sys
from pathlib import Path

import pytest
from mmengine import Config

ROOT = Path(__file__).parents[2]
CONFIGS, DOCS = ROOT / 'configs', ROOT / 'docs'
sys.path.insert(0, str(ROOT / 'tools/analysis_tools'))
import model_zoo  # noqa: E402

from cen_mm.analysis import complexity  # noqa: E402

NAMES = sorted(
    p.relative_to(CONFIGS).as_posix() for p in CONFIGS.rglob('*.py')
    if not {'_base_', 'translation'} & set(p.parts))
STALE = ('docs/model_zoo.md is stale: run python '
         'tools/analysis_tools/model_zoo.py and commit the page')


@pytest.fixture(scope='module')
def rows():
    """The rows of all tables with configs, by config: column to cell."""
    found, names = {}, None
    for line in (DOCS / 'model_zoo.md').read_text().splitlines():
        cells = [cell.strip() for cell in line.split('|')[1:-1]]
        if cells[:2] == ['config', 'what it is']:
            names = cells
        elif names and len(cells) == len(names) and '](' in cells[0]:
            title, config = re.fullmatch(r'\[(.+)\]\(\.\./configs/(.+)\)',
                                         cells[0]).groups()
            assert title == Path(config).stem
            found.setdefault(config, []).append(dict(zip(names, cells)))
    return found


def row_of(rows, config):
    assert config in rows, STALE
    return rows[config][0]


def test_every_config_has_one_row(rows):
    assert sorted(rows) == NAMES, STALE
    assert {len(each) for each in rows.values()} == {1}, STALE


@pytest.mark.parametrize('name', NAMES)
def test_the_paper_is_quoted_as_in_the_header(rows, name):
    header = (CONFIGS / name).read_text().split('_base_')[0]
    row = row_of(rows, name)
    said = f'{row.get("paper: row", "")}, mIoU {row.get("paper: mIoU", "")}'
    if said == ', mIoU ':
        assert 'Paper:' not in header, STALE
    else:
        assert header.endswith(f'\n# Paper: {said}\n'), STALE
    sentence = ' '.join(header.replace('# ', '').split('\n'))
    assert sentence.startswith(row['what it is']), STALE


@pytest.mark.parametrize('name, by_hand', [
    ('cen/refinenet_r18_rooms.py', None),
    ('concat/refinenet_r101_nyudv2_late_shared.py',
     # The 1x1 convolution of 4096 to 2048 channels on 16 x 16, twice, more
     # than without.
     2 * 4096 * 2048 * 16 * 16),
    ('single/refinenet_r101_nyudv2_rgb.py', None),
])
def test_flops_are_counted_again(rows, name, by_hand):
    flops = complexity.measure(Config.fromfile(CONFIGS / name)).flops
    row = row_of(rows, name)
    assert model_zoo.gflops(flops) == row['GFLOPs'], STALE
    if by_hand:
        plain = row_of(rows, 'cen/refinenet_r101_nyudv2.py')
        assert flops - by_hand == pytest.approx(
            1e9 * float(plain['GFLOPs']), abs=0.05e9)


def test_the_whole_page_is_what_the_command_writes(rows):
    """Without another count of the multiply-adds, taken from the page."""
    counted = {}

    def measure(cfg):
        # Neither changes a parameter, and many configs differ in them alone.
        model = cfg.model.to_dict()
        model.pop('data_preprocessor')
        for field in {'exchange', 'init_cfg'} & set(model['backbone']):
            model['backbone'][field] = None
        key = repr(model)
        if key not in counted:
            net = complexity.build(Config(dict(model=model)))
            counted[key] = complexity.count_parameters(net)
        name = Path(cfg.filename).relative_to(CONFIGS).as_posix()
        row = row_of(rows, name)
        return complexity.Complexity(0, complexity.default_shape(cfg),
                                    round(1e9 * float(row['GFLOPs'])),
                                    counted[key])

    assert model_zoo.render(measure) == (DOCS /
                                         'model_zoo.md').read_text(), STALE


def test_table_2_counts_the_same_parameters(rows):
    """Of what is recalled of it, one total is off, as the page explains."""
    off = set()
    with open(DOCS / 'paper_params.csv', newline='') as file:
        for paper in csv.DictReader(file):
            row = row_of(rows, paper['config'])
            for column in ('params', 'fusion'):
                if paper[column]:
                    assert row[f'paper: {column}'] == f'{paper[column]}*'
                    gap = float(row.get(column) or 0) - float(paper[column])
                    if abs(gap) > 0.3:
                        off.add((paper['config'], column, round(gap, 1)))
    assert off == {('self_attention/refinenet_r101_nyudv2_all_common.py',
                    'params', 1.1)}


def test_what_was_measured(rows):
    """The means that docs/rooms.md has."""
    for name, means in (('cen/refinenet_r18_rooms',
                         '39.4 / 42.5 / 49.8 (3 seeds)'),
                        ('single/refinenet_r18_rooms_depth',
                         '42.9 (3 seeds)')):
        assert row_of(rows, f'{name}.py')['ours: mIoU'] == means


@pytest.mark.parametrize('line, message', [
    ('cen/none.py,mIoU,0,1.0,,,', 'there is no configs/cen/none.py'),
    ('cen/refinenet_r18_rooms.py,mIoU,0 1,1.0,,,', '2 seeds and 1 values'),
])
def test_errors_of_what_was_measured(tmp_path, line, message):
    path = tmp_path / 'measured.csv'
    path.write_text('config,metric,seeds,values,commit,date,hardware\n' +
                    line)
    with pytest.raises(ValueError, match=message):
        model_zoo.read_measured(path)


def test_streams_in_the_order_of_the_config():
    runs = [
        dict(config='a', metric=metric, seeds='0', mean=mean)
        for metric, mean in (('mIoU', '3.0'), ('b/mIoU', '2.0'))
    ]
    assert model_zoo.ours('a', ('x', 'b'), runs) == '- / 2.0 / 3.0 (1 seed)'
    assert model_zoo.ours('c', ('x', 'b'), runs) == ''
    with pytest.raises(ValueError, match="a has .*'b/mIoU'"):
        model_zoo.ours('a', ('x', 'y'), runs)


@pytest.mark.parametrize('text, message', [
    ('a = 1\n', 'first comment must be a sentence'),
    ('# A net.\n# Paper: Table 3 has 51.6\n', 'write the line of the paper'),
])
def test_errors_of_headers(tmp_path, text, message):
    path = tmp_path / 'net.py'
    path.write_text(text)
    with pytest.raises(ValueError, match=f'net.py: .*{message}'):
        model_zoo.read_header(path)
