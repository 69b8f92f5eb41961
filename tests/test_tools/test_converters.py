"""The converters, as a user types them."""
import re

import numpy as np
import pytest
import torch
from conftest import load_tool
from PIL import Image
from reference_translation import official_states
from tiny_cityscapes import write_cityscapes
from tiny_nyudv2 import write_nyudv2


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a tool in a folder; returns its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)

    def command(tool, *args):
        monkeypatch.setattr('sys.argv', [tool, *args])
        try:
            code = load_tool(tool).main()
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return command


def test_cityscapes(run, tmp_path):
    tool = 'dataset_converters/cityscapes.py'
    write_cityscapes(tmp_path)
    code, printed = run(tool, '--root', '.')
    assert code is None and 'wrote 3 label maps' in printed
    code, printed = run(tool, '--verify', '.')
    assert code == 1 and 'train holds 2 images instead of 2975' in printed
    code, _ = run(tool, '--root', 'gtFine')
    assert code.startswith('error: gtFine/gtFine/train has no')
    assert run(tool)[0] == 2


@pytest.mark.parametrize('name, inputs, listed', [
    ('nyudv2', ['mat', 'splits', 'classes'], 'lists 3 images instead of 795'),
    ('sunrgbd', ['root', 'toolbox'], 'lists 3 images instead of 5285')])
def test_trees(name, inputs, listed, run, tmp_path, monkeypatch):
    tool = f'dataset_converters/{name}.py'
    module = f'cen_mm.converters.datasets.{name}'
    flags = [part for i in inputs for part in (f'--{i}', f'{i}.mat')]
    code, _ = run(tool, *flags, '--out', 'out')
    assert re.match(r'error: .*\.mat.* does not exist', code)
    write_nyudv2(tmp_path)
    code, printed = run(tool, '--verify', '.')
    assert code == 1 and f'train.txt {listed}' in printed
    for wrong in (flags, [*flags, '--out', 'out', '--verify', '.'], []):
        code, printed = run(tool, *wrong)
        assert code == 2 and f'--verify or all of --{inputs[0]}, ' in printed
    calls = []
    monkeypatch.setattr(f'{module}.convert', lambda **kw: calls.append(kw))
    code, printed = run(tool, *flags, '--out', 'out')
    assert code is None and calls == [
        dict({i: f'{i}.mat' for i in inputs}, out='out',
             **(dict(divide=1) if name == 'nyudv2' else {}))]
    assert printed == 'wrote out; check it with --verify out\n'


def test_rooms(run, tmp_path):
    tool = 'dataset_converters/rooms.py'
    size = ['--train', '2', '--val', '1', '--height', '12', '--width', '16']
    code, printed = run(tool, '--out', 'a', *size, '--domains', 'rgb', 'label')
    assert code is None and 'rendered 3 rooms into a' in printed
    assert {p.name for p in tmp_path.joinpath('a').iterdir()} == {
        'rgb', 'label', 'train.txt', 'val.txt', 'rooms.json'}
    assert np.array(Image.open('a/rgb/50000.png')).shape == (12, 16, 3)
    assert run(tool, '--out', 'a', *size, '--seed', '1')[0].startswith(
        'error: a/rooms.json says')
    code, printed = run(
        tool, '--out', 'a', *size, '--seed', '1', '--overwrite')
    assert code is None and 'rendered 3 rooms' in printed
    assert run(tool, '--out', 'b', *size, '--domains', 'heat')[0].startswith(
        "error: domains has ['heat']")
    assert not (tmp_path / 'b').exists()


def test_official_cen(run):
    tool = 'model_converters/official_cen.py'
    for name, state in zip('gd', official_states(2)):
        torch.save(state, f'{name}.pkl')
    code, printed = run(tool, 'g.pkl', 'cen.pth', '--discriminator', 'd.pkl')
    assert code is None
    assert re.fullmatch(r'g.pkl: \d+ entries, d.pkl: \d+ entries -> cen.pth: '
                        r'\d+ entries, nothing left over \(.*\)\n', printed)
    code, printed = run(
        tool, '--reverse', 'cen.pth', 'a.pkl', '--discriminator', 'b.pkl')
    assert code is None and '-> a.pkl: ' in printed
    for first, second in ('ga', 'db'):
        first, second = (torch.load(f'{n}.pkl') for n in (first, second))
        assert list(first) == list(second)
        assert all(torch.equal(second[k], v) for k, v in first.items())
    assert run(tool, 'no.tar', 'x.pth')[0] == (
        'no.tar is not there: give the path of a checkpoint')
