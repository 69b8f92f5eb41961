"""Two steps of training, taken in other ways, with the same outcome.

One config of each kind goes through the real runner: on one process with
whole batches, on two processes, in parts, in bfloat16 and with checkpointed
activations. What the optimiser keeps of the gradients is compared.
"""
import os
import socket
from types import SimpleNamespace

import mmengine.optim.optimizer.amp_optimizer_wrapper as amp
import pytest
import torch
from conftest import leave, make_gammas
from mmengine import ConfigDict
from mmengine.hooks import Hook
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from mmseg.registry import MODELS
from shrunk_config import shrunk_config, write_files
from torch.nn.modules.batchnorm import _BatchNorm

from cen_mm import AlignFusion
from cen_mm.compat import distribute_without_gpu
from cen_mm.layers import PrivateNorm
from cen_mm.layers.sync_norm import SyncBN

FAMILIES = [
    'cen/refinenet_r50_nyudv2', 'cen/pspnet_r101_nyudv2',
    'cen/fcn_hr48_nyudv2', 'cen/refinenet_r18_rooms_rgb_depth_normal',
    'concat/refinenet_r101_nyudv2_all_shared',
    'average/refinenet_r101_nyudv2_middle_shared',
    'align/refinenet_r101_nyudv2_all_shared',
    'self_attention/refinenet_r101_nyudv2_early_shared',
    'concat/refinenet_r101_nyudv2_middle_common',
    'align/refinenet_r101_nyudv2_late_common',
    'ablations/table7_02_convs_shared_norms_shared_l1_none_exchange_off',
    'single/refinenet_r101_nyudv2_rgb'
]


class Watch(Hook):
    """Let the network do nothing by chance, and keep its losses."""

    def __init__(self):
        self.losses = []

    def before_train(self, runner):
        for module in runner.model.modules():
            if isinstance(module, torch.nn.modules.dropout._DropoutNd):
                module.p = 0.

    def after_train_iter(self, runner, batch_idx, data_batch=None,
                         outputs=None):
        self.losses.append({k: float(v) for k, v in outputs.items()})


def start(cfg, path):
    """Write weights that exchange, the same for every run of a family."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmseg'):
        net = MODELS.build(cfg.model)
    for module in net.modules():
        if isinstance(module, PrivateNorm):
            make_gammas(module)
    torch.save(net.state_dict(), path)


def train(name, folder, kind, batch_size=4, dtype=torch.float64, **changes):
    """Eight samples in two steps of four.

    In double precision, as gradients behind a norm of four pooled values
    would differ by percents from one order of the samples to another.

    Returns:
        SimpleNamespace: ``losses`` of every iteration; by the parameters'
        names ``values`` and ``moments``, the running means of the gradients,
        none for a parameter that never had one; ``norms`` in training mode
        and whether it ``aligns``.
    """
    cfg = shrunk_config(name)
    with DefaultScope.overwrite_default_scope('mmseg'):
        write_files(cfg, folder / 'data', 'abcdefgh', size=(32, 48))
    cfg.work_dir = str(folder / kind)
    cfg.experiment_name = f'{name}_{kind}'.replace('/', '_')
    cfg.train_dataloader.update(
        batch_size=batch_size,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=False))
    cfg.train_dataloader.dataset.update(
        pipeline=cfg.test_dataloader.dataset.pipeline)
    cfg.train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=1)
    cfg.param_scheduler = None
    cfg.default_hooks.checkpoint.update(interval=-1, save_last=False)
    for part in ('val', 'test'):
        cfg.update({f'{part}_{field}': None
                    for field in ('dataloader', 'cfg', 'evaluator')})
    cfg.merge_from_dict(changes)
    cfg.load_from = str(folder / 'start.pth')
    if not os.path.exists(cfg.load_from):
        start(cfg, cfg.load_from)
    torch.set_default_dtype(dtype)
    try:
        runner, watch = Runner.from_cfg(cfg), Watch()
        runner.register_hook(watch)
        runner.train()
    finally:
        torch.set_default_dtype(torch.float32)
    net = getattr(runner.model, 'module', runner.model)
    state = runner.optim_wrapper.optimizer.state
    names = ('momentum_buffer', 'exp_avg')
    return SimpleNamespace(
        losses=watch.losses,
        values={n: p.detach() for n, p in net.named_parameters()},
        moments={
            n: next(state[p][key] for key in names if key in state[p])
            for n, p in net.named_parameters() if p in state
        },
        norms=[
            type(m) for m in net.modules()
            if isinstance(m, _BatchNorm) and m.training
        ],
        aligns=any(isinstance(m, AlignFusion) for m in net.modules()))


def process(rank, folder, port):
    """What torchrun and tools/train.py do, once for all families."""
    torch.set_num_threads(1)
    os.environ.update(
        RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE='2',
        MASTER_ADDR='127.0.0.1', MASTER_PORT=str(port))
    launched = ConfigDict(launcher='pytorch')
    distribute_without_gpu(launched)
    for name in FAMILIES:
        result = train(name, folder / f'rank_{rank}' / name, 'two',
                       batch_size=2, **launched)
        path = folder / name / f'rank_{rank}.pth'
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(vars(result), path)
    leave()


@pytest.fixture(scope='module')
def two(tmp_path_factory):
    """Where two processes leave what has become of each family."""
    if torch.cuda.is_available():
        pytest.skip('is about machines without a GPU')
    folder = tmp_path_factory.mktemp('two')
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        port = found.getsockname()[1]
    torch.multiprocessing.spawn(process, (folder, port), nprocs=2)
    return folder


@pytest.fixture(scope='module', params=FAMILIES)
def family(request, tmp_path_factory):
    """Its name, a folder and what two steps with whole batches make."""
    folder = tmp_path_factory.mktemp('family')
    whole = train(request.param, folder, 'whole')
    # The parts in which two processes share the batches out.
    parts = train(
        request.param, folder, 'parts', batch_size=2, **{
            'optim_wrapper.accumulative_counts': 2,
            'train_dataloader.dataset.indices': [0, 2, 1, 3, 4, 6, 5, 7]
        })
    return SimpleNamespace(
        name=request.param, folder=folder, whole=whole, parts=parts)


def assert_same(ours, theirs):
    """Relative to the largest entry of each gradient."""
    tolerance = 1e-3 if ours.aligns else 1e-6  # MKMMDLoss is in float32
    assert set(ours.moments) == set(theirs.moments) == set(theirs.values)
    for name, expected in theirs.moments.items():
        scale = expected.abs().max().clamp(min=1e-9)
        error = (ours.moments[name] - expected).abs().max() / scale
        assert error < tolerance, (name, error)


def test_whole_batches_train_everything(family):
    whole = family.whole
    assert len(whole.losses) == 2 and set(whole.moments) == set(whole.values)
    for log in whole.losses:
        assert log['loss'] == pytest.approx(
            sum(v for k, v in log.items() if 'loss_' in k), rel=1e-4)
        assert ('loss_align' in log) == whole.aligns
        assert log.get('loss_align', 1.) > 0
    if whole.aligns:  # what it trains is left alone without it
        apart = train(family.name, family.folder, 'apart', **{
            'model.fusion.loss_weight': 0.
        })
        with pytest.raises(AssertionError, match='backbone'):
            assert_same(apart, whole)


def test_two_processes(family, two):
    ranks = [
        SimpleNamespace(**torch.load(two / family.name / f'rank_{r}.pth',
                                     weights_only=False)) for r in (0, 1)
    ]
    for name, value in ranks[0].values.items():
        assert torch.equal(value, ranks[1].values[name]), name
    # Synchronous norms see the whole batch, all others a process's part.
    synced = SyncBN in ranks[0].norms
    assert_same(ranks[0], family.whole if synced else family.parts)


def test_accumulated_gradients(family):
    """Equal to whole batches, where a loss is a mean over its samples."""
    if family.whole.norms or family.whole.aligns:
        assert set(family.parts.moments) == set(family.parts.values)
        assert all(torch.isfinite(m).all()
                   for m in family.parts.moments.values())
    else:
        assert_same(family.parts, family.whole)


def test_checkpointed_activations(family):
    assert_same(
        train(family.name, family.folder, 'saving', **{
            'model.backbone.with_cp': True
        }), family.whole)


def test_bfloat16(family, monkeypatch):
    # mmengine grants its wrapper to GPUs alone; autocast itself is general.
    monkeypatch.setattr(amp, 'is_cuda_available', lambda: True)
    half = train(family.name, family.folder, 'bfloat16', **{
        'dtype': torch.float32,
        'optim_wrapper.type': 'AmpOptimWrapper',
        'optim_wrapper.dtype': 'bfloat16'
    })
    assert set(half.moments) == set(half.values)
    assert all(v.dtype == torch.float32 for v in half.values.values())
    for log, expected in zip(half.losses, family.whole.losses):
        assert log != expected
        for key in expected:
            if 'loss' in key:
                assert log[key] == pytest.approx(expected[key], rel=0.05), key
