"""Models with the weights of a checkpoint."""
from pathlib import Path
from typing import Optional, Tuple

from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import CheckpointLoader, load_state_dict

ABSENT = '{} is not there: give the path of a checkpoint'
MISFIT = ('{} does not fit {}: give a checkpoint trained with this config; '
          'those of the official code go through '
          'tools/model_converters/official_cen.py first.\n{}')


def find_config(checkpoint: str, config: Optional[str] = None) -> Config:
    """Read the config of a checkpoint.

    A training writes its config to its work dir, beside its checkpoints. The
    copy within the checkpoint is not used: reading it would run its code.

    Args:
        checkpoint (str): Path.
        config (str, optional): Path of the config. Defaults to None: the
            one beside the checkpoint.

    Returns:
        Config: With fields resolved.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If there are several configs.
    """
    if config is not None:
        return Config.fromfile(config)
    path = Path(checkpoint)
    if not path.is_file():
        raise FileNotFoundError(ABSENT.format(checkpoint))
    beside = sorted(path.parent.glob('*.py'))
    if not beside:
        raise FileNotFoundError(f'{path.parent} holds no config beside '
                                f'{path.name}: give one with --config')
    if len(beside) > 1:
        names = ', '.join(found.name for found in beside)
        raise ValueError(f'{path.parent} holds several configs, {names}: '
                         'give one of them with --config')
    return Config.fromfile(str(beside[0]))


def load_model(cfg: Config, checkpoint: str) -> Tuple[BaseModel, dict]:
    """Build the model of a config and load all of its weights.

    The file is read with torch's default, as by ``tools/test.py``; since
    torch 2.6 no code from it is run.

    Args:
        cfg (Config): A config of mmseg, or of its ``default_scope``.
        checkpoint (str): Path or URL.

    Returns:
        tuple: The model in evaluation mode, and the ``meta`` of the
        checkpoint, such as its iteration and ``dataset_meta`` (classes and
        palette); empty if it has none.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If it is no checkpoint, or one of another model.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    model = MODELS.build(cfg.model)
    try:
        loaded = CheckpointLoader.load_checkpoint(
            checkpoint, map_location='cpu')
    except FileNotFoundError as error:
        raise FileNotFoundError(ABSENT.format(checkpoint)) from error
    except Exception as error:  # torch and pickle raise many types
        raise ValueError(
            f'{checkpoint} cannot be read as a checkpoint: copy or download '
            f'it again.\n{error}') from error
    try:
        # Strict: weights left at random would still predict.
        load_state_dict(model, loaded.get('state_dict', loaded), strict=True)
    except (AttributeError, RuntimeError, ValueError) as error:
        raise ValueError(MISFIT.format(
            checkpoint, cfg.filename or 'the config', error)) from error
    return model.eval(), loaded.get('meta', {})
