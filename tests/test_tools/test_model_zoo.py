"""The tool that fills the pages of the model zoo."""
import pytest
from conftest import load_tool
from pages import ROOT

CONFIGS = ROOT / 'configs'
HEAD = (CONFIGS / 'rows.csv').read_text().split('\n')[0]
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
