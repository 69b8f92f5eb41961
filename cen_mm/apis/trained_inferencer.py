"""Inference by a trained model, of either task."""
from pathlib import Path
from typing import Optional, Union

from mmengine.config import Config
from mmengine.device import get_device

from ..pretrained import pretrained_config
from ..runtime.folder_inferencer import FolderInferencer
from .checkpoint import load_model


class TrainedInferencer(FolderInferencer):
    """Runs a trained model on samples, or on one folder per modality.

    Args:
        config (str | Path | Config): A config with a test pipeline, or the
            name of weights that come with cen_mm.
        checkpoint (str | Path, optional): Weights trained with it; they are
            loaded strictly. Defaults to None: those of the name.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If the checkpoint is one of another model, or there are
            no weights of that name.
    """

    def __init__(self,
                 config: Union[str, Path, Config],
                 checkpoint: Union[str, Path, None] = None,
                 device: Optional[str] = None) -> None:
        if checkpoint is None:
            config, checkpoint = pretrained_config(str(config)), config
        if not isinstance(config, Config):
            config = Config.fromfile(config)
        model, self.meta = load_model(config, str(checkpoint))
        self.model = model.to(device or get_device())
        self.cfg = config
