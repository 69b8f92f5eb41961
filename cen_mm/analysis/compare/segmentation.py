"""A trained segmentor beside its test images."""
from pathlib import Path
from typing import Dict, Iterable, List

import numpy as np
import torch
from matplotlib import colormaps
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from ...apis.inferencer import label_maps
from ...datasets import PackModalities
from ...datasets.witness import IGNORE_INDEX
from ..held_out import check_truth
from .run import Run, Sample


class SegmentationRun(Run):
    """Of a :class:`~cen_mm.models.CENSegmentor` or any segmentor of mmseg.

    Predictions are ``(H, W)`` class indices. Inputs that are no pictures of
    8 bits, such as depth, are shown from their smallest value (dark) to
    their largest one (yellow).
    """
    measure = 'pixel accuracy'
    truth = 'label map'

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        super().__init__(cfg, checkpoint)
        joined = [
            step.modalities for step in self.dataset.pipeline.transforms
            if isinstance(step, PackModalities)
        ]
        self.modalities = joined[0] if joined else ('rgb', )
        # A stock pipeline leaves the image as OpenCV reads it.
        self.order = slice(None, None, 1 if joined else -1)
        self.classes = list(self.dataset.metainfo['classes'])
        # Black for all that has no label.
        self.palette = np.array(
            [*self.dataset.metainfo['palette'], [0, 0, 0]], np.uint8)
        self.task = {
            'tasks': 'segmentation',
            'numbers of classes': len(self.classes),
            'classes': self.classes
        }
        self.paths = dict(label='seg_map_path', **{
            m: 'img_path' if m == 'rgb' else f'{m}_path'
            for m in self.modalities})

    def name_of(self, view: dict) -> str:
        return view.get('name', Path(view['img_path']).stem)

    def load(self, index: int) -> Sample:
        np.random.seed(index)  # a modality of noise draws from it
        data = self.dataset[index]
        check_truth(data)
        image = data['inputs'].numpy()[self.order].transpose(1, 2, 0)
        parts = np.split(image, len(self.modalities), axis=2)
        inputs = dict(zip(self.modalities, map(in_colours, parts)))
        labels = data['data_samples'].gt_sem_seg.data
        return Sample(inputs, labels.squeeze(0).numpy(), data)

    def predict(self, sample: Sample) -> Dict[str, np.ndarray]:
        with torch.no_grad():
            maps = label_maps(
                self.model.test_step(pseudo_collate([sample.data]))[0])
        # Not the inputs: a network that merges them has one stream.
        streams = getattr(self.model.decode_head, 'modalities', ())
        several = streams if len(streams) > 1 else ()
        return {stream: maps[stream] for stream in (*several, 'ensemble')}

    def picture(self, prediction: np.ndarray) -> np.ndarray:
        return self.palette[np.minimum(prediction, len(self.classes))]

    def legend(self, truths: Iterable[np.ndarray]) -> List[tuple]:
        missing = not all(self.known(truth).all() for truth in truths)
        names = [*self.classes, *['no label'] * missing]
        return list(zip(names, self.palette.tolist()))

    def known(self, truth: np.ndarray) -> np.ndarray:
        return truth != IGNORE_INDEX

    def difference(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """1 where the labels differ, else 0."""
        return (one != other).astype(float)

    def score(self, error: float) -> str:
        """The share of right pixels, in percent."""
        return f'{1 - error:.1%}'


def in_colours(image: np.ndarray) -> np.ndarray:
    """An input ``(H, W, 3)`` in RGB as a picture, uint8.

    Values other than whole numbers of 8 bits are scaled from the smallest to
    the largest one; if the channels are equal, it is a map, and in colours.
    """
    if np.array_equal(image, np.clip(image, 0, 255).astype(np.uint8)):
        return image.astype(np.uint8)
    image = (image - image.min()) / (np.ptp(image) or 1)
    if np.ptp(image, axis=2).any():
        return (255 * image).round().astype(np.uint8)
    return colormaps['viridis'](image[..., 0], bytes=True)[..., :3]
