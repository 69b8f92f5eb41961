"""Inference by a trained model, of either task."""
from pathlib import Path
from typing import Optional, Union

from mmengine.config import Config
from mmengine.device import get_device

from ..runtime.folder_inferencer import FolderInferencer
from .checkpoint import load_model


class TrainedInferencer(FolderInferencer):
    """Runs a trained model on samples, or on one folder per modality.

    Args:
        config (str | Path | Config): A config with a test pipeline.
        checkpoint (str | Path): Weights trained with it; they are loaded
            strictly.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If the checkpoint is one of another model.
    """

    def __init__(self,
                 config: Union[str, Path, Config],
                 checkpoint: Union[str, Path],
                 device: Optional[str] = None) -> None:
        if not isinstance(config, Config):
            config = Config.fromfile(config)
        model, self.meta = load_model(config, str(checkpoint))
        self.model = model.to(device or get_device())
        self.cfg = config
