"""A trained segmentor beside its test images."""
from pathlib import Path
from typing import Any, Dict

import numpy as np
import torch
from matplotlib import colormaps
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from ..apis.inferencer import label_maps
from ..datasets import ConcatModalities
from ..datasets.transforms import IGNORE_INDEX
from .runs import Run, Sample, resolved


class SegmentationRun(Run):
    """Of a :class:`~cen_mm.models.CENSegmentor` or any segmentor of mmseg.

    Predictions are ``(H, W)`` class indices. Inputs that are no pictures of
    8 bits, such as depth, are shown from their smallest value (dark) to
    their largest one (yellow).

    Args:
        cfg (Config): As of :class:`Run`.
        checkpoint (str): As of :class:`Run`.
    """
    measure = 'pixel accuracy'

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        super().__init__(cfg, checkpoint)
        joined = [
            step.modalities for step in self.dataset.pipeline.transforms
            if isinstance(step, ConcatModalities)
        ]
        self.modalities = joined[0] if joined else ('rgb', )
        # A stock pipeline leaves the image as OpenCV reads it.
        self.order = slice(None, None, 1 if joined else -1)
        meta = self.dataset.metainfo
        self.legend = list(zip(meta['classes'], meta['palette']))
        self.palette = np.array([*meta['palette'], [0, 0, 0]], np.uint8)

    def name_of(self, view: dict) -> str:
        """The stem of its file."""
        return Path(view['img_path']).stem

    def facts(self) -> Dict[str, Any]:
        """Classes, labels and size of the first image."""
        classes = list(self.dataset.metainfo['classes'])
        return {
            'tasks': 'segmentation',
            'numbers of classes': len(classes),
            'classes': classes,
            'numbers of test images': len(self.names),
            'labels': resolved(view['seg_map_path'] for view in self.views),
            'sizes of the first prediction': self.load(0).truth.shape
        }

    def load(self, index: int) -> Sample:
        """One image with its labels."""
        data = self.dataset[index]
        image = data['inputs'].numpy()[self.order].transpose(1, 2, 0)
        parts = np.split(image, len(self.modalities), axis=2)
        inputs = dict(zip(self.modalities, map(in_colours, parts)))
        labels = data['data_samples'].gt_sem_seg.data
        return Sample(inputs, labels.squeeze(0).numpy(), data)

    def predict(self, sample: Sample) -> Dict[str, np.ndarray]:
        """Labels of every stream and of the ensemble."""
        with torch.no_grad():
            maps = label_maps(
                self.model.test_step(pseudo_collate([sample.data]))[0])
        several = self.modalities if len(self.modalities) > 1 else ()
        return {m: maps[m] for m in (*several, 'ensemble') if m in maps}

    def picture(self, made: np.ndarray) -> np.ndarray:
        """Labels in the colours of the data set, black where ignored."""
        return self.palette[np.minimum(made, len(self.palette) - 1)]

    def known(self, truth: np.ndarray) -> np.ndarray:
        """Where a label counts."""
        return truth != IGNORE_INDEX

    def difference(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """1 where the labels differ, else 0."""
        return (one != other).astype(float)

    def score(self, error: float) -> str:
        """The share of right pixels."""
        return f'{1 - error:.1%}'


def in_colours(image: np.ndarray) -> np.ndarray:
    """An input as a picture.

    Args:
        image (np.ndarray): ``(H, W, 3)``: a picture of 8 bits, or a map of
            any values in three equal channels.

    Returns:
        np.ndarray: ``(H, W, 3)`` uint8.
    """
    if np.array_equal(image, np.clip(image, 0, 255).astype(np.uint8)):
        return image.astype(np.uint8)
    values = image[..., 0].astype(float)
    values -= values.min()
    values /= values.max() or 1
    return colormaps['viridis'](values, bytes=True)[..., :3]
