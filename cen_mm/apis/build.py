"""The inferencer of a config of either task."""
from typing import Optional

from .config import read_config
from .folder_inferencer import FolderInferencer
from .inferencer import MultimodalInferencer


def build_inferencer(config: str,
                     checkpoint: str,
                     device: Optional[str] = None,
                     cfg_options: Optional[dict] = None) -> FolderInferencer:
    """Build the inferencer of segmentation or of translation.

    Args:
        config (str): Config file.
        checkpoint (str): Weights trained with it.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.
        cfg_options (dict, optional): Fields of the config to override.

    Returns:
        FolderInferencer: A :class:`MultimodalInferencer` or a
        :class:`~cen_mm.apis.translator.TranslationInferencer`.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If the checkpoint is one of another model.
    """
    cfg = read_config(config, cfg_options=cfg_options)
    if cfg.get('default_scope') != 'mmagic':
        return MultimodalInferencer(cfg, checkpoint, device)
    from .translator import TranslationInferencer  # imports mmagic
    return TranslationInferencer(cfg, checkpoint, device)
