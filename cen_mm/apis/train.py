"""Training from a config."""
from ..compat import distribute_without_gpu
from .config import UsageError, runner_config
from .resume import choose_checkpoint
from .runner import StrictRunner
from .work_dir import claimed


def train(config: str,
          resume: bool = False,
          amp: bool = False,
          auto_scale_lr: bool = False,
          **kwargs) -> None:
    """Train a model.

    Args:
        config (str): Config file.
        resume (bool): Continue from the latest checkpoint in the work dir.
            Defaults to False.
        amp (bool): Automatic mixed precision. Defaults to False.
        auto_scale_lr (bool): Scale the learning rates with the total batch
            size. Defaults to False.
        kwargs: As of :func:`~cen_mm.apis.config.runner_config`.

    Raises:
        FileNotFoundError: If the config does not exist.
        FloatingPointError: If losses or weights are not finite any more.
        UsageError: If an option is malformed or has no effect, the config
            has no ``base_batch_size`` to scale the learning rates by, the
            work dir belongs to another training, a checkpoint does not fit,
            or a loader is empty.
    """
    cfg = runner_config(config, **kwargs)
    cfg.resume = resume or cfg.get('resume', False)
    if amp:
        wrapper = cfg.optim_wrapper  # one, or a dict with one for each network
        for each in [wrapper] if 'optimizer' in wrapper else wrapper.values():
            if isinstance(each, dict):
                each.type = 'AmpOptimWrapper'
                each.setdefault('loss_scale', 'dynamic')
    if auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise UsageError(f'{config} has no auto_scale_lr='
                             'dict(base_batch_size=...): add it, or leave '
                             '--auto-scale-lr out')
        cfg.auto_scale_lr.enable = True
    with claimed(cfg.work_dir, cfg.resume, cfg.launcher):
        if cfg.resume:
            cfg.load_from = choose_checkpoint(
                cfg.work_dir, cfg.get('load_from'))
        distribute_without_gpu(cfg)
        StrictRunner.from_cfg(cfg).train()
