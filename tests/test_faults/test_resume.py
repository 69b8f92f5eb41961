"""A checkpoint that does not fit the run that goes on from it."""
import pytest
import torch
from messages import fails

from cen_mm.apis.config import UsageError


@pytest.fixture
def changed(tiny, tmp_path):
    """Writes the checkpoint of the tiny run with a change; its path."""

    def write(change):
        saved = torch.load(tiny.work_dir / 'epoch_1.pth')
        saved = change(saved) or saved
        torch.save(saved, tmp_path / 'epoch_7.pth')
        return str(tmp_path / 'epoch_7.pth')

    return write


def renamed(saved):
    state = saved['state_dict']
    state['backbone.stem.weight'] = state.pop('backbone.conv1.weight')


def reshaped(saved):
    name = 'decode_head.head.conv_seg.weight'
    saved['state_dict'][name] = saved['state_dict'][name][:5]


def spoilt(saved):
    saved['state_dict']['backbone.conv1.weight'][0] = torch.nan


def without_meta(saved):
    del saved['meta']


def without_iteration(saved):
    del saved['meta']['iter']


def weights(saved):
    return saved['state_dict']


def of_adam(saved):
    for group in saved['optimizer']['param_groups']:
        del group['momentum']


def of_fewer_groups(saved):
    saved['optimizer']['param_groups'].pop()


@pytest.mark.parametrize('change, parts', [
    (renamed, ['does not fit', 'backbone.stem.weight',
               'backbone.conv1.weight']),
    (reshaped, ['does not fit', 'conv_seg.weight', '[5, ']),
    (spoilt, ['backbone.conv1.weight', 'not finite']),
    (without_meta, ['cannot be resumed, as it has no meta:', 'load_from']),
    (without_iteration, ['cannot be resumed, as it has no meta.iter']),
    (weights, ['has no state_dict, optimizer, message_hub, meta']),
    (of_adam, ['another optimiser, which has no momentum']),
    (of_fewer_groups, ['does not fit the optimisers', 'load_from'])])
def test_is_refused_before_training(changed, tiny_train, tmp_path, change,
                                    parts):
    path = changed(change)
    with fails(UsageError, path, *parts) as info:
        tiny_train(f'load_from={path}', resume=True)
    if change not in (renamed, reshaped):  # torch lists entries on lines
        assert '\n' not in str(info.value).strip()
    assert not list((tmp_path / 'run').glob('*.pth'))


def test_other_settings_are_kept_and_said(tiny, tiny_train, tmp_path):
    options = ['optim_wrapper.optimizer.lr=0.06',
               'optim_wrapper.optimizer.momentum=0.5']
    tiny_train(f'load_from={tiny.work_dir}/epoch_1.pth', *options,
               resume=True)
    log = next((tmp_path / 'run').glob('*/*.log')).read_text()
    said, = (line for line in log.splitlines() if 'goes on as it was' in line)
    # The backbone's rate is a sixth.
    for part in ('WARNING', 'lr 0.0005 instead of 0.01,', 'lr 0.003 instead '
                 'of 0.06', 'momentum 0.9 instead of 0.5', 'load_from'):
        assert part in said
    assert log.count(' instead of ') == 3
    groups = torch.load(tmp_path / 'run/epoch_2.pth')['optimizer'][
        'param_groups']
    assert {g['momentum'] for g in groups} == {0.9}
    assert {g['initial_lr'] for g in groups} == {3e-3, 3e-3 * (1 / 6)}


def test_two_checkpoints_to_go_on_from(tiny, tiny_train, changed):
    other = changed(lambda saved: None)
    with fails(UsageError, f'load_from={other}', str(tiny.work_dir),
               '--cfg-options load_from=None', '--work-dir'):
        tiny_train(f'load_from={other}', work_dir=tiny.work_dir, resume=True)


def of_a_backbone(saved):
    return {name[len('backbone.'):]: value
            for name, value in saved['state_dict'].items()
            if name.startswith('backbone.')}


@pytest.mark.parametrize('content, parts', [
    (of_a_backbone, ['no entry of the model', 'like bn1.bias',
                     "model's like backbone.bn1.bias", 'init_cfg']),
    (b'', ['cannot be read as a checkpoint']),
    (b'text', ['cannot be read as a checkpoint'])])
def test_nothing_to_start_from(changed, tiny_train, tmp_path, content, parts):
    if callable(content):
        path = changed(content)
    else:
        path = str(tmp_path / 'text.pth')
        (tmp_path / 'text.pth').write_bytes(content)
    with fails(UsageError, path, *parts):
        tiny_train(f'load_from={path}')


def of_one_modality(saved):
    """A plain network, as mmseg saves it."""
    return {
        name.replace('.stock', '').replace('.head.', '.'):
        value.chunk(2)[0] if '.stock.' in name and value.dim() else value
        for name, value in saved['state_dict'].items()
    }


def test_a_plain_network_starts_private_convolutions(changed, tiny_train):
    tiny_train(f'load_from={changed(of_one_modality)}',
               'model.private=(convs,affine,stats)')
