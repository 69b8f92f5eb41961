"""Runs of either task, from their configs and checkpoints."""
from pathlib import Path
from typing import Dict, Mapping, Sequence

from mmengine.config import Config

from ...apis.checkpoint import find_config
from ..options import parse_options
from .run import Run, check_alike


def load_run(cfg: Config, checkpoint: str) -> Run:
    """The run of a config, of either task.

    Args:
        cfg (Config): Of segmentation or translation, by its
            ``default_scope``.
        checkpoint (str): Weights trained with it.

    Returns:
        Run: See there for what is raised.
    """
    # Each imports the library of its task, which the other does without.
    if cfg.get('default_scope') == 'mmagic':
        from .translation import TranslationRun as Task
    else:
        from .segmentation import SegmentationRun as Task
    return Task(cfg, checkpoint)


def load_runs(checkpoints: Sequence[Sequence[str]],
              configs: Mapping[str, str] = {},
              options: Sequence[str] = ()) -> Dict[str, Run]:
    """Several runs that can be compared.

    Args:
        checkpoints (Sequence[tuple[str, str]]): Name and path of each.
        configs (Mapping[str, str]): Paths of the configs that do not lie
            beside their checkpoints, by the name of the run.
        options (Sequence[str]): ``KEY=VALUE`` overrides for all configs.

    Returns:
        dict[str, Run]: By name, all tested on the same images.

    Raises:
        FileNotFoundError: If a file is not there.
        ValueError: If names are wrong, or the runs do not fit together.
    """
    names = [name for name, _ in checkpoints]
    if len(set(names)) < max(2, len(names)):
        raise ValueError('give --run NAME CHECKPOINT twice or more, each with '
                         'a name of its own')
    for name, config in configs.items():
        if name not in names:
            raise ValueError(f'--config {name}: no run has that name, give '
                             f'one of {", ".join(names)}')
        if not Path(config).is_file():
            raise FileNotFoundError(
                f'{config}, the config of {name}, is not there: give the '
                'path of a config')
    runs = {}
    for name, checkpoint in checkpoints:
        cfg = find_config(checkpoint, configs.get(name))
        cfg.merge_from_dict(parse_options(options))
        runs[name] = load_run(cfg, checkpoint)
    check_alike(runs)
    return runs
