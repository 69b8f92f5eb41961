"""Live curves of a training, as TensorBoard reads them."""
import numpy as np
import pytest
from mmengine.runner import Runner
from tiny_nyudv2 import write_nyudv2
from tiny_training import tiny_config

events = pytest.importorskip(
    'tensorboard.backend.event_processing.event_accumulator',
    reason="needs pip install 'cen-mm[tests]'")


def test_curves_of_each_layer_and_of_the_means(tmp_path):
    """Equal to what the records of the gammas say, at the same steps."""
    write_nyudv2(tmp_path / 'nyudv2')
    cfg = tiny_config(tmp_path / 'nyudv2', tmp_path / 'work')
    cfg.train_cfg.update(max_epochs=2, val_interval=2)
    cfg.model.exchange.threshold = 1.  # where they begin
    cfg.visualizer.vis_backends = [
        dict(type='LocalVisBackend'),
        dict(type='TensorboardVisBackend')
    ]
    # mmengine keeps one of each name in a process.
    cfg.experiment_name = cfg.visualizer.name = 'tensorboard'
    runner = Runner.from_cfg(cfg)
    runner.train()
    runner.visualizer.close()
    folder, = (tmp_path / 'work').glob('*/vis_data/')
    seen = events.EventAccumulator(str(folder)).Reload()
    curves = seen.Tags()['scalars']
    records = sorted((tmp_path / 'work/gammas').glob('iter_*.npz'))
    assert len(records) == 3
    values, means = set(), dict(rgb=[], depth=[])
    for record in records:
        step, saved = int(record.stem[5:]), np.load(record)
        layers = [k for k in saved.files if f'{k}/replaced' in saved.files]
        shares = np.stack([saved[f'{k}/replaced'].mean(1) for k in layers])
        for m, modality in enumerate(means):
            for layer, share in zip(layers, shares):
                curve = seen.Scalars(f'exchange/{layer}/{modality}')
                assert {e.step: e.value for e in curve}[step] == pytest.approx(
                    share[m], rel=1e-6)
                values.add(share[m])
            means[modality].append(shares[:, m].mean())
    for modality, recorded in means.items():
        # Logged with the losses, hence the last record at each step.
        logged = [e.value for e in seen.Scalars(f'exchanged_{modality}')]
        assert logged == pytest.approx(
            np.repeat(recorded[:2], len(logged) // 2), rel=1e-6)
    assert len(values) > 2
    assert {'loss_sparsity', 'decode.rgb.loss_ce', 'mIoU'} <= set(curves)
