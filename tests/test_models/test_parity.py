"""Our networks with official weights against the restated official maths."""
import pytest
import torch
from conftest import make_gammas
from mmengine import ConfigDict
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from reference import OfficialCEN

from cen_mm import CENSegmentor, SparsityHook
from cen_mm.converters.checkpoints import official_segmentation as official_cen
from cen_mm.layers import exchangeable_norms

CLASSES = 5


def small_cen(depth, modalities=('rgb', 'depth'), region='all', norm='BN',
              private=('affine', 'stats')):
    """A CEN RefineNet of an eighth of the width, with exchanging gammas."""
    net = CENSegmentor(
        modalities=modalities,
        private=private,
        exchange=None if 'affine' not in private or len(modalities) == 1
        else dict(norms='bn2', threshold=2e-2, region=region),
        backbone=dict(
            type='ResNet',
            depth=depth,
            stem_channels=8,
            base_channels=8,
            norm_cfg=dict(type=norm),
            norm_eval=norm == 'BN'),
        decode_head=dict(
            type='RefineNetHead',
            in_channels=(32, 64, 128, 256),
            channels=16,
            num_classes=CLASSES,
            dropout_ratio=0.,
            loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)),
        test_cfg=ConfigDict(mode='whole'))
    for _, norm in exchangeable_norms(net):
        if 'affine' in private:
            make_gammas(norm)
    net.decode_head.ensemble.alpha.data.normal_()
    return net


def official_of(net, depth, m):
    """The official network with the weights of ours."""
    state = {}
    for name, value in net.state_dict().items():
        names = official_cen.official_names(name, m)
        parts = ([value] * m if name.endswith(official_cen.COUNT) else
                 value.chunk(len(names)))
        state.update(zip(names, parts))
    return OfficialCEN(state, depth, m).eval()


def samples_of(target):
    """Ground truth ``(N, H, W)`` as mmseg has it."""
    return [
        SegDataSample(
            metainfo=dict(img_shape=tuple(t.shape)),
            gt_sem_seg=PixelData(data=t[None])) for t in target
    ]


def close(ours, theirs, tolerance):
    """Relative to the largest entry, as the tolerances are stated."""
    scale = theirs.abs().max().clamp(min=1e-12)
    assert ((ours - theirs).abs().max() / scale) < tolerance


@pytest.mark.parametrize('depth', [50, 101, 152])
@pytest.mark.parametrize('training', [False, True])
def test_logits(depth, training):
    net = small_cen(depth)
    official = official_of(net, depth, 2)
    net.train(training)
    x = torch.randn(2, 6, 65, 90)
    with torch.no_grad():
        outs = net(x, mode='tensor').chunk(3, dim=1)
        expected = official(list(x.chunk(2, dim=1)))
    for ours, theirs in zip(outs, expected):
        close(ours, theirs, 1e-5)


@pytest.mark.parametrize('modalities', [('rgb', ), ('rgb', 'depth', 'normal')])
def test_logits_of_other_numbers_of_modalities(modalities):
    m = len(modalities)
    net = small_cen(50, modalities).eval()
    x = torch.randn(1, 3 * m, 64, 64)
    with torch.no_grad():
        outs = net(x, mode='tensor').chunk(m + 1, dim=1)
        expected = official_of(net, 50, m)(list(x.chunk(m, dim=1)))
    for ours, theirs in zip(outs, expected):
        close(ours, theirs, 1e-5)


class Runner:
    """The parts of a runner that our hooks talk to."""

    def __init__(self, model, work_dir):
        self.model, self.work_dir, self.iter = model, str(work_dir), 0
        self.logger = self.message_hub = self.visualizer = self
        self.train_loop, self.hooks = None, []  # by epochs

    def info(self, *args):
        pass

    warning = update_scalar = info

    def add_scalars(self, *args, step):
        pass


@pytest.mark.parametrize('depth', [50, 101])
def test_loss_gradients_and_ten_steps(depth, tmp_path):
    net = small_cen(depth)
    official = official_of(net, depth, 2)
    net.train()
    SparsityHook(weight=6e-4).before_train(Runner(net, tmp_path))
    x = torch.randn(2, 6, 64, 64)
    target = torch.randint(0, CLASSES, (2, 64, 64))
    target[:, :9] = 255
    samples = samples_of(target)
    rates = dict(lr=1e-2, momentum=0.9, weight_decay=1e-5)
    steps = [
        torch.optim.SGD(module.parameters(), **rates)
        for module in (net, official)
    ]

    def by_official_name(values):
        return {
            names[0] if len(names) == 1 else tuple(names): value
            for name, value in values
            for names in [official_cen.official_names(name, 2)]
        }

    def compare(ours, theirs, tolerance):
        assert len(theirs) == sum(
            1 if isinstance(k, str) else 2 for k in ours)
        for names, value in ours.items():
            if isinstance(names, tuple):
                close(value, torch.cat([theirs[n] for n in names]), tolerance)
            else:
                close(value, theirs[names], tolerance)

    for step in range(10):
        loss, _ = net.parse_losses(net(x, samples, mode='loss'))
        expected = official.loss(list(x.chunk(2, dim=1)), target, 2e-4)
        for optimizer in steps:
            optimizer.zero_grad()
        loss.backward()
        expected.backward()
        if step == 0:
            close(loss, expected, 1e-4)
            compare(
                by_official_name(
                    (n, p.grad) for n, p in net.named_parameters()),
                official.official_state(
                    (n, p.grad) for n, p in official.named_parameters()),
                1e-4)
        for optimizer in steps:
            optimizer.step()
    compare(
        by_official_name(net.named_parameters()),
        official.official_state(official.named_parameters()), 1e-3)


def test_replaced_channels_are_trained_by_the_penalty_alone(tmp_path):
    net = small_cen(50).train()
    SparsityHook(weight=6e-4).before_train(Runner(net, tmp_path))
    norm = net.backbone.layer1[0].bn2
    norm.weight.data[0] = 0.01  # rgb, channel 0: its own, and replaced
    loss, _ = net.parse_losses(
        net(torch.randn(1, 6, 32, 32), samples_of(torch.zeros(1, 32, 32).long(
        )), mode='loss'))
    loss.backward()
    assert norm.weight.grad[0] == pytest.approx(6e-4)
    assert norm.bias.grad[0] == 0


@pytest.mark.parametrize('depth,millions', [(50, 99.157), (101, 118.202),
                                            (152, 133.891)])
def test_published_parameter_counts(depth, millions):
    """The official networks, counted with M=2 and 40 classes."""
    with torch.device('meta'):
        net = official_cen.expected(depth, 40, 2)
    counted = sum(
        v.numel() for k, v in net.items()
        if 'running' not in k and official_cen.COUNT not in k)
    assert counted / 1e6 == pytest.approx(millions, abs=1e-3)
    if depth == 101:
        # The released checkpoint of two modalities holds 1,233 entries.
        assert len(sum((official_cen.official_names(k, 2) for k in net),
                       [])) == 1233


@pytest.mark.parametrize('stem', [dict(), dict(deep_stem=True)])
@pytest.mark.parametrize('depth', [18, 34, 50])
def test_exchange_sits_behind_the_3x3_convolutions(stem, depth):
    net = MODELS.build(
        dict(type='CENResNet', depth=depth, base_channels=8, **stem))
    exchanging = {
        name
        for name, module in net.named_modules()
        if getattr(module, 'exchange', None) is not None
    }
    expected = {
        f'{name[:-5]}bn{name[-1]}'
        for name, module in net.named_modules()
        if name.startswith('layer') and isinstance(module, torch.nn.Conv2d)
        and module.kernel_size == (3, 3)
    }
    assert exchanging == expected and expected
