"""Inference of segmentation on files and arrays."""
from pathlib import Path
from typing import Dict, Optional, Tuple, Union

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmseg.registry import DATASETS
from mmseg.structures import SegDataSample

from .checkpoint import load_model
from .folder_inferencer import FolderInferencer
from .sample_pipeline import SamplePipeline
from .samples import Source

STREAM_PREFIX = 'pred_sem_seg_'
OPACITY = 0.5


def label_maps(result: SegDataSample) -> Dict[str, np.ndarray]:
    """The prediction of every stream.

    Args:
        result (SegDataSample): Of :class:`MultimodalInferencer`.

    Returns:
        dict[str, np.ndarray]: ``(H, W)`` class indices, uint8, by modality
        in alphabetical order, and last for 'ensemble', which is the only
        prediction of a model without streams.
    """
    fields = {
        key[len(STREAM_PREFIX):]: result.get(key)
        for key in sorted(result.keys()) if key.startswith(STREAM_PREFIX)
    }
    fields['ensemble'] = result.pred_sem_seg
    return {
        stream: field.data[0].cpu().numpy().astype(np.uint8)
        for stream, field in fields.items()
    }


class MultimodalInferencer(FolderInferencer):
    """Runs a trained model on files or arrays of several modalities.

    The config's test pipeline prepares them, so results equal those of a
    test on the same files. Labels are not needed. For folders it writes
    ``OUT/labels/STREAM/NAME.png``, the class indices in 8 bits, and
    ``OUT/overlays/STREAM/NAME.png``, their colours over the image (only the
    colours without 'rgb').

    Args:
        config (str | Path | Config): A config of mmseg with a multimodal
            test pipeline, or with a stock one for RGB.
        checkpoint (str | Path): Weights trained with it; they are loaded
            strictly.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.

    Attributes:
        modalities (tuple[str]): Modalities of a sample.
        dataset_meta (dict): With ``classes`` and ``palette``, of the
            checkpoint, or else of the config's test set.
        suffixes (dict[str, str]): By modality, the end of the names of the
            test set's files.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If the checkpoint is one of another model.

    Example:
        >>> inferencer = MultimodalInferencer('config.py', 'epoch_300.pth')
        >>> result = inferencer(dict(rgb='a.jpg', depth='a.png'))
        >>> label_maps(result)['ensemble'].shape
        (468, 625)
        >>> inferencer.infer_folders(dict(rgb='rgb', depth='depth'), 'out')
        []
    """

    kinds = ('labels', 'overlays')

    def __init__(self,
                 config: Union[str, Path, Config],
                 checkpoint: Union[str, Path],
                 device: Optional[str] = None) -> None:
        if not isinstance(config, Config):
            config = Config.fromfile(config)
        model, meta = load_model(config, str(checkpoint))
        self.model = model.to(device or get_device())
        dataset = config.test_dataloader.dataset
        self.pipeline = SamplePipeline(dataset.pipeline)
        self.modalities = self.pipeline.modalities
        # Reads no file.
        dataset = DATASETS.build(dict(dataset, pipeline=[], lazy_init=True))
        self.dataset_meta = meta.get('dataset_meta') or dataset.metainfo
        self.suffixes = dict(
            rgb=dataset.img_suffix, **getattr(dataset, 'suffixes', {}))

    def __call__(self, sample: Dict[str, Source]) -> SegDataSample:
        """Predict one sample.

        Args:
            sample (dict): A path or an array for each modality. Arrays have
                the content of the data set's files: 'rgb' uint8
                ``(H, W, 3)`` in RGB, others ``(H, W)``, or ``(H, W, 3)`` in
                RGB, of the type and in the unit of the data set, such as
                uint16 depth.

        Returns:
            SegDataSample: As from ``model.test_step``: ``pred_sem_seg`` and
            ``seg_logits``, and those of the streams.

        Raises:
            FileNotFoundError: If a file does not exist.
            ValueError: If a modality is missing, unknown, broken, or of
                another type or size than it should be; the message names it.
        """
        return self._predict(self.pipeline(sample)[0])

    @torch.no_grad()
    def _predict(self, data: dict) -> SegDataSample:
        return self.model.test_step(pseudo_collate([data]))[0]

    def draw(self, loaded: Tuple[dict, Optional[np.ndarray]]
             ) -> Dict[str, Tuple[np.ndarray, np.ndarray]]:
        """Labels and overlay of every stream."""
        data, image = loaded
        pictures = {}
        for stream, labels in label_maps(self._predict(data)).items():
            colours = np.array(self.dataset_meta['palette'], np.uint8)[labels]
            if image is not None:
                mixed = OPACITY * colours + (1 - OPACITY) * image
                colours = mixed.round().astype(np.uint8)
            pictures[stream] = labels, colours
        return pictures
