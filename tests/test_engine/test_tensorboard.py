"""Live curves of a training, as TensorBoard reads them."""
import numpy as np
import pytest

events = pytest.importorskip(
    'tensorboard.backend.event_processing.event_accumulator',
    reason="needs pip install 'cen-mm[tests]'")


def test_curves_of_each_layer_and_of_the_means(trained_run):
    """Equal to what the records of the gammas say, at the same steps."""
    folder, = trained_run.glob('*/vis_data/')
    seen = events.EventAccumulator(str(folder)).Reload()
    curves = seen.Tags()['scalars']
    records = [np.load(trained_run / f'gammas/iter_{step:06d}.npz')
               for step in range(10)]
    layers = [k for k in records[0] if f'{k}/replaced' in records[0]]
    shares = np.array([[saved[f'{k}/replaced'].mean(axis=1) for k in layers]
                       for saved in records])  # (S, L, M)
    assert len(np.unique(shares)) > 2
    for m, modality in enumerate(('rgb', 'depth')):
        for layer, expected in zip(layers, shares[..., m].T):
            curve = seen.Scalars(f'exchange/{layer}/{modality}')
            assert [event.step for event in curve] == list(range(10))
            assert [event.value for event in curve] == pytest.approx(
                expected, rel=1e-6)
        # Logged with the losses, hence not before training.
        logged = [e.value for e in seen.Scalars(f'exchanged_{modality}')]
        assert logged == pytest.approx(
            shares[1:, :, m].mean(axis=1), rel=1e-6)
    assert {'loss_sparsity', 'decode.rgb.loss_ce', 'mIoU'} <= set(curves)
