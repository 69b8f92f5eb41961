"""Inference of image translation on files and arrays.

Imports mmagic, so it is imported for translation configs only.
"""
from pathlib import Path
from typing import Dict, Iterable, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from mmagic.structures import DataSample
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.device import get_device
from mmengine.model import BaseModel

from ..translation import translations
from .checkpoint import load_model
from .folder_inferencer import FolderInferencer
from .samples import Source, check_modalities, existing


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


class DomainPipeline:
    """Maps ``dict(reshading=..., ...)`` to the input of a model.

    Args:
        pipeline (Sequence[dict]): ``test_dataloader.dataset.pipeline``; its
            loader needs no target.
        modalities (Sequence[str]): The source domains.
    """

    def __init__(self, pipeline: Sequence[dict],
                 modalities: Sequence[str]) -> None:
        self.transform = Compose(pipeline)
        self.modalities = tuple(modalities)

    def __call__(self, sample: Dict[str, Source]) -> dict:
        """Load and transform one sample.

        Args:
            sample (dict): By modality a path, or an array with the content
                of the data set's files.

        Returns:
            dict: ``inputs`` and ``data_samples`` as from the data set,
            without ``gt_img``.

        Raises:
            FileNotFoundError: If a file does not exist.
            ValueError: If a modality is missing, unknown or does not fit.
        """
        self.check(sample)
        paths = {f'{m}_path': s for m, s in existing(sample).items()}
        return self.transform(dict(paths, modalities=self.modalities))

    def check(self, modalities: Iterable[str]) -> None:
        """Reject a sample with other modalities than the config's.

        Args:
            modalities (Iterable[str]): Names.

        Raises:
            ValueError: If one is unknown or missing.
        """
        check_modalities(modalities, self.modalities)


class TranslationInferencer(FolderInferencer):
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
        if not isinstance(config, Config):
            config = Config.fromfile(config)
        model, _ = load_model(config, str(checkpoint))
        # Without this it would warn of every sample without a target.
        model.data_preprocessor.data_keys = []
        self.model = model.to(device or get_device())
        self.modalities = model.modalities
        self.pipeline = DomainPipeline(config.test_dataloader.dataset.pipeline,
                                       self.modalities)
        self.suffixes = {m: f'_domain_{m}.png' for m in self.modalities}
        self.seed = seed_of(config)

    def __call__(self, sample: Dict[str, Source]) -> DataSample:
        """Translate one sample.

        Args:
            sample (dict): A path or an array for each modality. Arrays have
                the content of the data set's files: ``(H, W, 3)`` in RGB or
                ``(H, W)``, uint8, or uint16 where the data set has 16 bits.

        Returns:
            DataSample: As from ``model.test_step``, see
            :meth:`~cen_mm.translation.CENPix2Pix.predict`; ``translations``
            converts it to pictures.

        Raises:
            FileNotFoundError: If a file does not exist.
            ValueError: If a modality is missing, unknown, broken, or of
                another type or size than it should be; the message names it.
        """
        return translate(self.model, self.pipeline(sample), self.seed)

    def draw(self, loaded: dict) -> Dict[str, Tuple[np.ndarray]]:
        """The translation of every stream."""
        result = translate(self.model, loaded, self.seed)
        return {s: (image, ) for s, image in translations(result).items()}
