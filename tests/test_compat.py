"""The provisions for the stack, each against what the stack really does."""
import os
import pickle
import re
import subprocess
import sys
import threading
import types
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import PathFinder

import mmcv
import numpy as np
import pytest
import torch
from messages import fails
from mmengine.config import Config, ConfigDict
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.model import BaseModule
from mmengine.optim import OneCycleLR
from mmengine.runner import CheckpointLoader, load_checkpoint
from mmengine.utils.dl_utils import mmcv_full_available
from mmseg.registry import TRANSFORMS

from cen_mm import compat
from cen_mm.apis.checkpoint import load_model
from cen_mm.apis.config import UsageError
from cen_mm.apis.runner import StrictRunner

HAS_OPS = PathFinder.find_spec('_ext', mmcv.__path__) is not None
lite = pytest.mark.skipif(HAS_OPS, reason='mmcv has its ops here')


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    """What mmengine's runner saves beside the weights."""
    hub = MessageHub.get_instance('test_compat')
    for value in (1.5, 2.5):
        hub.update_scalar('train/loss', value)
        hub.update_scalar('val/mIoU', np.round(np.float64(value), 2))
    for code in '?bhilqBHILQefd':
        hub.update_info(f'scalar {code}', np.ones(1, code)[0])
    hub.update_info('loop_stage', 'train')
    path = tmp_path_factory.mktemp('checkpoint') / 'epoch_1.pth'
    torch.save(dict(meta=dict(epoch=1), message_hub=hub.state_dict(),
                    state_dict=dict(weight=torch.ones(2))), path)
    return path


def test_what_a_checkpoint_needs(checkpoint):
    """Asked of torch in a process that has admitted nothing yet.

    A history pickles its methods by name: that is all the getattr is for.
    """
    code = ('import sys; from torch.serialization import '
            'get_unsafe_globals_in_checkpoint as needed; '
            'print(*needed(sys.argv[1]))')
    run = subprocess.run([sys.executable, '-c', code, str(checkpoint)],
                         capture_output=True, text=True, check=True)
    needed = {name.replace('numpy._core', 'numpy.core')
              for name in run.stdout.split()}
    assert needed == {
        'builtins.getattr', 'mmengine.logging.history_buffer.HistoryBuffer',
        'numpy.core.multiarray._reconstruct', 'numpy.core.multiarray.scalar',
        'numpy.ndarray', 'numpy.dtype'}


def test_mmengine_checkpoints_load(checkpoint):
    loaded = torch.load(checkpoint, weights_only=True)
    hub = loaded['message_hub']
    history = hub['log_scalars']['train/loss']
    assert isinstance(history, HistoryBuffer)
    assert history.data[0].tolist() == [1.5, 2.5] and history.mean() == 2
    assert [history.statistics(name) for name in (
        'min', 'max', 'current', 'mean')] == [1.5, 2.5, 2.5, 2]
    for code in '?bhilqBHILQefd':
        scalar = hub['runtime_info'][f'scalar {code}']
        assert scalar == 1 and scalar.dtype == np.dtype(code)
    assert loaded['state_dict']['weight'].tolist() == [1, 1]


@pytest.mark.parametrize('module', ['core', '_core'])
def test_checkpoints_of_numpy_1_and_2_load(checkpoint, module, tmp_path):
    """As each of them names its functions in the pickle."""
    renamed = tmp_path / 'renamed.pth'
    with zipfile.ZipFile(checkpoint) as old, zipfile.ZipFile(
            renamed, 'w') as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith('data.pkl'):
                data, found = re.subn(
                    rb'numpy\._?core\.multiarray',
                    f'numpy.{module}.multiarray'.encode(), data)
                assert found
            new.writestr(name, data)
    hub = torch.load(renamed, weights_only=True)['message_hub']
    assert hub['log_scalars']['train/loss'].data[0].tolist() == [1.5, 2.5]
    assert hub['runtime_info']['scalar f'] == 1


class Runs:
    """Unpickling it calls a function."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize('call', [
    (os.system, 'true'), (eval, '1'), (getattr, torch.Tensor, 'numpy'),
    (getattr, HistoryBuffer, '__init__'),
    (getattr, HistoryBuffer, 'register_statistics'),
    (getattr, np.ndarray, 'tofile'), (__import__, 'os')])
def test_checkpoints_that_run_code_are_refused(tmp_path, call):
    """Also those that reach for code through what is admitted."""
    torch.save(dict(a=Runs(*call)), tmp_path / 'evil.pth')
    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / 'evil.pth', weights_only=True)
    torch.load(tmp_path / 'evil.pth', weights_only=False)  # it would have run


def test_no_code_runs_from_a_url(tmp_path, monkeypatch):
    """Served over HTTP, as weights to begin with and as a pretrained part."""
    written = tmp_path / 'written'
    evil, good = tmp_path / 'evil.pth', tmp_path / 'good.pth'
    torch.save(dict(a=Runs(os.mkdir, str(written))), evil)
    torch.save(dict(state_dict=dict(weight=torch.ones(2, 3),
                                    bias=torch.ones(2))), good)
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'hub'))
    monkeypatch.chdir(tmp_path)
    server = ThreadingHTTPServer(('127.0.0.1', 0), SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f'http://127.0.0.1:{server.server_port}'
    try:
        for path in (f'{url}/evil.pth', str(evil)):
            with pytest.raises(pickle.UnpicklingError):
                CheckpointLoader.load_checkpoint(path, map_location='cpu')
            net = BaseModule(dict(type='Pretrained', checkpoint=path))
            with pytest.raises(pickle.UnpicklingError):
                net.init_weights()
        net = torch.nn.Linear(3, 2)
        load_checkpoint(net, f'{url}/good.pth')
        assert net.weight.tolist() == [[1] * 3] * 2
    finally:
        server.shutdown()
    assert not written.exists()
    assert 'TORCH_FORCE_WEIGHTS_ONLY_LOAD' not in os.environ
    torch.load(evil, weights_only=False)  # which a user may still ask for
    assert written.exists()


def test_mmengine_is_not_deceived_about_ops():
    """The stand-in is in place, and nobody takes it for the real one."""
    module = sys.modules['mmcv._ext']
    assert mmcv_full_available() == HAS_OPS
    compat.stand_in_for_mmcv_ops()
    assert sys.modules['mmcv._ext'] is module
    assert not hasattr(module, '__path__')  # as inspect and others ask


@lite
def test_every_op_names_itself():
    """All functions that mmcv.ops looks up, found in its source."""
    import mmcv.ops
    names = set()
    for name, module in list(sys.modules.items()):
        if name.startswith('mmcv.ops.') and hasattr(module, 'ext_module'):
            with open(module.__file__) as file:
                found = re.findall(r'ext_module\.(\w+)\(', file.read())
            for op in found:
                with pytest.raises(RuntimeError, match=f"mmcv op '{op}' is "):
                    getattr(module.ext_module, op)(torch.ones(1), 2, a=3)
            names.update(found)
    assert {'nms', 'deform_conv_forward', 'bbox_overlaps'} <= names
    with pytest.raises(RuntimeError, match="'point_sample|'roi_align_for"):
        mmcv.ops.roi_align(torch.ones(1, 1, 4, 4), torch.zeros(1, 5), 2)


def test_real_ops_are_left_alone(tmp_path, monkeypatch):
    (tmp_path / '_ext.py').touch()
    monkeypatch.setattr(mmcv, '__path__', [str(tmp_path)])
    monkeypatch.delitem(sys.modules, 'mmcv._ext')
    compat.stand_in_for_mmcv_ops()
    assert 'mmcv._ext' not in sys.modules


@pytest.mark.parametrize('launcher', ['none', 'slurm'])
def test_other_launchers_are_not_touched(launcher):
    config = ConfigDict(launcher=launcher)
    compat.distribute_without_gpu(config)
    assert config == dict(launcher=launcher)
    assert not torch.distributed.is_initialized()


@pytest.mark.skipif(torch.cuda.is_available(), reason='for CPUs')
def test_a_launcher_without_torchrun_is_explained(monkeypatch):
    monkeypatch.delenv('RANK', raising=False)
    with pytest.raises(RuntimeError, match='RANK.*dist_train.sh'):
        compat.distribute_without_gpu(ConfigDict(launcher='pytorch'))


@pytest.mark.skipif(torch.cuda.is_available(), reason='for CPUs')
@pytest.mark.parametrize('asked, wrapper', [
    (dict(), dict(type='MMDistributedDataParallel', broadcast_buffers=False,
                  find_unused_parameters=False)),
    (dict(find_unused_parameters=True),
     dict(type='MMDistributedDataParallel', broadcast_buffers=False,
          find_unused_parameters=True)),
    (dict(model_wrapper_cfg=dict(type='MMSeparateDistributedDataParallel',
                                 find_unused_parameters=True)),
     dict(type='MMSeparateDistributedDataParallel',
          find_unused_parameters=True))])
def test_the_wrapper_of_the_config_stays(monkeypatch, asked, wrapper):
    backends = []
    monkeypatch.setenv('RANK', '0')
    monkeypatch.setattr(torch.distributed, 'init_process_group',
                        backends.append)
    config = ConfigDict(launcher='pytorch', **asked)
    compat.distribute_without_gpu(config)
    assert backends == ['gloo']
    assert config.model_wrapper_cfg == dict(wrapper, device_ids=None)


@pytest.mark.parametrize('loaded', [False, True])
def test_transformers_is_left_out_and_stays_available(monkeypatch, loaded):
    """A user's own import of it works, before cen_mm's as after it."""
    module = types.ModuleType('transformers')
    if loaded:
        monkeypatch.setitem(sys.modules, 'transformers', module)
    else:
        monkeypatch.delitem(sys.modules, 'transformers', raising=False)
    compat.leave_transformers_out()
    assert sys.modules.get('transformers') is (module if loaded else None)
    assert ('transformers' in sys.modules) == loaded


def test_a_library_is_imported_when_it_is_called(tmp_path, monkeypatch):
    """By the module that wants it, which cannot tell the difference."""
    (tmp_path / 'slow_library.py').write_text(
        'class Flip:\n    def __init__(self, p):\n        self.p = p')
    (tmp_path / 'its_user.py').write_text(
        'import slow_library\nfrom slow_library import Flip')
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ('slow_library', 'its_user'):
        monkeypatch.delitem(sys.modules, name, raising=False)
    compat.import_when_called('slow_library', 'its_user')
    user = sys.modules['its_user']
    assert 'slow_library' not in sys.modules
    made = user.Flip(p=1), user.slow_library.Flip(2)
    assert [type(each) for each in made] == 2 * [
        sys.modules['slow_library'].Flip]
    assert [each.p for each in made] == [1, 2]


def test_an_absent_library_is_named_in_one_sentence(monkeypatch):
    """By what infers, and by what trains and tests."""
    monkeypatch.setitem(sys.modules, 'timm', None)
    cfg = Config(dict(model=dict(
        type='CENSegmentor', decode_head=dict(),
        backbone=dict(type='TIMMBackbone', model_name='resnet18'))))
    runner = object.__new__(StrictRunner)
    for build in (lambda: load_model(cfg, 'net.pth'),
                  lambda: runner.build_model(cfg.model)):
        with fails(UsageError, 'the config needs timm',
                   'pip install timm') as info:
            build()
        assert '\n' not in str(info.value)


def test_albumentations_of_mmseg():
    pytest.importorskip('albumentations')
    flip = TRANSFORMS.build(dict(
        type='Albu', transforms=[dict(type='HorizontalFlip', p=1.)]))
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    assert np.array_equal(flip(dict(img=image.copy()))['img'], image[:, ::-1])


@pytest.mark.parametrize('curve', ['cos', 'linear'])
def test_one_cycle_schedules_resume(curve, tmp_path):
    """They pickle the function that gives their curve."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.)
    kwargs = dict(eta_max=1., total_steps=9, anneal_strategy=curve)
    one = OneCycleLR(optimizer, **kwargs)
    torch.save(one.state_dict(), tmp_path / 'one.pth')
    other = OneCycleLR(optimizer, **kwargs)
    other.load_state_dict(torch.load(tmp_path / 'one.pth'))
    assert other.anneal_func(0., 2., 0.25) == one.anneal_func(0., 2., 0.25)
