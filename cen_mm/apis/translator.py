"""Inference of image translation on files and arrays.

Imports mmagic, so it is imported for translation configs only.
"""
from pathlib import Path
from typing import Dict, Optional, Tuple, Union

import numpy as np
import torch
from mmagic.structures import DataSample
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.model import BaseModel

from ..translation import translations
from .trained_inferencer import TrainedInferencer


def translate(model: BaseModel, data: dict, seed: int) -> DataSample:
    """Predict one sample, independently of random numbers drawn before.

    A model that predicts in training mode draws dropout masks. They depend
    on the seed alone, and the state of the generators is restored.

    Args:
        model (BaseModel): Such as :class:`~cen_mm.translation.CENPix2Pix`.
        data (dict): ``inputs`` and ``data_samples`` of one sample, as from
            the data set.
        seed (int): Seed of torch.

    Returns:
        DataSample: As from ``model.test_step``.
    """
    device = next(model.parameters()).device
    with torch.random.fork_rng([device] if device.type == 'cuda' else []):
        torch.manual_seed(seed)
        return model.test_step(pseudo_collate([data]))[0]


def seed_of(cfg: Config) -> int:
    """Random seed of a config, 0 if it sets none."""
    return cfg.get('randomness', {}).get('seed') or 0


class TranslationInferencer(TrainedInferencer):
    """Translates files or arrays of several modalities.

    The config's test pipeline prepares them, and the outputs have its size,
    256x256 for Taskonomy. A target is not needed. For folders it writes
    ``OUT/images/STREAM/NAME.png``, 8 bits in RGB. The same input gives the
    same output: dropout, which the official prediction has, is seeded for
    each sample by the config's ``randomness.seed``.

    Args:
        config (str | Path | Config): A config of translation.
        checkpoint (str | Path): Weights trained with it; they are loaded
            strictly.
        device (str, optional): Such as 'cpu' or 'cuda:1', which draw
            different dropout. Defaults to a GPU if there is one.

    Attributes:
        modalities (tuple[str]): Modalities of a sample.
        suffixes (dict[str, str]): By modality, the end of Taskonomy's file
            names. Other names are used unchanged.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If the checkpoint is one of another model.

    Example:
        >>> translator = TranslationInferencer('config.py', 'epoch_300.pth')
        >>> result = translator(dict(reshading='a.png', edge_texture='b.png'))
        >>> translations(result)['ensemble'].shape
        (256, 256, 3)
    """

    kinds = ('images', )

    def __init__(self,
                 config: Union[str, Path, Config],
                 checkpoint: Union[str, Path],
                 device: Optional[str] = None) -> None:
        super().__init__(config, checkpoint, device)
        # Without this it would warn of every sample without a target.
        self.model.data_preprocessor.data_keys = []
        self.modalities = self.model.modalities
        self.transform = Compose(self.cfg.test_dataloader.dataset.pipeline)
        self.suffixes = {m: f'_domain_{m}.png' for m in self.modalities}

    def pipeline(self, sources: Dict[str, Union[str, np.ndarray]]
                 ) -> Tuple[dict, None]:
        """Run the test pipeline, whose loader needs no target."""
        paths = {f'{m}_path': source for m, source in sources.items()}
        return self.transform(
            dict(paths, modalities=self.model.present)), None

    def _expect(self, present: Tuple[str, ...]) -> bool:
        """Prepare for samples of these modalities."""
        if present != self.model.present:
            self.model.present = present
        return True

    def predict(self, data: dict) -> DataSample:
        """Translate a sample of the test pipeline."""
        return translate(self.model, data, seed_of(self.cfg))

    def draw(self, data: dict, image: None) -> Dict[str, Tuple[np.ndarray]]:
        """The translation of every stream."""
        made = translations(self.predict(data))
        return {stream: (picture, ) for stream, picture in made.items()}
