"""Official generators and discriminators into ours and back."""
import re
import sys

import pytest
import torch
from reference_translation import official_states

from cen_mm.converters.checkpoints import (
    convert_official,
    official_translation,
)

SIZES = [(2, 4, 8), (1, 4, 8), (3, 8, 6), (4, 4, 5)]
NORM = '(weight|bias|running_mean|running_var|num_batches_tracked)'
# The entries of the official files, as published.
KEYS = dict(
    gen=[
        r'alpha', r'conv[1-8]\.conv\.module\.(weight|bias)',
        r'conv[1-8]\.insnorm_conv\.insnorm_\d\.' + NORM,
        r'deconv[1-8]\.deconv\.module\.(weight|bias)',
        r'deconv[1-8]\.insnorm_deconv\.insnorm_\d\.' + NORM
    ],
    dis=[
        r'conv[1-5]\.conv\.module\.(weight|bias)',
        r'conv[1-5]\.insnorm\.module\.' + NORM
    ])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder to work in, on a machine without mmagic."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, 'mmagic', None)
    return tmp_path


def save(**states):
    for name, state in states.items():
        torch.save(state, f'{name}.pkl')


def there():
    files = convert_official('gen.pkl', 'ours/cen.pth', 'dis.pkl')
    return torch.load('ours/cen.pth', weights_only=True), files


def back():
    convert_official('ours/cen.pth', 'gen2.pkl', 'dis2.pkl', reverse=True)
    return (torch.load(f'{name}2.pkl', weights_only=True)
            for name in ('gen', 'dis'))


def assert_equal(state, expected):
    assert list(state) == list(expected)  # the order is kept as well
    for name, value in expected.items():
        assert torch.equal(state[name], value), name
        assert state[name].dtype == value.dtype, name


def wrapped(name):
    """An entry of ours as private layers name it that wrap a stock one."""
    return re.sub(r'\.(norm)\.', r'.\1.stock.', name)


@pytest.mark.parametrize('m,base,num_down', SIZES)
@pytest.mark.parametrize('name', [str, wrapped])
def test_there_and_back(m, base, num_down, name):
    gen, dis = official_states(m, base, num_down)
    # As torch 1.0 wrote files.
    torch.save(gen, 'gen.pkl', _use_new_zipfile_serialization=False)
    save(dis=dis)
    ours, files = there()
    state = ours['state_dict']
    assert files == (
        f'gen.pkl: {len(gen)} entries, dis.pkl: {len(dis)} entries -> '
        f'ours/cen.pth: {len(state)} entries')
    assert len(state) < len(gen) + len(dis)
    assert all(k.startswith(('generator.', 'discriminator.')) for k in state)
    ours['state_dict'] = {name(k): v for k, v in state.items()}
    assert (ours['state_dict'].keys() == state.keys()) == (name is str)
    torch.save(ours, 'ours/cen.pth')
    for again, expected in zip(back(), (gen, dis)):
        assert_equal(again, expected)


@pytest.mark.parametrize('m', [1, 2])
def test_what_training_has_not_kept_is_as_torch_creates_it(m):
    gen, dis = official_states(m)
    save(gen=gen, dis=dis)
    ours, _ = there()
    torch.save(dict(state_dict=ours['state_dict'], meta=dict(epoch=3)),
               'ours/cen.pth')
    fresh = torch.nn.InstanceNorm2d(3, affine=True, track_running_stats=True)
    unused = dict(
        gen=r'(conv[16]\.insnorm|deconv6\.insnorm)', dis=r'conv[15]\.insnorm')
    for state, (name, expected) in zip(
            back(), dict(gen=gen, dis=dis).items()):
        for k, value in expected.items():
            if re.match(unused[name], k):
                kind = fresh.state_dict()[k.rsplit('.', 1)[1]]
                value = (kind if kind.dim() == 0 else kind[:1].expand_as(value)
                         ).to(kind.dtype)
            elif k == 'alpha' and m == 1:
                value = torch.ones(1)
            expected[k] = value
        assert_equal(state, expected)


@pytest.mark.parametrize('m,millions', [(1, 54.42), (2, 54.43), (3, 54.44),
                                        (4, 54.45)])
def test_published_names_and_parameter_counts(m, millions):
    """The official networks of 64 channels, by what the converter asks."""
    nets = dict(gen=official_translation.generator(m, 3, 64, 3, 8),
                dis=official_translation.discriminator(6, 64, 5))
    for (name, net), expected in zip(nets.items(), (millions, 2.77)):
        counted = sum(
            torch.Size(entry.shape).numel() for k, entry in net.items()
            if 'running' not in k and 'num_batches' not in k)
        assert counted / 1e6 == pytest.approx(expected, abs=5e-3)
        assert all(
            any(re.fullmatch(p, k) for p in KEYS[name]) for k in net)
        assert all(any(re.fullmatch(p, k) for k in net) for p in KEYS[name])
    # 8 + 8 convolutions with a norm a modality each, and 5 with one.
    assert len(nets['gen']) == 1 + 16 * (2 + 5 * m)
    assert len(nets['dis']) == 5 * (2 + 5)


@pytest.mark.parametrize('which,key,change,message', [
    ('gen', 'alpha', None, r'gen.pkl holds no generator .*alpha is missing'),
    ('gen', 'conv4.conv.module.bias', None,
     'gen.pkl does not fit .*conv4.conv.module.bias is missing'),
    ('gen', 'conv1.insnorm_conv.insnorm_1.bias', None,
     'gen.pkl does not fit .*conv1.insnorm_conv.insnorm_1.bias is missing'),
    ('gen', 'deconv6.insnorm_deconv.insnorm_0.weight', None,
     'gen.pkl .*deconv6.insnorm_deconv.insnorm_0.weight is missing'),
    ('gen', 'conv9.conv.module.bias', torch.zeros(1),
     'conv9.conv.module.bias is left over'),
    ('gen', 'deconv2.deconv.module.weight', torch.zeros(5, 4, 4, 4),
     r'deconv2.deconv.module.weight is \(5, 4, 4, 4\) instead of \(64, 32, '),
    ('gen', 'conv3.insnorm_conv.insnorm_0.num_batches_tracked',
     torch.tensor(3), r"gen.pkl does not fit: \['conv3.* differ"),
    ('dis', 'conv5.insnorm.module.weight', None,
     'dis.pkl does not fit .*conv5.insnorm.module.weight is missing'),
    ('dis', 'conv1.insnorm.module.weight', None,
     'dis.pkl holds no discriminator .*conv1.insnorm.module.weight'),
    ('dis', 'extra', torch.zeros(1), 'dis.pkl .*extra is left over'),
    ('ours', 'generator.ensemble.alpha', None, 'cen.pth does not fit'),
    ('ours', 'generator.encoder.0.conv.weight', None,
     'holds no generator .*encoder.0.conv.weight is missing.*CENPix2Pix'),
    ('ours', 'generator.decoder.0.norm.weight', torch.zeros(32),
     r'decoder.0.norm.weight is \(32,\) instead of \(64,\)'),
    ('ours', 'generator.encoder.3.fusion.conv.weight', torch.zeros(2),
     'encoder.3.fusion.conv.weight is left over'),
    ('ours', 'discriminator.model.0.conv.weight', None,
     'holds no discriminator'),
])
def test_strict(which, key, change, message, folder):
    states = dict(zip(('gen', 'dis'), official_states(2)))
    if which == 'ours':
        save(**states)
        ours, _ = there()
        states['ours'] = ours['state_dict']
    states[which].pop(key, None)
    if change is not None:
        states[which][key] = change
    if which == 'ours':
        torch.save(ours, 'ours/cen.pth')
    save(**states)
    with pytest.raises(ValueError, match=message):
        back() if which == 'ours' else there()
    assert not (folder / 'gen2.pkl').exists()
    assert which == 'ours' or not (folder / 'ours').exists()


@pytest.mark.parametrize('args,message', [
    (['gen.pkl', 'cen.pth'], 'gen.pkl is about image translation.*two files'),
    (['dis.pkl', 'cen.pth', 'gen.pkl'],
     'dis.pkl holds no generator .*checkpoint-gen.pkl first'),
    (['gen.pkl', 'cen.pth', 'gen.pkl'], 'named twice'),
    (['gen.pkl', 'cen.pth', 'no.pkl'], 'no.pkl is not there'),
    (['list.pkl', 'cen.pth'], 'list.pkl holds a list'),
    (['other.pkl', 'cen.pth', 'dis.pkl'],
     'other.pkl holds no generator.*leave --discriminator away'),
    (['other.pkl', 'cen.pth'], 'other.pkl holds no CEN RefineNet'),
    (['gen.pkl', 'a.pkl', 'b.pkl', True],
     'gen.pkl holds no generator .*CENPix2Pix'),
])
def test_wrong_files(args, message, folder):
    gen, dis = official_states(2)
    save(gen=gen, dis=dis, list=[1], other=dict(a=torch.zeros(1)))
    before = set(folder.iterdir())
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        convert_official(*args)
    assert set(folder.iterdir()) == before
