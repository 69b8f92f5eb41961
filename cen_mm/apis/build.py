"""The inferencer of a config of either task."""
from typing import Optional, Sequence

from .config import read_config
from .folder_inferencer import FolderInferencer
from .inferencer import MultimodalInferencer


def build_inferencer(config: str,
                     checkpoint: str,
                     device: Optional[str] = None,
                     cfg_options: Sequence[str] = ()) -> FolderInferencer:
    """Build the inferencer of segmentation or of translation.

    Args:
        config (str): Config file.
        checkpoint (str): Weights trained with it.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.
        cfg_options (Sequence[str]): Fields of the config to override, as
            ``KEY=VALUE``. Defaults to none.

    Returns:
        FolderInferencer: A :class:`MultimodalInferencer` or a
        :class:`~cen_mm.apis.translator.TranslationInferencer`.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If an option is malformed, or the checkpoint is one of
            another model.
    """
    cfg = read_config(config, cfg_options)
    if cfg.get('default_scope') != 'mmagic':
        return MultimodalInferencer(cfg, checkpoint, device)
    from .translator import TranslationInferencer  # imports mmagic
    return TranslationInferencer(cfg, checkpoint, device)
