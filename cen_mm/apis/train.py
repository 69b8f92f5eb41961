"""Training from a config."""
from typing import List, Optional, Sequence

from mmengine.config import Config, ConfigDict
from mmengine.runner import Runner

from ..compat import distribute_without_gpu
from .config import UsageError, runner_config


def train(config: str,
          work_dir: Optional[str] = None,
          resume: bool = False,
          amp: bool = False,
          auto_scale_lr: bool = False,
          cfg_options: Sequence[str] = (),
          launcher: str = 'none') -> None:
    """Train a model.

    Args:
        config (str): Config file.
        work_dir (str, optional): Folder for logs and checkpoints. Defaults
            to that of the config, or ``work_dirs/<name of the config>``.
        resume (bool): Continue from the latest checkpoint in ``work_dir``.
            Defaults to False.
        amp (bool): Automatic mixed precision. Defaults to False.
        auto_scale_lr (bool): Scale the learning rates with the total batch
            size. Defaults to False.
        cfg_options (Sequence[str]): Fields of the config to override, as
            ``KEY=VALUE``. Defaults to none.
        launcher (str): What has started the processes: 'none', 'pytorch',
            'slurm' or 'mpi'. Defaults to 'none'.

    Raises:
        FileNotFoundError: If the config does not exist.
        UsageError: If an option is malformed, or the config has no
            ``base_batch_size`` to scale the learning rates by.
    """
    cfg = runner_config(config, work_dir, cfg_options, launcher)
    cfg.resume = resume or cfg.get('resume', False)
    if amp:
        for wrapper in _optim_wrappers(cfg):
            wrapper.type = 'AmpOptimWrapper'
            wrapper.setdefault('loss_scale', 'dynamic')
    if auto_scale_lr:
        if 'base_batch_size' not in cfg.get('auto_scale_lr', {}):
            raise UsageError(f'{config} has no auto_scale_lr='
                             'dict(base_batch_size=...): add it, or leave '
                             '--auto-scale-lr out')
        cfg.auto_scale_lr.enable = True
    distribute_without_gpu(cfg)
    Runner.from_cfg(cfg).train()


def _optim_wrappers(cfg: Config) -> List[ConfigDict]:
    """The optimizer wrapper of a config, or those of its networks."""
    wrapper = cfg.optim_wrapper
    if 'optimizer' in wrapper:
        return [wrapper]
    return [value for value in wrapper.values() if isinstance(value, dict)]
