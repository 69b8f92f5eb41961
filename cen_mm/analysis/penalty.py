"""What the config of a run says of its L1 penalty."""
from typing import Tuple

from mmengine.config import Config


def penalty_of(cfg: Config) -> Tuple[float, str]:
    """Weight and region of a run's :class:`~cen_mm.engine.SparsityHook`.

    Args:
        cfg (Config): Of the training.

    Returns:
        tuple[float, str]: lambda, 0 if nothing is penalised, and 'own' or
        'all'.
    """
    hooks = [*cfg.get('default_hooks', {}).values(),
             *(cfg.get('custom_hooks') or [])]
    for hook in hooks:
        if hook and hook['type'] == 'SparsityHook':
            return hook['weight'], hook.get('region', 'own')
    return 0., 'own'
