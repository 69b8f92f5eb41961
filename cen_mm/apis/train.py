"""Training from a config."""
from pathlib import Path
from typing import Optional

from mmengine.logging import print_log
from mmengine.runner import Runner

from ..compat import distribute_without_gpu
from .checkpoint import read_checkpoint
from .config import UsageError, runner_config


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
        FloatingPointError: If the weights are not finite any more.
        UsageError: If an option is malformed, or the config has no
            ``base_batch_size`` to scale the learning rates by.
    """
    cfg = runner_config(config, **kwargs)
    cfg.resume = resume or cfg.get('resume', False)
    if cfg.resume and cfg.get('load_from') is None:
        cfg.load_from = latest_checkpoint(cfg.work_dir)
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
    distribute_without_gpu(cfg)
    Runner.from_cfg(cfg).train()


def latest_checkpoint(work_dir: str) -> Optional[str]:
    """Find the checkpoint that a run resumes from.

    Args:
        work_dir (str): Where the run has saved.

    Returns:
        str | None: What ``last_checkpoint`` names; if that file or the
        pointer is broken, the newest checkpoint that can be read and holds
        an optimiser, which the log says. None if there is none at all.

    Raises:
        UsageError: If there are checkpoints, and none can be resumed.
    """
    folder = Path(work_dir)
    pointer = folder / 'last_checkpoint'
    named = pointer.read_text().strip() if pointer.is_file() else ''
    saved = sorted(folder.glob('*.pth'), key=lambda p: -p.stat().st_mtime)
    for path in ([Path(named)] if named else []) + saved:
        try:
            if 'optimizer' not in read_checkpoint(str(path)):
                continue  # a best one, which holds weights alone
        except (FileNotFoundError, ValueError):
            continue
        if str(path) != named:
            print_log(f'{pointer} names {named or "nothing"}, which cannot '
                      f'be resumed: {path} is the newest that can', 'current',
                      30)
        return str(path)
    if saved:
        raise UsageError(f'{folder} holds no checkpoint that can be resumed: '
                         'train anew with another --work-dir')
    return None
