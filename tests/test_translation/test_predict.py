"""Predictions in both modes, and what they leave behind: nothing."""
import pytest
import torch
from reference_translation import generate, official_states
from tiny_pix2pix import MODALITIES, batch, tiny_pix2pix

from cen_mm.converters.checkpoints import official_translation as converter


def both(m=2, **kwargs):
    """Our model and the official weights that it has."""
    states = official_states(m)
    net = tiny_pix2pix(MODALITIES[:m], **kwargs)
    net.load_state_dict(
        converter.to_ours(states, ['gen.pkl', 'dis.pkl'])['state_dict'])
    return net, states[0]


@pytest.mark.parametrize('m', [1, 2])
@pytest.mark.parametrize('mode', ['train', 'eval'])
@pytest.mark.parametrize('step', ['val_step', 'test_step'])
def test_images_of_both_modes(mode, m, step):
    net, state = both(m, predict_mode=mode)
    data = batch(2, m)
    samples = getattr(net.eval(), step)(batch(2, m))
    x = torch.stack(data['inputs']).float() / 127.5 - 1
    outs = generate(state, list(x.chunk(m, dim=1)), mode == 'train')
    names = [f'pred_img_{name}' for name in MODALITIES[:m]] * (m > 1)
    for n, sample in enumerate(samples):
        assert set(sample.keys()) == {
            'gt_img', 'pred_img', *names,
            *(f'img_{name}' for name in MODALITIES[:m])
        }
        for name, out in zip([*names, 'pred_img'], outs[-1 - len(names):]):
            torch.testing.assert_close(
                getattr(sample, name), (out[n] + 1) * 127.5, rtol=0, atol=1e-2)
        for k, name in enumerate(MODALITIES[:m]):
            torch.testing.assert_close(
                getattr(sample, f'img_{name}'),
                data['inputs'][n][3 * k:3 * k + 3].float(),
                rtol=0, atol=1e-3)
        assert torch.equal(sample.gt_img.float(),
                           data['data_samples'][n].gt_img.float())
        assert (sample.modalities, sample.target) == (MODALITIES[:m], 'rgb')


@torch.no_grad()
def test_grey_sources_of_a_colour_target():
    net = tiny_pix2pix(
        predict_mode='eval', generator=dict(in_channels=1)).eval()
    data = batch(2)
    data['inputs'] = [x[:2] for x in data['inputs']]
    x = torch.stack(data['inputs'])
    made = (net.generator(x.float() / 127.5 - 1) + 1) * 127.5
    for n, sample in enumerate(net.val_step(data)):
        for k, name in enumerate(MODALITIES):
            torch.testing.assert_close(
                sample.get(f'img_{name}'), x[n, k:k + 1].float())
            torch.testing.assert_close(
                sample.get(f'pred_img_{name}'), made[n, 3 * k:3 * k + 3])
        torch.testing.assert_close(sample.pred_img, made[n, 6:])


def test_train_mode_drops_and_eval_mode_does_not():
    for mode, random in (('train', True), ('eval', False)):
        net, _ = both(predict_mode=mode, dropout=0.5)
        first, second = (net.val_step(batch(1))[0].pred_img for _ in range(2))
        assert torch.equal(first, second) != random


@pytest.mark.parametrize('mode', ['train', 'eval'])
@pytest.mark.parametrize('pixels', [64, 60])
def test_leaves_no_trace(mode, pixels):
    net, _ = both(predict_mode=mode)
    net.eval()
    net.generator.decoder.train()  # whatever the modes were
    modes = [module.training for module in net.modules()]
    state = {k: v.clone() for k, v in net.state_dict().items()}
    if pixels % 64:
        with pytest.raises(ValueError, match='does not divide'):
            net.val_step(batch(2, pixels=pixels))
    else:
        net.val_step(batch(2))
    assert [module.training for module in net.modules()] == modes
    for name, value in net.state_dict().items():
        assert torch.equal(value, state[name]), name


def test_training_does_move_the_statistics():
    net, _ = both()
    mean = net.generator.encoder[1].norm.stock.running_mean
    before = mean.clone()
    net.train()(torch.randn(1, 6, 64, 64))
    assert not torch.equal(mean, before)


def test_modes_that_do_not_exist():
    with pytest.raises(ValueError, match="predict_mode must be 'train' or"):
        tiny_pix2pix(predict_mode='test')
    with pytest.raises(ValueError, match="mode must be 'tensor', 'loss' or"):
        tiny_pix2pix()(torch.zeros(1, 6, 64, 64), mode='other')
