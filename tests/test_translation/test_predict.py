"""Predictions in both modes, and what they leave behind: nothing."""
import pytest
import torch
from tiny_pix2pix import MODALITIES, batch, tiny_pix2pix


@pytest.mark.parametrize('m, channels, mode', [
    (1, 3, 'train'), (2, 3, 'train'), (2, 1, 'eval')])
@torch.no_grad()
def test_images(m, channels, mode):
    """Those that the generator makes, also of grey sources."""
    net = tiny_pix2pix(
        m, predict_mode=mode, generator=dict(in_channels=channels)).eval()
    data = batch(2, m)
    targets = [sample.gt_img for sample in data['data_samples']]
    data['inputs'] = [x[:m * channels] for x in data['inputs']]
    x = torch.stack(data['inputs']).float()
    samples = net.val_step(data)
    made = net.generator.train(mode == 'train')(x / 127.5 - 1)
    made = ((made + 1) * 127.5).split(3, dim=1)
    names = MODALITIES[:m]
    expected = {f'img_{name}': image
                for name, image in zip(names, x.split(channels, dim=1))}
    expected.update({f'pred_img_{name}': image
                     for name, image in zip(names, made[:-1])})
    expected['pred_img'] = made[-1]
    for n, sample in enumerate(samples):
        assert set(sample.keys()) == {'gt_img', *expected}
        for name, images in expected.items():
            torch.testing.assert_close(
                sample.get(name), images[n], rtol=0, atol=1e-3)
        assert torch.equal(sample.gt_img.float(), targets[n].float())
        assert (sample.modalities, sample.target) == (names, 'rgb')


def test_train_mode_drops_and_eval_mode_does_not():
    for mode, random in (('train', True), ('eval', False)):
        net = tiny_pix2pix(predict_mode=mode, dropout=0.5)
        first, second = (net.val_step(batch(1))[0].pred_img for _ in range(2))
        assert torch.equal(first, second) != random


@pytest.mark.parametrize('mode', ['train', 'eval'])
def test_leaves_no_trace(mode):
    """Nor does a prediction that fails."""
    net = tiny_pix2pix(predict_mode=mode).eval()
    net.generator.decoder.train()  # whatever the modes were
    modes = [module.training for module in net.modules()]
    state = {k: v.clone() for k, v in net.state_dict().items()}
    net.val_step(batch(2))
    with pytest.raises(ValueError, match='does not divide'):
        net.val_step(batch(2, pixels=60))
    assert [module.training for module in net.modules()] == modes
    for name, value in net.state_dict().items():
        assert torch.equal(value, state[name]), name


@pytest.mark.parametrize('kwargs, message', [
    (dict(predict_mode='test'), "predict_mode must be 'train' or"),
    (dict(target='reshading'), "target='reshading' is one of modalities"),
    (dict(modalities=('rgb', 'rgb')), 'holds a name twice'),
    *((dict(generator=generator), 'give both or neither, and layers of 1 to')
      for generator in (
          dict(fusion=dict(type='ConcatFusion')),
          dict(fused_layers=(1, )),
          dict(fusion=dict(type='ConcatFusion'), fused_layers=(0, )),
          dict(fusion=dict(type='ConcatFusion'), fused_layers=(7, )))),
])
def test_models_that_do_not_exist(kwargs, message):
    with pytest.raises(ValueError, match=message):
        tiny_pix2pix(**kwargs)


@pytest.mark.parametrize('shape, mode, message', [
    ((1, 3, 64, 64), 'tensor', '3 channels, but num_modalities=2 of '
     'in_channels=3 make 6'),
    ((1, 9, 64, 64), 'tensor', '9 channels'),
    ((1, 6, 64, 96), 'tensor', r'64 x 96, which 2\*\*num_down=64 does not'),
    ((1, 6, 32, 64), 'tensor', '32 x 64'),
    ((1, 6, 64, 64), 'other', "mode must be 'tensor', 'loss' or"),
])
def test_inputs_that_do_not_fit(shape, mode, message):
    with pytest.raises(ValueError, match=message):
        tiny_pix2pix()(torch.zeros(shape), mode=mode)


@pytest.mark.parametrize('present', [(0, ), (0, 2)])
@torch.no_grad()
def test_some_of_the_sources(present):
    """As a model of these alone, with their values; nothing stays changed."""
    net = tiny_pix2pix(3, predict_mode='eval').eval()
    names = tuple(MODALITIES[m] for m in present)
    other = tiny_pix2pix(
        len(present), predict_mode='eval', modalities=names,
        generator=dict() if len(present) > 1 else dict(exchange=None)).eval()
    state = other.state_dict()
    for key, value in net.state_dict().items():
        if key in state and value.shape != state[key].shape:
            parts = value.chunk(3)
            value = torch.cat([parts[m] for m in present])
        if key in state:
            state[key].copy_(value)
    whole = net.val_step(batch(2, 3))[0].pred_img
    data = batch(2, 3)
    inputs = torch.stack(data['inputs']).unflatten(1, (3, 3))
    data['inputs'] = list(inputs[:, list(present)].flatten(1, 2))
    for sample in data['data_samples']:
        sample.set_metainfo(dict(modalities=names))
    with pytest.raises(ValueError, match='the data set gives'):
        net.val_step(data)
    net.present = names[::-1]  # in any order
    expected = other.val_step(data)[1]
    sample = net.val_step(data)[1]
    torch.testing.assert_close(sample.pred_img, expected.pred_img)
    assert sample.modalities == names
    assert {k for k in sample.all_keys() if 'pred' in k} == {
        'pred_img', *(f'pred_img_{name}' for name in names)}
    if len(present) == 1:
        assert torch.equal(sample.pred_img, sample.pred_img_reshading)
    net.present = MODALITIES[:3]
    assert torch.equal(net.val_step(batch(2, 3))[0].pred_img, whole)
