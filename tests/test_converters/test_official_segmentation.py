"""Released checkpoints of segmentation into ours and back."""
import re
from collections import OrderedDict

import numpy as np
import pytest
import torch
from test_parity import official_of, small_cen

from cen_mm.converters.checkpoints import (
    convert_official,
    official_segmentation,
)

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
    ours = {k.replace('.stock.', '.'): v for k, v in net.state_dict().items()}
    monkeypatch.setattr(official_segmentation, 'expected', lambda *_: ours)
    model = official_of(net, 50, 2)
    state = OrderedDict(
        ('module.' + k, v.detach().clone())
        for k, v in model.official_state(model.state_dict().items()).items())
    return ours, dict(
        segmenter=state, epoch_start=294, best_val=np.float64(51.1))


@pytest.mark.parametrize('depth', [50, 101, 152])
def test_names_are_the_published_ones(depth):
    names = sum((official_segmentation.official_names(k, 2)
                 for k in official_segmentation.expected(depth, 40, 2)), [])
    assert len(set(names)) == len(names)
    patterns = [re.compile(k.replace('NORM', NORM)) for k in KEYS]
    assert all(any(p.fullmatch(n) for p in patterns) for n in names)
    assert all(any(p.fullmatch(n) for n in names) for p in patterns)


def wrapped(name):
    """An entry of ours as private layers name it that wrap a stock one."""
    return re.sub(r'(bn\d|downsample\.1)(\.\w+)$', r'\1.stock\2', name)


@pytest.mark.parametrize('bare', [False, True])
@pytest.mark.parametrize('name', [str, wrapped])
def test_there_and_back(official, bare, name, tmp_path):
    """To the last bit, from either layout of our private norms."""
    expected, checkpoint = official
    if bare:
        checkpoint = OrderedDict(
            (k[len('module.'):], v)
            for k, v in checkpoint['segmenter'].items())
    source, ours, back = (str(tmp_path / n) for n in 'abc')
    torch.save(checkpoint, source)
    assert ours in convert_official(source, ours)
    converted = torch.load(ours, weights_only=True)
    state = converted['state_dict']
    assert state.keys() == expected.keys()
    for key, value in expected.items():
        assert torch.equal(state[key], value), key
    converted['state_dict'] = {name(k): v for k, v in state.items()}
    assert (converted['state_dict'].keys() == state.keys()) == (name is str)
    torch.save(converted, ours)
    convert_official(ours, back, reverse=True)
    again = torch.load(back, weights_only=True)
    if not bare:
        assert (again.pop('epoch_start'), again.pop('best_val')) == (294, 51.1)
        again, checkpoint = again.pop('segmenter'), checkpoint['segmenter']
    assert again.keys() == checkpoint.keys()
    for key, value in checkpoint.items():
        assert torch.equal(again[key], value), key
        assert again[key].dtype == value.dtype, key


@pytest.mark.parametrize('key, change, message', [
    ('module.alpha', None, 'alpha is missing'),
    ('module.extra', torch.zeros(1), 'extra is left over'),
    ('module.clf_conv.module.weight', torch.zeros(5, 9, 3, 3),
     r'clf_conv.module.weight is \(5, 9, 3, 3\) instead of'),
    ('module.bn1.bn_1.num_batches_tracked', torch.tensor(3), 'differ'),
    ('module.clf_conv.module.bias', None, 'clf_conv.module.bias is missing'),
    ('backbone.bn1.weight', None, 'backbone.bn1.weight is missing'),
    ('backbone.bn1.stock.weight', torch.zeros(16),
     'backbone.bn1.stock.weight is left over'),
    ('backbone.bn1.bias', torch.zeros(8),
     r'backbone.bn1.bias is \(8,\) instead of \(16,\)'),
    ('decode_head.ensemble.alpha', None, 'no RefineNetHead of a CENSegmentor'),
])
def test_strict(official, key, change, message, tmp_path):
    """Both ways; an entry under both of its names is one too many."""
    reverse = not key.startswith('module.')
    ours, checkpoint = official
    state = dict(ours) if reverse else checkpoint['segmenter']
    state.pop(key, None)
    if change is not None:
        state[key] = change
    torch.save(dict(state_dict=state) if reverse else checkpoint,
               tmp_path / 'a')
    with pytest.raises(ValueError, match=message):
        convert_official(
            str(tmp_path / 'a'), str(tmp_path / 'b'), reverse=reverse)
    assert not (tmp_path / 'b').exists()


@pytest.mark.parametrize('content, error, message', [
    (None, FileNotFoundError, 'a.tar is not there'),
    (b'no checkpoint', ValueError, 'cannot be read as a checkpoint'),
    (dict(state_dict={}), ValueError, 'holds no CEN RefineNet')])
def test_other_files_are_refused(content, error, message, tmp_path):
    source = tmp_path / 'a.tar'
    if isinstance(content, bytes):
        source.write_bytes(content)
    elif content is not None:
        torch.save(content, source)
    with pytest.raises(error, match=message):
        convert_official(str(source), str(tmp_path / 'b.pth'))
