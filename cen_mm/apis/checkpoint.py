"""Models with the weights of a checkpoint."""
from pathlib import Path
from typing import Optional, Tuple

from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import CheckpointLoader, load_state_dict

from ..engine.finite_weights_hook import first_nonfinite
from ..pretrained import pretrained_config, pretrained_names
from .config import UsageError

ABSENT = '{} is not there: give the path of a checkpoint'
MISFIT = ('{} does not fit {}: give a checkpoint trained with this config; '
          'those of the official code go through '
          'tools/model_converters/official_cen.py first.\n{}')


def find_config(checkpoint: str, config: Optional[str] = None) -> Config:
    """Read the config of a checkpoint, or of weights that come with cen_mm.

    A training writes its config to its work dir and keeps the text in its
    checkpoints. A config is code, so a file beside the checkpoint is read
    only if it is that text.

    Args:
        checkpoint (str): Path, or name of weights of ours.
        config (str, optional): Path of the config. Defaults to None: that
            of the training, beside the checkpoint.

    Returns:
        Config: With fields resolved.

    Raises:
        FileNotFoundError: If the checkpoint does not exist, or its config
            is not beside it.
        ValueError: If the file is no checkpoint.
    """
    if config is not None:
        return Config.fromfile(config)
    if checkpoint in pretrained_names():
        return Config.fromfile(pretrained_config(checkpoint))
    recorded = read_checkpoint(checkpoint).get('meta', {}).get('cfg')
    for path in sorted(Path(checkpoint).parent.glob('*.py')):
        if path.read_text() == recorded:
            return Config.fromfile(str(path))
    raise FileNotFoundError(
        f'{Path(checkpoint).parent} does not hold the config that '
        f'{checkpoint} was trained with: give one with --config')


def read_checkpoint(checkpoint: str) -> dict:
    """Read a file or URL without running code from it.

    Args:
        checkpoint (str): Path, URL or name of weights that come with cen_mm.

    Returns:
        dict: What the training saved.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is no checkpoint, or a package that reads it is not
            installed.
    """
    try:
        loaded = CheckpointLoader.load_checkpoint(
            checkpoint, map_location='cpu')
    except FileNotFoundError as error:
        raise FileNotFoundError(ABSENT.format(checkpoint)) from error
    except ImportError as error:
        raise UsageError(str(error)) from error
    except Exception as error:  # torch and pickle raise many types
        raise ValueError(
            f'{checkpoint} cannot be read as a checkpoint: copy or download '
            f'it again.\n{error}') from error
    if not isinstance(loaded, dict):
        raise ValueError(f'{checkpoint} holds a {type(loaded).__name__} and '
                         'no weights: give another checkpoint')
    return loaded


def load_model(cfg: Config, checkpoint: str) -> Tuple[BaseModel, dict]:
    """Build the model of a config and load all of its weights.

    Args:
        cfg (Config): A config of mmseg, or of its ``default_scope``.
        checkpoint (str): Path, URL or name of weights that come with cen_mm.

    Returns:
        tuple: The model in evaluation mode, and the ``meta`` of the
        checkpoint, such as its iteration and ``dataset_meta`` (classes and
        palette); empty if it has none.

    Raises:
        FileNotFoundError: If the checkpoint does not exist.
        ValueError: If it is no checkpoint, or one of another model, or the
            model needs a package that is not installed.
    """
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    try:
        model = MODELS.build(cfg.model)
    except ImportError as error:
        raise UsageError(str(error)) from error
    loaded = read_checkpoint(checkpoint)
    try:
        # Strict: weights left at random would still predict.
        load_state_dict(model, loaded.get('state_dict', loaded), strict=True)
    except (AttributeError, RuntimeError, ValueError) as error:
        raise ValueError(MISFIT.format(
            checkpoint, cfg.filename or 'the config', error)) from error
    check_finite(model, checkpoint)
    return model.eval(), loaded.get('meta', {})


def check_finite(model: BaseModel, checkpoint: str) -> None:
    """Reject weights of a training that has diverged.

    Args:
        model (BaseModel): With the weights.
        checkpoint (str): Where they come from.

    Raises:
        ValueError: If one of them is infinite or NaN.
    """
    name = first_nonfinite(model)
    if name is not None:
        raise ValueError(f'{name} of {checkpoint} is not finite: its training '
                         'has diverged; give an earlier checkpoint')
