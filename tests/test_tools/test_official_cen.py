"""Released checkpoints into ours and back, as a user would."""
import re
from collections import OrderedDict

import numpy as np
import pytest
import torch
from conftest import load_tool
from test_parity import official_of, small_cen

tool = load_tool('model_converters/official_cen.py')

# The layout of the released checkpoints, as published.
KEYS = [
    r'alpha', r'conv1\.module\.weight', r'bn1\.bn_\d\.NORM',
    r'layer[1-4]\.\d+\.conv[123]\.module\.weight',
    r'layer[1-4]\.\d+\.bn[123]\.bn_\d\.NORM',
    r'layer[1-4]\.0\.downsample\.0\.module\.weight',
    r'layer[1-4]\.0\.downsample\.1\.bn_\d\.NORM',
    r'p_ims1d2_outl[1-4]_dimred\.module\.weight',
    r'adapt_stage[1-4]_b\.0\.[12]_conv\.module\.(weight|bias)',
    r'adapt_stage[1-4]_b\.0\.[12]_conv_relu_varout_dimred\.module\.weight',
    r'adapt_stage[2-4]_b2_joint_varout_dimred\.module\.weight',
    r'mflow_conv_g[1-4]_pool\.0\.[1-4]_outvar_dimred\.module\.weight',
    r'mflow_conv_g[1-4]_b\.0\.[1-3]_conv\.module\.(weight|bias)',
    r'mflow_conv_g[1-4]_b\.0\.[1-3]_conv_relu_varout_dimred\.module\.weight',
    r'mflow_conv_g[1-3]_b3_joint_varout_dimred\.module\.weight',
    r'clf_conv\.module\.(weight|bias)'
]
NORM = '(weight|bias|running_mean|running_var|num_batches_tracked)'


@pytest.fixture
def official(monkeypatch):
    """A small released checkpoint of two modalities and our small net."""
    net = small_cen(50)
    monkeypatch.setattr(
        tool.segmentation, 'expected', lambda *args: net.state_dict())
    model = official_of(net, 50, 2)
    state = OrderedDict(
        ('module.' + k, v.detach().clone())
        for k, v in model.official_state(model.state_dict().items()).items())
    return net, dict(
        segmenter=state, epoch_start=294, best_val=np.float64(51.1))


def run(monkeypatch, *args):
    monkeypatch.setattr('sys.argv', ['official_cen.py', *map(str, args)])
    tool.main()


@pytest.mark.parametrize('depth', [50, 101, 152])
def test_names_are_the_published_ones(depth):
    with torch.device('meta'):
        names = sum((tool.segmentation.official_names(k, 2)
                     for k in tool.segmentation.expected(depth, 40, 2)), [])
    assert len(set(names)) == len(names)
    patterns = [re.compile(k.replace('NORM', NORM)) for k in KEYS]
    assert all(any(p.fullmatch(n) for p in patterns) for n in names)
    assert all(any(p.fullmatch(n) for n in names) for p in patterns)


@pytest.mark.parametrize('bare', [False, True])
def test_there_and_back(official, bare, tmp_path, monkeypatch, capsys):
    net, checkpoint = official
    if bare:
        checkpoint = OrderedDict(
            (k[len('module.'):], v)
            for k, v in checkpoint['segmenter'].items())
    source, ours, back = (tmp_path / n for n in ('a.tar', 'b.pth', 'c.tar'))
    torch.save(checkpoint, source)
    run(monkeypatch, source, ours)
    line, = capsys.readouterr().out.strip().splitlines()
    assert 'nothing left over' in line and str(ours) in line
    state = torch.load(ours, weights_only=True)['state_dict']
    assert state.keys() == net.state_dict().keys()
    for name, value in net.state_dict().items():
        assert torch.equal(state[name], value), name
    run(monkeypatch, '--reverse', ours, back)
    again = torch.load(back, weights_only=True)
    if not bare:
        assert (again.pop('epoch_start'), again.pop('best_val')) == (294, 51.1)
        again, checkpoint = again.pop('segmenter'), checkpoint['segmenter']
    assert again.keys() == checkpoint.keys()
    for name, value in checkpoint.items():
        assert torch.equal(again[name], value) and again[
            name].dtype == value.dtype, name


@pytest.mark.parametrize('key,change,message', [
    ('module.alpha', None, 'alpha is missing'),
    ('module.extra', torch.zeros(1), 'extra is left over'),
    ('module.clf_conv.module.weight', torch.zeros(5, 9, 3, 3),
     r'clf_conv.module.weight is \(5, 9, 3, 3\) instead of'),
    ('module.bn1.bn_1.num_batches_tracked', torch.tensor(3), 'differ'),
])
def test_strict(official, key, change, message, tmp_path, monkeypatch):
    _, checkpoint = official
    checkpoint['segmenter'].pop(key, None)
    if change is not None:
        checkpoint['segmenter'][key] = change
    torch.save(checkpoint, tmp_path / 'a.tar')
    with pytest.raises(SystemExit, match=message):
        run(monkeypatch, tmp_path / 'a.tar', tmp_path / 'b.pth')
    assert not (tmp_path / 'b.pth').exists()


def test_other_files_are_refused(tmp_path, monkeypatch):
    source = tmp_path / 'a.tar'
    with pytest.raises(SystemExit, match='a.tar is not there'):
        run(monkeypatch, source, tmp_path / 'b.pth')
    source.write_bytes(b'no checkpoint')
    with pytest.raises(SystemExit, match='cannot be read as a checkpoint'):
        run(monkeypatch, source, tmp_path / 'b.pth')
    torch.save(dict(state_dict={}), source)
    with pytest.raises(SystemExit, match='holds no CEN RefineNet'):
        run(monkeypatch, source, tmp_path / 'b.pth')
