"""What cen_mm needs from its stack beyond what the stack does by itself.

Its provisions are idle where they are not needed. Nothing else is patched
anywhere.
"""
import importlib.util
import os
import sys
import types
import warnings
from importlib.machinery import ModuleSpec
from pickle import UnpicklingError

MMCV_MINIMUM, MMCV_MAXIMUM = '2.0.0', '2.2.0'


def require_mmcv() -> None:
    """Ask for mmcv in one sentence where it is absent.

    Raises:
        ImportError: If neither mmcv nor mmcv-lite is installed.
    """
    if importlib.util.find_spec('mmcv') is None:
        raise ImportError(
            f'cen_mm needs mmcv (>={MMCV_MINIMUM}, <{MMCV_MAXIMUM}): run '
            '"pip install mmcv-lite==2.1.0", or install the full mmcv if you '
            'want its compiled ops too; cen_mm itself uses none')


def stand_in_for_mmcv_ops() -> None:
    """Let mmseg be imported where mmcv has no compiled ops (mmcv-lite).

    mmseg and mmagic import ``mmcv.ops`` unguarded, which looks up dozens of
    functions in ``mmcv._ext``. The stand-in has them all, and each one says
    what is missing when it is called.
    """
    if ('mmcv._ext' in sys.modules
            or importlib.util.find_spec('mmcv._ext') is not None):
        return

    def stand_in(name: str):
        if name.startswith('__'):
            raise AttributeError(name)

        def missing(*args, **kwargs):
            raise RuntimeError(
                f'the mmcv op {name!r} is not available: replace mmcv-lite '
                'by the full mmcv, which has compiled ops')

        return missing

    module = types.ModuleType('mmcv._ext')
    # Without a loader, mmengine still sees that there are no compiled ops.
    module.__spec__ = ModuleSpec('mmcv._ext', loader=None)
    module.__getattr__ = stand_in
    sys.modules['mmcv._ext'] = module


def leave_transformers_out() -> None:
    """Keep segmentation from importing transformers where it is installed.

    mmengine does so for one optimizer, ``Adafactor``, as soon as its
    optimizers are imported; ``TorchAdafactor`` does the same. Too late where
    ``mmengine.runner`` has been imported before cen_mm.
    """
    if 'transformers' in sys.modules:
        return
    sys.modules['transformers'] = None  # importing it is an ImportError
    try:
        import mmengine.optim  # noqa: F401
    finally:
        del sys.modules['transformers']


def require_translation() -> None:
    """Import mmagic and torchmetrics, or ask for them in one sentence.

    Not by an ImportError, which mmengine's ``custom_imports`` would replace
    by one of its own without this sentence.

    Raises:
        RuntimeError: If one of them, or something that it imports, is absent
            or of a version that does not fit.
    """
    try:
        with warnings.catch_warnings():
            # Of its dependencies about each other: diffusers about torch,
            # torchvision about its image codecs.
            warnings.simplefilter('ignore')
            import mmagic.datasets
            import mmagic.models  # noqa: F401
            import torchmetrics  # noqa: F401
    except Exception as error:
        raise RuntimeError(
            'cen_mm.translation needs mmagic and torchmetrics, which do not '
            f'import ({error}): run "pip install -e .[translation]" and then '
            '"pip install --no-deps -r translation-no-deps.txt" in the folder '
            'of cen_mm'
        ) from error


def trust_own_checkpoints() -> None:
    """Let ``torch.load(weights_only=True)`` read mmengine's checkpoints.

    Since torch 2.6 that is the default, and mmengine's message hub keeps
    numpy scalars and :class:`HistoryBuffer` objects in every checkpoint.
    These harmless types are admitted; the check itself stays on. A
    ``HistoryBuffer`` names its statistics, and a one-cycle schedule its
    curve, by ``getattr``, for which a stand-in serves that gives those and
    nothing else.
    """
    import numpy as np
    import torch
    from mmengine.logging import HistoryBuffer
    from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler
    if not hasattr(torch.serialization, 'get_unsafe_globals_in_checkpoint'):
        return  # torch < 2.6, which reads these checkpoints as they are

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
        *named, np.ndarray, np.dtype, core.multiarray._reconstruct,
        core.multiarray.scalar, (method, 'builtins.getattr'), *scalar_types
    ])


def distribute_without_gpu(cfg) -> None:
    """Let the ``pytorch`` launcher run on processes without a GPU (gloo).

    mmengine would call ``torch.cuda.set_device`` and hand device ids to the
    model wrapper. Called by our tools before the runner is built.

    Args:
        cfg (mmengine.Config): With ``launcher``. Its ``model_wrapper_cfg``,
            or mmengine's usual one, gets ``device_ids=None``.
    """
    import torch
    if cfg.get('launcher') != 'pytorch' or torch.cuda.is_available():
        return
    if 'RANK' not in os.environ:
        raise RuntimeError(
            '--launcher pytorch is meant for torchrun, which sets RANK: use '
            'tools/dist_train.sh or tools/dist_test.sh, or --launcher none')
    torch.distributed.init_process_group('gloo')
    cfg.setdefault('model_wrapper_cfg', dict(type='MMDistributedDataParallel'))
    cfg.model_wrapper_cfg.device_ids = None


def apply() -> None:
    """All provisions that importing cen_mm makes."""
    require_mmcv()
    stand_in_for_mmcv_ops()
    leave_transformers_out()
    trust_own_checkpoints()
