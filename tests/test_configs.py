"""Every row of segmentation, covered by being there; none has lines here.

Networks are shrunk by rule, samples come from files through the pipelines of
the config.
"""
import io
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from conftest import make_gammas
from mmengine import ConfigDict
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmengine.structures import PixelData
from mmseg.registry import DATASETS, HOOKS, METRICS, MODELS
from shrunk_config import ROWS, SIZE, shrunk_config, write_files
from test_parity import Runner

from cen_mm.layers import exchangeable_norms


@pytest.fixture(autouse=True)
def scope():
    with DefaultScope.overwrite_default_scope('mmseg'):
        yield


@pytest.fixture(scope='module', params=ROWS)
def job(request, tmp_path_factory):
    """A config, its network with scales that exchange, and its samples."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        cfg = shrunk_config(request.param)
        write_files(cfg, tmp_path_factory.mktemp('data'))
        net = MODELS.build(cfg.model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    return SimpleNamespace(
        cfg=cfg, net=net, modalities=cfg.model.modalities,
        # What the head makes; of one modality the ensemble alone leaves it.
        outputs=getattr(net.decode_head, 'streams', ('', )))


def batch_of(job, loader, training, size=2):
    """Samples of a data set of the config, as the network gets them."""
    dataset = DATASETS.build(job.cfg[loader].dataset)
    data = pseudo_collate([dataset[i] for i in range(size)])
    # The corner is enough of a crop.
    corner = ..., slice(SIZE[0]), slice(SIZE[1])
    data['inputs'] = [x[corner] for x in data['inputs']]
    for x, sample in zip(data['inputs'], data['data_samples']):
        assert len(x) == 3 * len(job.modalities)
        label = PixelData(data=sample.gt_sem_seg.data[corner])
        sample.gt_sem_seg = label
        sample.set_metainfo(dict(img_shape=label.shape))
        assert sample.modalities == job.modalities
    return job.net.data_preprocessor(data, training)


def test_parts_agree(job):
    """Modalities, channels and classes of pipelines, data set and heads."""
    model, cfg = job.cfg.model, job.cfg
    dataset = DATASETS.build(cfg.val_dataloader.dataset)
    for head in {'decode_head', 'auxiliary_head'} & set(model):
        assert model[head].num_classes == len(dataset.metainfo['classes'])
    for evaluator in (cfg.val_evaluator, cfg.test_evaluator):
        METRICS.build(evaluator)


def test_every_parameter_is_trained(job):
    """So that no config asks for ``find_unused_parameters``."""
    net, cfg = job.net.train(), job.cfg
    assert 'find_unused_parameters' not in cfg
    runner = Runner(net, cfg.train_dataloader.dataset.data_root)
    runner.optim_wrapper = build_optim_wrapper(net, cfg.optim_wrapper)
    hooks = [
        HOOKS.build(hook) for hook in cfg.default_hooks.values()
        if HOOKS.get(hook.type).__module__.startswith('cen_mm')
    ]
    for hook in hooks:
        hook.before_train(runner)
    batch = batch_of(job, 'train_dataloader', training=True)
    loss, log = net.parse_losses(net(**batch, mode='loss'))
    net.zero_grad()
    loss.backward()
    for hook in hooks:
        hook.after_train(runner)
    expected = {
        f'{head}.{stream}.loss_ce'.replace('..', '.')
        for head in ('decode', 'aux') for stream in job.outputs
        if head == 'decode' or 'auxiliary_head' in cfg.model
    }
    if 'AlignFusion' in str(cfg.model):
        expected.add('loss_align')
    sparsity = cfg.default_hooks.get('sparsity', {})
    if sparsity.get('weight') or 'loss_sparsity' in log:
        expected.add('loss_sparsity')
    assert {key for key in log if 'loss_' in key} == expected
    assert all(torch.isfinite(value) for value in log.values())
    assert not [n for n, p in net.named_parameters() if p.grad is None]
    trained = {
        id(p) for group in runner.optim_wrapper.optimizer.param_groups
        for p in group['params']
    }
    assert trained == {id(p) for p in net.parameters()}


def test_norms_behind_3x3_convolutions_exchange(job):
    """Those of residual blocks, all of them, and no others."""
    if not job.cfg.model.get('exchange'):
        pytest.skip('nothing is exchanged')
    modules = dict(job.net.named_modules())
    for name, norm in exchangeable_norms(job.net.backbone):
        conv = modules.get('backbone.' + name.replace('.bn', '.conv'))
        if '.bn' in name and conv is not None:
            conv = getattr(conv, 'stock', conv)
            assert (norm.exchange is not None) == (
                conv.kernel_size == (3, 3)), name


def test_no_decay_outweighs_the_penalty(job):
    """It would close channels in all modalities alike."""
    weight = job.cfg.default_hooks.get('sparsity', {}).get('weight')
    optimizer = build_optim_wrapper(job.net, job.cfg.optim_wrapper).optimizer
    if not weight or not isinstance(optimizer, torch.optim.SGD):
        pytest.skip('no penalty, or a decay that is not added to it')
    decays = {id(p): group['weight_decay']
              for group in optimizer.param_groups for p in group['params']}
    for name, norm in exchangeable_norms(job.net):
        if norm.exchange is not None:
            assert decays[id(norm.weight)] < weight, name


def enlarged(net, x, size):
    mode = net.test_cfg.get('upsample', 'bilinear')
    return F.interpolate(net(x, mode='tensor'), size, mode=mode)


def handed_out(job, sample, kind):
    """What a sample holds of each stream, in the order of the channels."""
    streams = job.modalities if len(job.outputs) > 2 else ()
    names = [*(f'{kind}_{stream}' for stream in streams), kind]
    assert {key for key in sample.all_keys() if kind in key} == {*names}
    return [sample.get(name).data for name in names]


def of_streams(job, logits):
    """The same of logits ``(..., C, H, W)`` or their sum."""
    chunks = logits.chunk(len(job.outputs), dim=-3)
    return chunks if len(chunks) > 2 else chunks[-1:]


@torch.no_grad()
def test_predicts_whole_and_in_windows(job):
    net = job.net.eval()
    assert net.test_cfg == job.cfg.model.test_cfg
    batch = batch_of(job, 'test_dataloader', training=False)
    x = batch['inputs']
    whole = enlarged(net, x, SIZE)
    windows, times = torch.zeros_like(whole), torch.zeros(SIZE)
    for top in (0, 16):
        for left in (0, 30):
            window = slice(top, top + 33), slice(left, left + 40)
            windows[..., window[0], window[1]] += enlarged(
                net, x[..., window[0], window[1]], (33, 40))
            times[window] += 1
    slide = dict(mode='slide', crop_size=(33, 40), stride=(16, 30))
    for test_cfg, expected in (({}, whole), (slide, windows / times)):
        net.test_cfg = ConfigDict(job.cfg.model.test_cfg, **test_cfg)
        for sample, logits in zip(net(**batch, mode='predict'), expected):
            for ours, label, theirs in zip(
                    handed_out(job, sample, 'seg_logits'),
                    handed_out(job, sample, 'pred_sem_seg'),
                    of_streams(job, logits)):
                torch.testing.assert_close(ours, theirs)
                assert torch.equal(label[0], ours.argmax(0))
    net.test_cfg = job.cfg.model.test_cfg


@torch.no_grad()
def test_a_saved_network_predicts_the_same(job):
    net, file = job.net.eval(), io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    torch.manual_seed(1)
    other = MODELS.build(job.cfg.model).eval()
    x = batch_of(job, 'val_dataloader', training=False, size=1)['inputs']
    expected = net(x, mode='tensor')
    assert not torch.equal(other(x, mode='tensor'), expected)
    other.load_state_dict(torch.load(file, weights_only=True), strict=True)
    assert torch.equal(other(x, mode='tensor'), expected)


@torch.no_grad()
def test_augments_when_testing(job):
    """As ``tools/test.py --tta`` does, against the sum spelled out."""
    cfg, net = job.cfg, job.net.eval()
    dataset = DATASETS.build(
        dict(cfg.test_dataloader.dataset, pipeline=cfg.tta_pipeline))
    data = pseudo_collate([dataset[0]])
    scales, flips = cfg.views
    metas = [samples[0].metainfo for samples in data['data_samples']]
    assert len(metas) == len(scales) * len(flips)
    assert len({(m['img_shape'], m['flip']) for m in metas}) == len(metas)
    # The smallest and the largest images stand for those between.
    data = {key: [*views[:2], *views[-2:]] for key, views in data.items()}
    total = 0.
    for inputs, samples in zip(data['inputs'], data['data_samples']):
        batch = net.data_preprocessor(
            dict(inputs=inputs, data_samples=samples), training=False)
        logits = enlarged(net, batch['inputs'], samples[0].img_shape)
        if samples[0].flip:
            logits = logits.flip(3)
        logits = F.interpolate(logits, SIZE, mode='bilinear')
        total = total + torch.stack(of_streams(job, logits[0])).softmax(1)
    model = MODELS.build(dict(cfg.tta_model, module=net))
    merged, = model.test_step(data)
    for ours, theirs in zip(
            handed_out(job, merged, 'pred_sem_seg'), total.argmax(1)):
        assert (ours[0] == theirs).float().mean() > 0.995
