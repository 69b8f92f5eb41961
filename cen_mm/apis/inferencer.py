"""Inference of segmentation on files and arrays."""
import logging
from pathlib import Path
from typing import Dict, Mapping, Optional, Sequence, Tuple, Union

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.logging import print_log
from mmseg.registry import DATASETS
from mmseg.structures import SegDataSample

from ..engine.classes_hook import check_classes
from ..pretrained import pretrained_config
from ..runtime.folder_inferencer import Source
from ..runtime.read_array import describe
from .absent import without_absent
from .config import read_config
from .measures import doubt, measured, set_units
from .sample_pipeline import SamplePipeline
from .trained_inferencer import TrainedInferencer

STREAM_PREFIX = 'pred_sem_seg_'
OPACITY = 0.5


def build_inferencer(config: str,
                     checkpoint: Optional[str] = None,
                     device: Optional[str] = None,
                     cfg_options: Sequence[str] = (),
                     units: Mapping[str, float] = {}) -> TrainedInferencer:
    """Build the inferencer of segmentation or of translation.

    Args:
        config (str): Config file, or the name of weights that come with
            cen_mm.
        checkpoint (str, optional): Weights trained with it. Defaults to
            None: those of the name.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.
        cfg_options (Sequence[str]): Fields of the config to override, as
            ``KEY=VALUE``. Defaults to none.
        units (Mapping[str, float]): See :class:`MultimodalInferencer`.
            Defaults to none.

    Returns:
        TrainedInferencer: A :class:`MultimodalInferencer` or a
        :class:`~cen_mm.apis.translator.TranslationInferencer`.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If an option is malformed, the checkpoint is one of
            another model, there are no weights of that name, or units are
            given for translation.
    """
    if checkpoint is None:
        config, checkpoint = pretrained_config(config), config
    cfg = read_config(config, cfg_options)
    if cfg.get('default_scope') != 'mmagic':
        return MultimodalInferencer(cfg, checkpoint, device, units)
    if units:
        raise ValueError(f'{config} translates pictures, which have no units: '
                         f'leave that of {", ".join(units)} out')
    from .translator import TranslationInferencer  # imports mmagic
    return TranslationInferencer(cfg, checkpoint, device)


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


class MultimodalInferencer(TrainedInferencer):
    """Runs a trained model on files or arrays of several modalities.

    The config's test pipeline prepares them, so results equal those of a
    test on the same files. Labels are not needed. For folders it writes
    ``OUT/labels/STREAM/NAME.png``, the class indices in 8 bits, and
    ``OUT/overlays/STREAM/NAME.png``, their colours over the image (only the
    colours without 'rgb').

    A sample, or a set of folders, may lack modalities of a
    :class:`~cen_mm.models.CENSegmentor`: the log says which, and the rest
    predicts as ``docs/design.md`` defines.

    Args:
        config (str | Path | Config): A config of mmseg with a multimodal
            test pipeline, or with a stock one for RGB; or the name of weights
            that come with cen_mm.
        checkpoint (str | Path, optional): Weights trained with it; they are
            loaded strictly. Defaults to None: those of the name.
        device (str, optional): Such as 'cpu' or 'cuda:1'. Defaults to a GPU
            if there is one.
        units (Mapping[str, float]): By modality, what a step of its files
            is, in metres, where it is not that of the training, such as
            ``dict(depth=0.001)`` for millimetres; weights that come with
            cen_mm know theirs. Defaults to none.

    Attributes:
        modalities (tuple[str]): Modalities of a sample.
        dataset_meta (dict): With ``classes`` and ``palette``, of the
            checkpoint, or else of the config's test set.
        suffixes (dict[str, str]): By modality, the end of the names of the
            test set's files.
        measures (dict[str, dict]): What the weights say of their inputs, see
            :mod:`.measures`. The first sample outside is warned of.

    Raises:
        FileNotFoundError: If config or checkpoint do not exist.
        ValueError: If the checkpoint is one of another model, the heads
            have other classes than the data, there are no weights of that
            name, or they do not know the unit of a modality.

    Example:
        >>> inferencer = MultimodalInferencer('config.py', 'epoch_300.pth')
        >>> result = inferencer(dict(rgb='a.jpg', depth='a.png'))
        >>> label_maps(result)['ensemble'].shape
        (468, 625)
        >>> inferencer.infer_folders(dict(rgb='rgb', depth='depth'), 'out')
        []
    """

    kinds = ('labels', 'overlays')
    optional = ('rgb', )

    def __init__(self,
                 config: Union[str, Path, Config],
                 checkpoint: Union[str, Path, None] = None,
                 device: Optional[str] = None,
                 units: Mapping[str, float] = {}) -> None:
        super().__init__(config, checkpoint, device)
        self.measures = set_units(
            self.model, self.meta.get('measures', {}), units)
        dataset = self.cfg.test_dataloader.dataset
        self.steps = dataset.pipeline
        self.pipeline = SamplePipeline(self.steps)
        self.modalities = self.pipeline.modalities
        # Reads no file.
        dataset = DATASETS.build(dict(dataset, pipeline=[], lazy_init=True))
        self.dataset_meta = self.meta.get('dataset_meta') or dataset.metainfo
        check_classes(
            self.model, self.dataset_meta.get('classes'),
            str(checkpoint or config))
        self.suffixes = dict(
            rgb=dataset.img_suffix, **getattr(dataset, 'suffixes', {}))

    def _expect(self, present: Tuple[str, ...]) -> bool:
        """Prepare for samples of these modalities; False if it cannot be."""
        if getattr(self.model, 'modalities', None) != self.modalities:
            return super()._expect(present)
        if present != self.pipeline.modalities:
            self.pipeline = SamplePipeline(without_absent(self.steps, present))
            self.model.present = present
        return True

    def _load(self, sample: Dict[str, Source]
              ) -> Tuple[dict, Optional[np.ndarray]]:
        """Run the test pipeline, and doubt units that cannot be."""
        data, image = super()._load(sample)
        if self.measures:
            medians = measured(data)
            for name in medians.keys() & self.measures.keys():
                said = doubt(name, medians[name], self.measures[name])
                if said:
                    source = describe(sample[name], name)
                    print_log(f'{source}: {said}. Further files are not '
                              'compared', 'current', logging.WARNING)
                    self.measures = {}
                    break
        return data, image

    @torch.no_grad()
    def predict(self, data: dict, keeps_logits: bool = True) -> SegDataSample:
        """Predict a sample of the test pipeline."""
        self.model.keeps_logits = keeps_logits
        return self.model.test_step(pseudo_collate([data]))[0]

    def draw(self, data: dict, image: Optional[np.ndarray]
             ) -> Dict[str, Tuple[np.ndarray, ...]]:
        """Labels and overlay of every stream."""
        pictures = {}
        result = self.predict(data, keeps_logits=False)
        for stream, labels in label_maps(result).items():
            colours = np.array(self.dataset_meta['palette'], np.uint8)[labels]
            if image is not None:
                colours = cv2.addWeighted(
                    colours, OPACITY, image, 1 - OPACITY, 0)
            pictures[stream] = labels, colours
        return pictures
