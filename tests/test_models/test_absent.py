"""Segmentors of which some modalities are absent."""
import copy
from itertools import combinations

import pytest
import torch
from conftest import make_gammas
from mmengine import ConfigDict
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from test_parity import CLASSES, samples_of, small_cen

from cen_mm import CENSegmentor, MultimodalPreProcessor
from cen_mm.layers import exchangeable_norms

NAMES = ('rgb', 'depth', 'thermal')
SUBSETS = [p for k in (1, 2, 3) for p in combinations(NAMES, k)]
HEAD = dict(type='FCNHead', in_channels=16, channels=4, num_classes=CLASSES,
            norm_cfg=dict(type='BN'))


def narrowed(net, names):
    """Another model, of these modalities alone, with the values of ``net``."""
    other = small_cen(50, names)
    state = other.state_dict()
    for key, value in net.state_dict().items():
        if value.shape != state[key].shape:
            parts = value.chunk(3)
            value = torch.cat([parts[NAMES.index(n)] for n in names])
        state[key].copy_(value)
    return other.eval()


def channels(names):
    return [3 * NAMES.index(n) + c for n in names for c in range(3)]


@pytest.mark.parametrize('names', SUBSETS)
def test_is_the_model_of_the_modalities_present(names):
    net = small_cen(50, NAMES).eval()
    x = torch.randn(2, 9, 64, 64)
    with torch.no_grad():
        before = net(x, mode='tensor')
        net.present = names[::-1]  # in any order
        expected = narrowed(net, names)(x[:, channels(names)], mode='tensor')
        out = net(x[:, channels(names)], mode='tensor')
        torch.testing.assert_close(out, expected)
        assert torch.equal(out, before) == (len(names) == 3)
        if len(names) == 1:  # that stream alone
            stream, ensemble = out.chunk(2, dim=1)
            assert torch.equal(stream, ensemble)
        net.present = NAMES
        assert torch.equal(net(x, mode='tensor'), before)


def test_absent_modalities_are_not_computed():
    net = small_cen(50, NAMES).eval()
    seen = []
    net.backbone.conv1.register_forward_hook(
        lambda layer, args, out: seen.append(len(args[0])))
    net.present = ('rgb', 'thermal')
    net(torch.randn(5, 6, 32, 32), mode='tensor')
    assert seen == [10]


def packed(names, value=1., count=2):
    """A batch as the pipeline packs it, and its values by modality."""
    images = [torch.cat([torch.full((3, 32, 32), value + NAMES.index(n))
                         for n in names]) for _ in range(count)]
    samples = samples_of(torch.zeros(count, 32, 32).long())
    for sample in samples:
        sample.set_metainfo(dict(
            modalities=names, ori_shape=(32, 32), img_shape=(32, 32)))
    return dict(inputs=images, data_samples=samples)


def test_prediction_and_tta_name_those_present():
    net = small_cen(50, NAMES).eval()
    net.data_preprocessor = MultimodalPreProcessor(NAMES)
    net.present = ('depth', 'thermal')
    batch = packed(NAMES)
    whole, alone = net.test_step(batch), net.test_step(
        packed(('depth', 'thermal')))
    for a, b in zip(whole, alone):
        assert torch.equal(a.seg_logits.data, b.seg_logits.data)
        assert {k for k in a.all_keys() if k.startswith('pred')} == {
            'pred_sem_seg', 'pred_sem_seg_depth', 'pred_sem_seg_thermal'}
    # The caller's samples and inputs are as they were.
    assert batch['data_samples'][0].metainfo['modalities'] == NAMES
    net.test_cfg = ConfigDict(
        mode='slide', crop_size=(24, 24), stride=(8, 8))
    sample, = net.test_step(packed(NAMES, count=1))
    assert 'pred_sem_seg_rgb' not in sample
    assert sample.seg_logits_depth.data.shape == (CLASSES, 32, 32)
    tta = MODELS.build(dict(type='StreamTTAModel', module=net))
    views = packed(NAMES, count=1)
    merged, = tta.test_step({k: [v, v] for k, v in views.items()})
    assert 'pred_sem_seg_rgb' not in merged and 'pred_sem_seg_depth' in merged


def test_said_by_the_config_and_for_tests_alone():
    net = CENSegmentor(
        modalities=NAMES,
        backbone=dict(type='ResNet', depth=18, stem_channels=2,
                      base_channels=2),
        decode_head=HEAD,
        data_preprocessor=dict(
            type='MultimodalPreProcessor', mean=dict(rgb=1, depth=2,
                                                     thermal=3),
            std=dict(rgb=1, depth=2, thermal=4), size=(32, 32)),
        test_cfg=ConfigDict(mode='whole', modalities=['thermal', 'rgb']))
    assert net.present == ('rgb', 'thermal')
    for names in (NAMES, net.present):
        data = net.data_preprocessor(packed(names, value=5.))
        assert data['inputs'].mean((0, 2, 3)).tolist() == [4] * 3 + [1] * 3
        assert data['data_samples'][0].metainfo['modalities'] == net.present
    assert net.data_preprocessor(
        packed(NAMES), training=True)['inputs'].shape == (2, 9, 32, 32)
    for names in (('rgb', 'depth'), ('thermal', 'rgb')):
        with pytest.raises(ValueError, match='test_cfg=dict'):
            net.data_preprocessor(packed(names))
    with pytest.raises(ValueError, match='packs .*same order'):
        net.data_preprocessor(packed(net.present), training=True)
    with pytest.raises(ValueError, match='radar cannot be present'):
        net.present = ('rgb', 'radar')


def test_dropping_is_by_batch_with_its_probability_and_never_of_all():
    preprocessor = MultimodalPreProcessor(
        NAMES, drop=dict(rgb=0.2, depth=0.6), size=(32, 32))
    shares, count = dict.fromkeys(NAMES, 0), 300
    for _ in range(count):
        data = preprocessor(packed(NAMES), training=True)
        names = data['data_samples'][1].metainfo['modalities']
        assert data['inputs'].shape[1] == 3 * len(names)
        assert data['inputs'][0, ::3, 0, 0].tolist() == [
            1 + NAMES.index(n) for n in names]
        for name in set(NAMES) - set(names):
            shares[name] += 1 / count
    assert shares['thermal'] == 0
    assert abs(shares['rgb'] - 0.2) < 0.07
    assert abs(shares['depth'] - 0.6) < 0.08
    both = MultimodalPreProcessor(
        ('rgb', 'depth'), drop=dict(rgb=0.99, depth=0.99), size=(32, 32))
    kept = {both(packed(('rgb', 'depth')), True)['inputs'].shape[1]
            for _ in range(50)}
    assert 3 in kept and 0 not in kept
    for drop in (dict(radar=0.1), dict(rgb=1.), dict(rgb=-0.1)):
        with pytest.raises(ValueError, match='data_preprocessor.drop'):
            MultimodalPreProcessor(NAMES, drop=drop)


@pytest.mark.parametrize('fusion, own', [
    (None, {}), ('ConcatFusion', {}), ('AlignFusion', {}),
    (None, dict(channels=dict(depth=1),
                private=('stem', 'affine', 'stats')))])
def test_a_dropped_modality_learns_nothing(fusion, own):
    net = CENSegmentor(
        modalities=NAMES,
        **own,
        exchange=dict(norms='bn2'),
        backbone=dict(type='ResNet', depth=50, stem_channels=4,
                      base_channels=4),
        fusion=fusion and dict(type=fusion, after='layer2'),
        decode_head=dict(HEAD, in_channels=128))
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    start = copy.deepcopy(net.state_dict())
    names = ('rgb', 'thermal')
    data = packed(names)
    losses = net.train()(
        torch.rand(2, 6, 64, 64), data['data_samples'], mode='loss')
    assert {k.split('.')[1] for k in losses if 'decode' in k} == {
        *names, 'ensemble'}
    net.parse_losses(losses)[0].backward()
    for name, norm in exchangeable_norms(net):
        grads = norm.weight.grad.view(3, -1).abs().sum(1)
        assert grads[1] == 0 and grads[0] > 0 and grads[2] > 0, name
        before = start[f'{name}.stock.running_mean'].view(3, -1)
        moved = (norm.stock.running_mean.view(3, -1) != before).any(1)
        assert moved.tolist() == [True, False, True]
    if own:
        grads = [conv.weight.grad.abs().sum() for conv
                 in net.backbone.conv1.stock]
        assert grads[1] == 0 and grads[0] > 0 and grads[2] > 0
    # Every parameter is in the graph, as distributed training asks for.
    assert all(p.grad is not None for p in net.parameters())


def test_checkpointed_activations_run_with_the_same_modalities():
    def gradients(with_cp):
        model = copy.deepcopy(net).train()
        for module in model.backbone.modules():
            if hasattr(module, 'with_cp'):
                module.with_cp = with_cp
        data = packed(('depth', ))
        losses = model(x, data['data_samples'], mode='loss')
        model.parse_losses(losses)[0].backward()
        return [p.grad for p in model.parameters()]

    net, x = small_cen(50, NAMES), torch.randn(2, 3, 32, 32)
    for ours, theirs in zip(gradients(True), gradients(False)):
        torch.testing.assert_close(ours, theirs)


def test_merged_encoders():
    net = CENSegmentor(
        modalities=('rgb', 'depth'),
        backbone=dict(
            type='MergingResNet', depth=18, stem_channels=2, base_channels=2,
            fusion=dict(type='AverageFusion'), fused_stages=(4, )),
        decode_head=HEAD).eval()
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    # The average of equal maps is the map: both encoders are depth's.
    both = copy.deepcopy(net)
    for key, value in both.state_dict().items():
        if '.stock.' in key and value.dim():
            value.copy_(value.chunk(2)[1].repeat(
                2, *[1] * (value.dim() - 1)))
    x = torch.randn(2, 3, 64, 64)
    net.present = ('depth', )
    assert net.streams == ('ensemble', )
    torch.testing.assert_close(
        net(x, mode='tensor'), both(torch.cat([x, x], 1), mode='tensor'))


def test_exports_as_one_graph():
    net = CENSegmentor(
        modalities=NAMES,
        exchange=dict(norms='bn2'),
        backbone=dict(type='ResNet', depth=18, stem_channels=2,
                      base_channels=2),
        decode_head=HEAD).eval()
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    net.present = ('rgb', 'thermal')
    x = torch.randn(1, 6, 32, 32)
    program = torch.export.export(net, (x, ))
    torch.testing.assert_close(program.module()(x), net(x, mode='tensor'))


def test_samples_may_name_no_modalities():
    net = small_cen(50, NAMES).eval()
    sample, = net(torch.randn(1, 9, 32, 32), [SegDataSample(metainfo=dict(
        ori_shape=(32, 32), img_shape=(32, 32)))], mode='predict')
    assert 'pred_sem_seg_thermal' in sample
