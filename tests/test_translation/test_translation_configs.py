"""Every row of translation, covered by being there.

None has lines here. Networks keep their depth and the 256 pixels that it
takes, but are two channels wide; samples come from files in the format of the
data set, through the pipelines of the config.
"""
import re
from collections import Counter
from copy import deepcopy
from types import SimpleNamespace

import pytest
import torch
from conftest import make_gammas
from mmagic.registry import DATASETS, HOOKS, METRICS, MODELS, VISUALIZERS
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from pages import ROOT
from test_parity import Runner
from tiny_taskonomy import write_building, write_rooms

import cen_mm.translation  # noqa: F401
from cen_mm.analysis.zoo import read_rows
from cen_mm.layers import exchangeable_norms

ROWS = {
    row.name: row for row in read_rows(ROOT / 'configs')
    if 'translation' in row.path.parts
}
LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
SHORT = dict(
    shade='reshading', texture='edge_texture', edge='edge_occlusion')
DEPTH = dict(taskonomy='depth_euclidean', rooms='depth_zbuffer')
FUSIONS = dict(
    concat='ConcatFusion', average='AverageFusion', align='AlignFusion',
    self_attention='SelfAttentionFusion')
LAYERS = dict(early=[1], middle=[4], late=[8])
BUILT = set()


@pytest.fixture(autouse=True, scope='module')
def mmagic_scope():
    with DefaultScope.overwrite_default_scope('mmagic'):
        yield


@pytest.fixture(scope='module')
def trees(tmp_path_factory):
    """Two views of each data set, by its type."""
    roots = dict(TaskonomyDataset=tmp_path_factory.mktemp('taskonomy'),
                 RoomsTranslationDataset=tmp_path_factory.mktemp('rooms'))
    write_building(roots['TaskonomyDataset'], (30, 24))
    write_rooms(roots['RoomsTranslationDataset'])
    return roots


@pytest.fixture(scope='module', params=ROWS)
def job(request, mmagic_scope, trees):
    """A row, its networks with scales that exchange, and its samples."""
    torch.manual_seed(0)
    cfg = ROWS[request.param].load()
    for net in ('generator', 'discriminator'):
        cfg.model[net].base_channels = 2
    samples = {}
    for loader in LOADERS:
        dataset = cfg[loader].dataset
        # Serialising collects garbage, which takes long beside mmagic.
        dataset.update(
            data_root=str(trees[dataset.type]), serialize_data=False)
        samples[loader] = DATASETS.build(dataset)[0]
    modalities = tuple(cfg.model.modalities)
    several = modalities if len(modalities) > 1 else ()
    return SimpleNamespace(
        name=request.param, cfg=cfg, net=build(cfg), samples=samples,
        modalities=modalities, streams=[*several, 'ensemble'])


def build(cfg):
    net = MODELS.build(cfg.model)
    for _, norm in exchangeable_norms(net):
        make_gammas(norm)
    return net


def batch_of(job, loader):
    """One sample, as the loader of the config hands it out."""
    return pseudo_collate([deepcopy(job.samples[loader])])


def test_name_and_paper_say_what_it_is(job):
    paper = {key[7:]: v for key, v in ROWS[job.name].paper.items() if v}
    if paper:
        assert re.fullmatch(
            r'Tables? [4-9]( and [4-9])?, .+', paper.pop('row'))
        measure = ('FID / KID' if job.cfg.model.target == 'rgb' else
                   'MAE / RMSE (x 0.1)')
        assert list(paper) == [measure]
        assert re.fullmatch(
            r'\d+\.\d\d\*? / \d+\.\d\d\*?', paper[measure])
    method, sources, target, dataset, variant = re.fullmatch(
        r'([a-z_]+)/([a-z-]+)2([a-z]+)_(taskonomy|rooms)(?:_(\w+))?',
        job.name).groups()
    full = {**SHORT, 'depth': DEPTH[dataset]}
    assert job.modalities == tuple(
        full.get(word, word) for word in sources.split('-'))
    assert job.cfg.model.target == full.get(target, target)
    assert (method == 'single') == (len(job.modalities) == 1)
    kinds, encoder = kinds_of(job.net), job.net.generator.encoder
    fused = [i for i, layer in enumerate(encoder, 1)
             if hasattr(layer, 'fusion')]
    if method in FUSIONS:
        assert kinds & set(FUSIONS.values()) == {FUSIONS[method]}
        assert fused == LAYERS.get(variant, list(range(1, len(encoder) + 1)))
    else:
        assert not fused
    if method != 'ablations':
        assert ('exchanges' in kinds) == (method == 'cen')


def kinds_of(net):
    """Types of the modules, and whether there is a rule of exchange."""
    kinds = {type(module).__name__ for module in net.modules()}
    if any(norm.exchange for _, norm in exchangeable_norms(net)):
        kinds.add('exchanges')
    return kinds


def test_parts_agree(job, tmp_path, monkeypatch):
    """Model, loaders, evaluators and hooks, each of which can be built."""
    monkeypatch.chdir(tmp_path)  # where no weights are
    cfg = job.cfg
    assert 'find_unused_parameters' not in str(cfg.to_dict())
    assert not cfg.train_dataloader.get('persistent_workers')
    for loader in LOADERS:
        batch = job.net.data_preprocessor(
            batch_of(job, loader), loader.startswith('train'))
        sample, = batch['data_samples']
        assert sample.modalities == job.modalities, loader
        assert sample.target == cfg.model.target, loader
        assert len(batch['inputs'][0]) == 3 * len(job.modalities), loader
    names_of(cfg.test_evaluator)
    for hook in cfg.default_hooks.values():
        HOOKS.build(hook)
    best = cfg.default_hooks.checkpoint
    assert best.save_best in names_of(cfg.val_evaluator)
    assert best.rule == 'less'
    VISUALIZERS.build(dict(cfg.visualizer, name=job.name, save_dir='drawn'))


def names_of(evaluators):
    """What evaluators measure, each of which can be built."""
    names = set()
    for evaluator in evaluators:
        net = evaluator.get('feature_net')
        kind = net and MODELS.get(net.type)
        names.update([kind.frechet_name, kind.kernel_name] if net else
                     ['MAE', 'RMSE', 'PSNR', 'SSIM'])
        if repr(evaluator) in BUILT:
            continue
        if net and 'weights' in net:
            with pytest.raises(FileNotFoundError, match=re.escape(
                    net.weights) + '.*feature_net.*download'):
                METRICS.build(evaluator)
        else:
            METRICS.build(evaluator)
        BUILT.add(repr(evaluator))  # most configs measure the same
    return names


def test_every_parameter_is_trained_once(job, tmp_path):
    """By one gradient and one optimiser, as distributed training asks."""
    cfg, net = job.cfg, job.net.train()
    hook = HOOKS.build(cfg.default_hooks.sparsity)
    hook.before_train(Runner(net, tmp_path))
    optimisers = build_optim_wrapper(net, cfg.optim_wrapper)
    owners, gradients = Counter(), Counter()
    for name in ('generator', 'discriminator'):
        part = set(getattr(net, name).parameters())
        for group in optimisers[name].param_groups:
            assert part.issuperset(group['params'])
            owners.update(group['params'])
    handles = [
        parameter.register_hook(
            lambda gradient, name=name: gradients.update([name]))
        for name, parameter in net.named_parameters()]
    log = net.train_step(batch_of(job, 'train_dataloader'), optimisers)
    hook.after_train(None)
    for handle in handles:
        handle.remove()
    assert owners == Counter(net.parameters())
    assert gradients == Counter(name for name, _ in net.named_parameters())
    expected = {'discriminator.loss_real', 'discriminator.loss_fake'}
    expected |= {f'{modality}.loss_gan' for modality in job.modalities}
    expected |= {f'{stream}.loss_pixel' for stream in job.streams}
    kinds = kinds_of(net)
    expected |= {'loss_align'} if 'AlignFusion' in kinds else set()
    expected |= {'loss_sparsity'} if 'exchanges' in kinds else set()
    total = log.pop('loss')
    assert set(log) == expected
    assert all(torch.isfinite(value) for value in log.values())
    assert float(total) == pytest.approx(
        sum(float(log[name]) for name in expected if 'discr' not in name))


@torch.no_grad()
def test_predicts_what_the_generator_makes(job, tmp_path):
    """Before and after its weights were on a disk."""
    net, data = job.net.eval(), batch_of(job, 'test_dataloader')
    torch.manual_seed(1)  # for the masks of dropout
    sample, = net.test_step(deepcopy(data))
    sources = [sample.get(f'img_{m}') for m in job.modalities]
    torch.testing.assert_close(torch.cat(sources), data['inputs'][0].float())
    images = [sample.get(f'pred_img_{m}') for m in job.streams[:-1]]
    torch.save(net.state_dict(), tmp_path / 'net.pth')
    torch.manual_seed(2)
    other = build(job.cfg)
    assert not torch.equal(*(n.generator.encoder[0].conv.weight
                             for n in (net, other)))
    other.load_state_dict(
        torch.load(tmp_path / 'net.pth', weights_only=True), strict=True)
    other.generator.train(job.cfg.model.get('predict_mode') != 'eval')
    torch.manual_seed(1)
    expected = other.generator((data['inputs'][0][None] - 127.5) / 127.5)[0]
    torch.testing.assert_close(
        torch.cat([*images, sample.pred_img]), (expected + 1) * 127.5,
        rtol=0., atol=1e-3)
