"""One picture a sample of what an inferencer reads and writes."""
from pathlib import Path
from typing import Mapping, Tuple

import numpy as np
from PIL import Image
from torch import Tensor

from ...apis.trained_inferencer import TrainedInferencer
from .segmentation import input_pictures
from .sheet import Group, Panel, draw_sheet


class SamplePanels:
    """Draws inputs, streams and ensemble of a sample, with a legend.

    Args:
        inferencer (TrainedInferencer): Of either task.
        out (str): The panels are ``OUT/panels/NAME.png``.
        shows (bool): Whether to open each in a viewer of the desktop.
            Defaults to False.
    """

    def __init__(self, inferencer: TrainedInferencer, out: str,
                 shows: bool = False) -> None:
        self.modalities = getattr(inferencer.model, 'modalities', ('rgb', ))
        meta = getattr(inferencer, 'dataset_meta', {})  # of segmentation
        self.classes = list(
            zip(meta.get('classes', ()), meta.get('palette', ())))
        self.shows = shows
        self.folder = Path(out) / 'panels'

    def __call__(self, name: str, data: dict,
                 drawn: Mapping[str, Tuple[np.ndarray, ...]]) -> None:
        """Draw a sample.

        Args:
            name (str): Its name.
            data (dict): Of the test pipeline.
            drawn (dict[str, tuple[np.ndarray]]): By stream what an
                inferencer's ``draw`` gives: labels ``(H, W)`` and overlay, or
                the translation.
        """
        modalities = data['data_samples'].metainfo.get(
            'modalities', self.modalities)  # those present
        if self.classes:
            inputs, key = input_pictures(data, modalities)
            seen = set().union(*(
                np.unique(labels).tolist() for labels, _ in drawn.values()))
            legend = [*(self.classes[label] for label in sorted(seen)), *key]
        else:
            inputs = dict(zip(modalities, map(
                picture_of, data['inputs'].chunk(len(modalities)))))
            legend = []
        panels = [Panel(m, picture) for m, picture in inputs.items()]
        panels += [
            Panel(stream if stream == 'ensemble' else f'from {stream}',
                  pictures[-1]) for stream, pictures in drawn.items()
        ]
        path = self.folder / f'{name}.png'
        draw_sheet([Group(name, [panels])], str(path), legend)
        if self.shows:
            Image.open(path).show(title=name)


def picture_of(image: Tensor) -> np.ndarray:
    """A source of translation, ``(3, H, W)`` in 0 to 255, as a picture."""
    return image.round().byte().permute(1, 2, 0).numpy()
