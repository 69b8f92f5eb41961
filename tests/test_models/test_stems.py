"""Segmentors whose modalities have channels of their own."""
import copy

import pytest
import torch
from conftest import make_gammas
from messages import fails
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from tiny_nyudv2 import write_nyudv2
from tiny_training import ROOT, tiny_config
from torch import nn

import cen_mm
from cen_mm.analysis.cost.complexity import measure
from cen_mm.layers import PrivateConv, PrivateStem, exchangeable_norms

STEM = ('stem', 'affine', 'stats')
OWN = dict(depth=1, ms=5)
NAMES = ('rgb', 'depth', 'ms')


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


def config(channels=OWN, private=STEM, modalities=NAMES, **kwargs):
    """A small CEN of three modalities."""
    cfg = Config.fromfile(
        ROOT / 'configs/cen/refinenet_r18_rooms.py').model
    cfg.backbone.update(base_channels=4, stem_channels=4)
    cfg.decode_head.update(in_channels=(4, 8, 16, 32), channels=4)
    cfg.data_preprocessor.mean.ms = 2.
    cfg.data_preprocessor.std.ms = [1., 2., 3., 4., 5.][:channels.get(
        'ms', 3)]
    cfg.update(modalities=modalities, channels=channels, private=private,
               **kwargs)
    return cfg


def build(*args, **kwargs):
    net = MODELS.build(config(*args, **kwargs))
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    return net.eval()


@torch.no_grad()
def test_grey_maps_are_seen_as_if_repeated():
    """With the weights of a plain network, equal to three channels each."""
    three = build({}, private=('affine', 'stats'))
    own = build()
    own.load_state_dict(three.state_dict())
    assert isinstance(own.backbone.conv1, PrivateStem)
    rgb, depth, ms = (torch.randn(2, c, 32, 48) for c in (3, 1, 1))
    torch.testing.assert_close(
        own(torch.cat([rgb, depth, ms.repeat(1, 5, 1, 1)], 1)),
        three(torch.cat([rgb, depth.repeat(1, 3, 1, 1),
                         ms.repeat(1, 3, 1, 1)], 1)), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_three_channels_are_a_private_convolution():
    """To the last bit, of values and of what loads."""
    private = build({}, private=('convs', 'affine', 'stats'))
    stem = build({})
    conv = stem.backbone.conv1
    assert type(conv) is PrivateConv
    x = torch.randn(3 * 2, 3, 32, 48)
    conv.load_state_dict(private.backbone.conv1.state_dict())
    assert torch.equal(conv(x), private.backbone.conv1(x))
    assert sum(isinstance(m, PrivateConv) for m in stem.modules()) == 1


@pytest.mark.parametrize('private', [STEM, ('stem', ), ('convs', )])
def test_parameters_and_multiply_adds(private):
    model = config(private=private)
    if 'affine' not in private:
        model.exchange = None
    cfg = Config(dict(model=model, default_scope='mmseg'))
    found = measure(cfg, (64, 64)).stages['backbone.conv1']
    weights = 4 * 49 * (3 + 1 + 5)
    assert found.parameters[:2] == (0, weights)
    assert found.flops == weights * 32 * 32


@pytest.mark.parametrize('kind', ['cen', 'concat', 'align', 'merging'])
@torch.no_grad()
def test_present_and_deployed(kind):
    """A stream alone does not read the others; deploy() agrees."""
    fusion = dict(type='ConcatFusion', after='layer[1-4]')
    own = {}
    if kind == 'concat':
        own.update(exchange=None, fusion=fusion)
    if kind == 'align':
        own.update(exchange=None, fusion=dict(fusion, type='AlignFusion'))
    cfg = config(**own)
    if kind == 'merging':
        cfg.update(exchange=None, private=('affine', 'stats'))
        cfg.backbone.update(type='MergingResNet', fused_stages=(2, ),
                            fusion=dict(type='ConcatFusion'))
    net = MODELS.build(cfg).eval()
    x = torch.randn(2, 9, 64, 64)
    whole = net(x)
    net.present = ('ms', 'depth')
    some = net(x[:, 3:])
    assert whole.shape[2:] == some.shape[2:] and whole.isfinite().all()
    moved = net(x[:, 3:] + torch.eye(6)[0].view(1, 6, 1, 1))
    assert not torch.equal(some, moved)  # depth is read
    net.present = NAMES
    if kind == 'merging':
        with fails(ValueError, 'merges'):
            cen_mm.deploy(net)
    else:
        torch.testing.assert_close(
            cen_mm.deploy(net)(x), whole, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_normalisation_by_channel():
    net = build()
    inputs = torch.rand(9, 8, 8)
    meta = dict(modalities=NAMES, img_shape=(8, 8),
                modality_channels=dict(rgb=3, depth=1, ms=5))
    batch = dict(inputs=[inputs], data_samples=[SegDataSample(metainfo=meta)])
    preprocessor = net.data_preprocessor
    out = preprocessor(batch)['inputs'][0]
    torch.testing.assert_close(out[3], (inputs[3] - 2500) / 1500)
    for band in range(5):
        torch.testing.assert_close(
            out[4 + band], (inputs[4 + band] - 2) / (1 + band))
    preprocessor.present = ('rgb', 'ms')
    torch.testing.assert_close(preprocessor(batch)['inputs'][0],
                               out[[0, 1, 2, 4, 5, 6, 7, 8]])
    meta['modality_channels'] = dict(rgb=3, depth=5, ms=1)  # as many in all
    batch['data_samples'] = [SegDataSample(metainfo=meta)]
    with fails(ValueError, "'depth' with 5", 'takes 1',
               "channels=1 of LoadModality(modality='depth')",
               'channels=dict(depth=5) of the model'):
        preprocessor(batch)



@pytest.mark.parametrize('modality', ['depth', 'ms'])
def test_units_of_one_modality_alone(modality):
    """Values ten times as large give what they were before."""
    net = build()
    image = torch.randn(3 + 1 + 5, 8, 8).mul(100)
    start = dict(depth=3, ms=4)[modality]
    larger = image.clone()
    larger[start:start + OWN[modality]] *= 10

    def normalised(inputs):
        return net.data_preprocessor(dict(
            inputs=[inputs], data_samples=[SegDataSample()]))['inputs']

    before = normalised(image)
    net.data_preprocessor.scale_units(modality, 10)
    torch.testing.assert_close(normalised(larger), before)


@pytest.mark.parametrize('changes, parts', [
    (dict(private=('affine', 'stats')),
     ['(3, 1, 5) channels', "private=('stem', 'affine', 'stats')"]),
    (dict(channels=dict(rgb=4)), ['rgb=4', 'further bands']),
    (dict(channels=dict(dept=1)), ['dept=1']),
    (dict(channels=dict(depth=0)), ['depth=0']),
    (dict(channels=dict(ms=4)), ["mean has 5 entries for 'ms'", 'its 4']),
    (dict(private=('stems', )), ["'stem'"]),
])
def test_what_does_not_fit_is_refused(changes, parts):
    cfg = config()
    cfg.data_preprocessor.mean.ms = [1.] * 5
    # Not update(), which would merge the dicts.
    cfg = dict(cfg, **changes)
    with fails(ValueError, *parts):
        MODELS.build(cfg)


@pytest.mark.parametrize('backbone, stems', [
    (dict(type='ResNetV1c', depth=18), ['stem.0']),
    (dict(type='MixVisionTransformer', embed_dims=4, num_layers=[1] * 4),
     ['layers.0.0.projection']),
    (dict(type='BiSeNetV2'), ['detail.detail_branch.0.0.conv',
                              'semantic.stage1.conv_first.conv']),
])
def test_stems_of_any_backbone(backbone, stems):
    from cen_mm.models.stems import add_stems
    net = MODELS.build(backbone)
    add_stems(net, (1, 4), 3)
    assert [name for name, layer in net.named_modules()
            if isinstance(layer, PrivateStem)] == stems


def test_a_backbone_without_a_stem_is_refused():
    from cen_mm.models.stems import add_stems
    net = nn.Sequential(nn.Flatten(1), nn.Linear(3 * 64 * 64, 2))
    with fails(ValueError, 'no convolution of Sequential'):
        add_stems(net, (1, 4), 3)


@pytest.mark.parametrize('field', ['train', 'val'])
def test_other_channels_in_the_data_are_found_before_training(
        tmp_path, field):
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'run')
    cfg.model.update(channels=dict(depth=1), private=STEM)
    cfg.val_dataloader = copy.deepcopy(cfg.val_dataloader)
    other = dict(train='val', val='train')[field]
    for step in cfg[f'{other}_dataloader'].dataset.pipeline:
        if step.type == 'LoadModality':
            step.channels = 1
    if field == 'train':  # as wrapped data sets are looked through
        dataset = cfg.train_dataloader.dataset
        cfg.train_dataloader.dataset = dict(
            type='ConcatDataset', datasets=[dataset])
    cfg.experiment_name = f'channels_{field}'
    with fails(ValueError, f"{field}_dataloader loads 'depth' with 3",
               'takes 1', 'channels=1 of LoadModality'):
        Runner.from_cfg(cfg).train()
    assert not list(tmp_path.rglob('*.pth'))
