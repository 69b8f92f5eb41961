"""The config of the rooms: trained, resumed, shared out and tested."""
import json
import re

import pytest
import torch
from mmengine.runner import Runner
from pages import run_commands
from tiny_translation import NAMES, rooms_config, write_rooms
from two_processes import run_in_two, without_gpu

import cen_mm.translation  # noqa: F401
from cen_mm.compat import distribute_without_gpu

EPOCHS = 2


def tiny_config(folder):
    """Two rooms a batch; all else but the width stays as it is."""
    cfg = rooms_config(folder)
    for loader in ('train', 'val', 'test'):
        cfg[f'{loader}_dataloader'].batch_size = 2
    cfg.train_cfg.update(max_epochs=EPOCHS, val_interval=1)
    cfg.default_hooks.logger.interval = 1
    cfg.default_hooks.visualization.interval.val = 1
    return cfg


def runner_of(cfg, folder, name, **kwargs):
    cfg.update(work_dir=str(folder / name), experiment_name=name, **kwargs)
    cfg.visualizer.name = name
    return Runner.from_cfg(cfg)


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp('rooms')
    write_rooms(folder / 'rooms')
    runner = runner_of(tiny_config(folder), folder, 'undisturbed')
    runner.train()
    return folder, runner


def test_what_a_run_leaves_behind(trained):
    folder, runner = trained
    log = next((folder / 'undisturbed').glob('*/*.log')).read_text()
    for piece in ('discriminator.loss_fake', 'reshading.loss_gan',
                  'edge_texture.loss_pixel', 'loss_sparsity',
                  'exchanged channels of reshading', 'SSIM'):
        assert piece in log
    # The initialisation of torch 1.0 leaves gammas under the threshold.
    assert 'exchanged channels of reshading: 0.0%' not in log
    gammas = folder.glob('undisturbed/gammas/iter_*.npz')
    assert len(list(gammas)) == 1 + EPOCHS
    best, = (folder / 'undisturbed').glob('best_MAE_epoch_*.pth')
    assert runner.message_hub.get_info('best_ckpt') == str(best)
    drawn = folder.glob('undisturbed/*/vis_data/vis_image/*.png')
    assert len(list(drawn)) == len(NAMES) * EPOCHS


def test_resumed_run_ends_with_the_same_weights(trained):
    """Equal to the last bit, and so are the states of both optimisers."""
    folder, expected = trained
    resumed = runner_of(
        tiny_config(folder), folder, 'resumed', resume=True,
        load_from=str(folder / 'undisturbed/epoch_1.pth'))
    resumed.train()
    assert (resumed.epoch, resumed.iter) == (EPOCHS, expected.iter)
    for name, value in expected.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[name], value), name
    for part in ('generator', 'discriminator'):
        state, other = (
            runner.optim_wrapper[part].optimizer.state_dict()['state']
            for runner in (expected, resumed))
        assert state.keys() == other.keys()
        for key in state:
            torch.testing.assert_close(state[key], other[key], rtol=0, atol=0)


@without_gpu
def test_two_processes_share_the_work(trained):
    """Checkpoint and figures are those of one process."""
    folder, _ = trained

    def share(rank):
        cfg = tiny_config(folder)
        cfg.launcher = 'pytorch'
        cfg.train_cfg.max_epochs = 1
        cfg.train_dataloader.batch_size = 1
        # For the same pictures in any process.
        cfg.model.predict_mode = 'eval'
        cfg.custom_hooks = [dict(type='SyncBuffersHook')]
        distribute_without_gpu(cfg)
        runner = runner_of(cfg, folder, 'shared')
        runner.train()
        return runner.model.module.state_dict()

    first, second = run_in_two(share, folder)
    for name, value in first.items():
        assert torch.equal(value, second[name]), name
    cfg = tiny_config(folder)
    cfg.model.predict_mode = 'eval'
    cfg.test_evaluator = cfg.val_evaluator
    alone = runner_of(
        cfg, folder, 'alone', load_from=str(folder / 'shared/epoch_1.pth'))
    alone.load_checkpoint(cfg.load_from, strict=True)
    log = next((folder / 'shared').glob('*/vis_data/scalars.json'))
    theirs = json.loads(log.read_text().splitlines()[-1])
    for name, value in alone.test().items():
        assert theirs[name] == pytest.approx(value, rel=1e-4), name


def test_the_tool_tests_every_stream(trained, monkeypatch):
    """And the log shows what the file has."""
    folder, _ = trained
    tiny_config(folder).dump(folder / 'tiny.py')
    monkeypatch.chdir(folder)
    run_commands('python tools/test.py tiny.py undisturbed/epoch_2.pth '
                 '--work-dir tested', monkeypatch)
    values = json.loads(next((folder / 'tested').glob('*/*.json')).read_text())
    log = next((folder / 'tested').glob('*/*.log')).read_text()
    for stream in ('reshading', 'edge_texture', 'ensemble'):
        prefix = '' if stream == 'ensemble' else f'{stream}/'
        for names in (('MAE', 'RMSE', 'PSNR', 'SSIM'), ('KID-lite0', )):
            row = r' +\| +'.join(
                f'{values[prefix + name]:.4f}' for name in names)
            assert re.search(rf'\| +{stream} +\| +{row} +\|', log), row
