"""Workarounds for torch, mmengine, mmcv and mmagic.

Each has no effect where it is not needed. Nothing else is patched.
"""
import functools
import importlib.util
import os
import sys
import types
from importlib.machinery import ModuleSpec
from pickle import UnpicklingError
from typing import Callable

FORCE_WEIGHTS_ONLY = 'TORCH_FORCE_WEIGHTS_ONLY_LOAD'


def stand_in(name: str, call: Callable) -> None:
    """Put a module in the place of one that is not imported.

    Args:
        name (str): Of the module.
        call (Callable): ``function(*args, **kwargs)`` of the module, whatever
            its name is, is ``call('function', *args, **kwargs)``.
    """

    def function(called: str):
        if called.startswith('__'):
            raise AttributeError(called)
        return functools.partial(call, called)

    module = types.ModuleType(name)
    # Without a loader, mmengine still detects that ops are missing.
    module.__spec__ = ModuleSpec(name, loader=None)
    module.__getattr__ = function
    sys.modules[name] = module


def stand_in_for_mmcv_ops() -> None:
    """Allow the import of mmseg where mmcv has no compiled ops (mmcv-lite).

    mmseg and mmagic always import ``mmcv.ops``, which looks up dozens of
    functions in ``mmcv._ext``. The stand-in has all of them; each raises an
    error that names it when it is called.
    """
    if ('mmcv._ext' in sys.modules
            or importlib.util.find_spec('mmcv._ext') is not None):
        return

    def missing(name: str, *args, **kwargs):
        raise RuntimeError(
            f'the mmcv op {name!r} is not available: replace mmcv-lite '
            'by the full mmcv, which has compiled ops')

    stand_in('mmcv._ext', missing)


def import_when_called(name: str, importer: str) -> None:
    """Import a library for a component of mmseg when it is built, not before.

    mmseg imports timm and albumentations where they are installed, and they
    bring torchvision, pandas and scikit-learn: seconds of each start. Where
    they are not, or cannot be imported, building the component says so.

    Args:
        name (str): Of the library.
        importer (str): The module of mmseg that calls its functions.
    """
    if name in sys.modules:
        return

    def call(function: str, *args, **kwargs):
        try:
            library = importlib.import_module(name)
        except ImportError as error:
            raise ImportError(f'the config needs {name}, which cannot be '
                              f'imported ({error}): run "pip install {name}"'
                              ) from error
        return getattr(library, function)(*args, **kwargs)

    stand_in(name, call)
    try:
        importlib.import_module(importer)
    finally:
        del sys.modules[name]


def leave_transformers_out() -> None:
    """Prevent that segmentation imports transformers where it is installed.

    mmengine imports it with its optimizers, for ``Adafactor`` alone;
    ``TorchAdafactor`` is equivalent.
    """
    if 'transformers' in sys.modules:
        return
    sys.modules['transformers'] = None  # importing it is an ImportError
    try:
        import mmengine.optim  # noqa: F401
    finally:
        del sys.modules['transformers']


def trust_own_checkpoints() -> None:
    """Allow ``torch.load(weights_only=True)`` to read mmengine's checkpoints.

    It is the default since torch 2.6, and every checkpoint holds numpy
    scalars and ``HistoryBuffer`` objects. These harmless types are admitted;
    the check stays active. The pickle of a ``HistoryBuffer`` refers to its
    statistics, and that of a one-cycle schedule to its curve, by ``getattr``;
    its replacement here returns those and nothing else.
    """
    import numpy as np
    import torch
    from mmengine.logging import HistoryBuffer
    from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler
    from mmengine.runner import checkpoint

    named = {
        HistoryBuffer: ('min', 'max', 'current', 'mean'),
        OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear')
    }

    def method(owner, name):
        if isinstance(owner, type) and name in named.get(owner, ()):
            return getattr(owner, name)
        raise UnpicklingError(
            f'{name!r} of {owner!r} is nothing that a checkpoint may ask for')

    core = np.core if np.__version__.startswith('1.') else np._core
    scalar_types = {type(np.dtype(code)) for code in '?bhilqBHILQefd'}
    torch.serialization.add_safe_globals([
        *named, np.ndarray, np.dtype, (method, 'builtins.getattr'),
        *scalar_types,
        # numpy 1 and numpy 2 write different names, and read either.
        *((getattr(core.multiarray, name), f'numpy.{module}.multiarray.{name}')
          for name in ('_reconstruct', 'scalar')
          for module in ('core', '_core'))
    ])
    if hasattr(checkpoint, 'get_torch_safe_globals'):
        # onedl-mmengine admits types of its own, all of getattr among them,
        # around each of its loads; afterwards ours would be withdrawn too.
        checkpoint.get_torch_safe_globals = list


def read_weights_only() -> None:
    """Let mmengine run no code from a checkpoint, wherever it comes from.

    A file is read with ``weights_only=True`` since torch 2.6, but a URL goes
    through ``torch.hub``, which switches that off. Every scheme of mmengine
    (files, URLs, model zoos, object stores) is read with torch's own switch
    that forces it.
    """
    from mmengine.runner import CheckpointLoader

    def safely(loader):

        @functools.wraps(loader)
        def load(*args, **kwargs):
            before = os.environ.get(FORCE_WEIGHTS_ONLY)
            os.environ[FORCE_WEIGHTS_ONLY] = '1'
            try:
                return loader(*args, **kwargs)
            finally:
                del os.environ[FORCE_WEIGHTS_ONLY]
                if before is not None:
                    os.environ[FORCE_WEIGHTS_ONLY] = before

        return load

    for prefix, loader in list(CheckpointLoader._schemes.items()):
        CheckpointLoader.register_scheme(prefix, safely(loader), force=True)


def distribute_without_gpu(cfg) -> None:
    """Run the ``pytorch`` launcher on processes without a GPU, with gloo.

    mmengine would call ``torch.cuda.set_device`` and pass device ids to the
    model wrapper. To be called before the runner is built.

    Args:
        cfg (mmengine.Config): With ``launcher``. Its ``model_wrapper_cfg``,
            or what mmengine takes without one, gets ``device_ids=None``.
    """
    import torch
    if cfg.get('launcher') != 'pytorch' or torch.cuda.is_available():
        return
    if 'RANK' not in os.environ:
        raise RuntimeError(
            '--launcher pytorch is meant for torchrun, which sets RANK: use '
            'tools/dist_train.sh or tools/dist_test.sh, or --launcher none')
    torch.distributed.init_process_group('gloo')
    cfg.setdefault('model_wrapper_cfg', dict(
        type='MMDistributedDataParallel', broadcast_buffers=False,
        find_unused_parameters=cfg.get('find_unused_parameters', False)))
    cfg.model_wrapper_cfg.device_ids = None


def apply() -> None:
    """Apply all workarounds that ``import cen_mm`` needs."""
    stand_in_for_mmcv_ops()
    leave_transformers_out()
    import_when_called(
        'albumentations', 'mmseg.datasets.transforms.transforms')
    import_when_called('timm', 'mmseg.models.backbones.timm_backbone')
    trust_own_checkpoints()
    read_weights_only()
