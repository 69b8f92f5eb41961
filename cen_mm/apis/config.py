"""Config files with the options of the command line."""
from pathlib import Path
from typing import Optional

from mmengine.config import Config


class UsageError(ValueError):
    """Options, config and checkpoint do not fit together."""


def read_config(config: str,
                work_dir: Optional[str] = None,
                cfg_options: Optional[dict] = None,
                launcher: str = 'none') -> Config:
    """Read a config for a runner.

    Args:
        config (str): Config file.
        work_dir (str, optional): Defaults to that of the config, or
            ``work_dirs/<name of the config>``.
        cfg_options (dict, optional): Fields to override, such as
            ``{'randomness.seed': 1}``.
        launcher (str): What has started the processes. Defaults to 'none'.

    Returns:
        Config: With ``work_dir`` and ``launcher``.
    """
    cfg = Config.fromfile(config)
    cfg.merge_from_dict(cfg_options or {})
    cfg.launcher = launcher
    cfg.work_dir = (work_dir or cfg.get('work_dir')
                    or f'work_dirs/{Path(config).stem}')
    return cfg
