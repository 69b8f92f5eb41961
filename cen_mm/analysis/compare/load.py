"""Runs of either task, from their configs and checkpoints."""
from pathlib import Path
from typing import Dict, Mapping, Sequence, Tuple

from mmengine.config import Config

from ...apis.checkpoint import find_config
from ...apis.config import parse_options
from .run import Run, check_alike


def load_run(cfg: Config, checkpoint: str) -> Run:
    """The run of a config, whose ``default_scope`` tells the task.

    What it raises is described at :class:`Run`.
    """
    # Each imports the library of its task, which the other does without.
    if cfg.get('default_scope') == 'mmagic':
        from .translation import TranslationRun as Task
    else:
        from .segmentation import SegmentationRun as Task
    return Task(cfg, checkpoint)


def load_runs(checkpoints: Sequence[Tuple[str, str]],
              configs: Mapping[str, str] = {},
              options: Sequence[str] = ()) -> Dict[str, Run]:
    """Runs that are tested on the same images, by name.

    Args:
        checkpoints (Sequence[tuple[str, str]]): Name and path of each.
        configs (Mapping[str, str]): Paths of the configs that do not lie
            beside their checkpoints, by the name of the run.
        options (Sequence[str]): ``KEY=VALUE`` overrides for all configs.

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
