"""A trained segmentor beside its test images."""
from pathlib import Path
from typing import Dict, Iterable, List, Sequence, Tuple

import numpy as np
import torch
from matplotlib import colormaps
from mmengine.config import Config
from mmengine.dataset import pseudo_collate

from ...apis.inferencer import label_maps
from ...datasets.witness import IGNORE_INDEX
from ...layers import CHANNELS, packed_channels
from ..held_out import check_truth
from .run import Run, Sample

MISSING = 128, 128, 128
MAP_LEGEND = [
    *((f'map: {name}', colormaps['viridis'](value, bytes=True)[:3])
      for name, value in dict(lowest=0., middle=0.5, highest=1.).items()),
    ('map: no value', MISSING)
]  # in place of a colour bar, since each map has a scale of its own


class SegmentationRun(Run):
    """Of a :class:`~cen_mm.models.CENSegmentor` or any segmentor of mmseg.

    Predictions are ``(H, W)`` class indices. Inputs that are no pictures of
    8 bits, such as depth, are shown from their smallest value (dark) to
    their largest one (yellow), and grey where there is none.
    """
    measure = 'pixel accuracy'
    truth = 'label map'

    def __init__(self, cfg: Config, checkpoint: str) -> None:
        super().__init__(cfg, checkpoint)
        # A set that joins others has no pipeline to ask.
        self.modalities = self.dataset[0]['data_samples'].metainfo.get(
            'modalities', ('rgb', ))
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
        inputs, key = input_pictures(data, self.modalities)
        labels = data['data_samples'].gt_sem_seg.data
        return Sample(inputs, labels.squeeze(0).numpy(), data, key)

    def predict(self, sample: Sample) -> Dict[str, np.ndarray]:
        with torch.no_grad():
            maps = label_maps(
                self.model.test_step(pseudo_collate([sample.data]))[0])
        # Not the inputs: a network that merges them has one stream.
        streams = getattr(self.model, 'streams', ('ensemble', ))
        return {stream: maps[stream] for stream in streams}

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


def input_pictures(data: dict, modalities: Sequence[str]
                   ) -> Tuple[Dict[str, np.ndarray], List[tuple]]:
    """The inputs of a sample, as a pipeline packs it, as pictures.

    Args:
        data (dict): With ``inputs`` and ``data_samples``.
        modalities (Sequence[str]): M names.

    Returns:
        tuple: By modality ``(H, W, 3)`` uint8 in RGB, of its first three
        channels, and names and colours of values, if there is a map, for a
        legend.
    """
    inputs = data['inputs'].numpy()
    if inputs.dtype == np.uint8:  # a stock pipeline leaves it in BGR
        inputs = inputs[::-1]
    ends = np.cumsum(
        packed_channels(data['data_samples'].metainfo, modalities))
    parts = [
        part[..., np.minimum(range(CHANNELS), part.shape[2] - 1)]
        for part in np.split(inputs.transpose(1, 2, 0), ends[:-1], axis=2)
    ]
    return (dict(zip(modalities, map(in_colours, parts))),
            MAP_LEGEND if any(map(is_map, parts)) else [])


def is_map(image: np.ndarray) -> bool:
    """Whether an input ``(H, W, 3)`` has one channel, of more than 8 bits."""
    return not np.ptp(image, axis=2).any() and not np.array_equal(
        image, np.clip(image, 0, 255).astype(np.uint8))


def in_colours(image: np.ndarray) -> np.ndarray:
    """An input ``(H, W, 3)`` in RGB as a picture, uint8.

    Values other than whole numbers of 8 bits are scaled from the smallest to
    the largest one, and a map is drawn in the colours of ``MAP_LEGEND``: 0 of
    a map without negative values is a missing value.
    """
    if np.array_equal(image, np.clip(image, 0, 255).astype(np.uint8)):
        return image.astype(np.uint8)
    missing = (image == 0).all(axis=2) & is_map(image) & (image.min() == 0)
    known = image[~missing]
    image = (image - known.min()) / (np.ptp(known) or 1)
    if np.ptp(image, axis=2).any():
        return (255 * image).round().astype(np.uint8)
    picture = colormaps['viridis'](image[..., 0], bytes=True)[..., :3]
    return np.where(missing[..., None], np.uint8(MISSING), picture)
