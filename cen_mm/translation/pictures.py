"""Pictures of the samples of image translation."""
from typing import Dict, Sequence

import numpy as np
import torch
from mmagic.registry import VISUALIZERS
from mmagic.structures import DataSample
from mmengine.dist import master_only
from mmengine.visualization import Visualizer

from ..datasets.names import file_name

WIDTH = 160  # of a picture at least, for the longest caption
CAPTION = 18  # height
FONT_SIZE = 8
GAP = 4


def picture(image: torch.Tensor) -> np.ndarray:
    """Convert an image tensor to 8 bits.

    Args:
        image (Tensor): ``(3, H, W)`` in 0 to 255.

    Returns:
        np.ndarray: ``(H, W, 3)`` uint8, rounded.
    """
    image = image.detach().float().round().clamp(0, 255).byte()
    return image.permute(1, 2, 0).cpu().numpy()


def translations(sample: DataSample) -> Dict[str, np.ndarray]:
    """The translation of every stream.

    Args:
        sample (DataSample): Of :meth:`CENPix2Pix.predict`.

    Returns:
        dict[str, np.ndarray]: ``(H, W, 3)`` uint8 in RGB, by modality in the
        order of the model, and last for 'ensemble', which is the only
        translation of a model without streams.
    """
    images = {
        modality: picture(sample.get(f'pred_img_{modality}'))
        for modality in sample.modalities if f'pred_img_{modality}' in sample
    }
    return {**images, 'ensemble': picture(sample.pred_img)}


def row_of(sample: DataSample) -> Dict[str, np.ndarray]:
    """Sources, streams, ensemble and, if the sample has one, target.

    Args:
        sample (DataSample): Of :meth:`CENPix2Pix.predict`.

    Returns:
        dict[str, np.ndarray]: ``(H, W, 3)`` uint8 in RGB, by caption.
    """
    row = {m: picture(sample.get(f'img_{m}')) for m in sample.modalities}
    for stream, image in translations(sample).items():
        row[stream if stream == 'ensemble' else f'from {stream}'] = image
    if 'gt_img' in sample:
        row[f'target {sample.target}'] = picture(sample.gt_img)
    return row


@VISUALIZERS.register_module()
class StreamVisualizer(Visualizer):
    """One row per sample: sources, streams, ensemble and target, with names.

    mmagic's ``BasicVisualizationHook`` calls it with predictions during
    validation and test, and the backends of the config write the pictures:
    ``LocalVisBackend`` to ``vis_data/vis_image/NAME_ITERATION.png``, with
    ``%2F`` for each slash of the name. All
    domains are drawn in the colours of the model's inputs and outputs. Small
    pictures are enlarged by an integer factor, others drawn pixel by pixel.

    Args:
        kwargs: As of :class:`mmengine.visualization.Visualizer`.
    """

    @master_only
    def add_datasample(self, data_sample: DataSample, step: int = 0) -> None:
        """Draw a sample and pass the picture to the backends.

        Args:
            data_sample (DataSample): Of :meth:`CENPix2Pix.predict`, with a
                ``name`` in its metainfo.
            step (int): The iteration. Defaults to 0.
        """
        # LocalVisBackend does not create folders.
        self.add_image(
            file_name(data_sample.name), self.draw([data_sample]), step)

    def draw(self, samples: Sequence[DataSample]) -> np.ndarray:
        """Draw samples, one below the other.

        Args:
            samples (Sequence[DataSample]): Of one model.

        Returns:
            np.ndarray: ``(H, W, 3)`` uint8 in RGB.
        """
        rows = [row_of(sample) for sample in samples]
        pictures = [[enlarged(image) for image in row.values()]
                    for row in rows]
        height, width = GAP + np.max(
            [image.shape[:2] for line in pictures for image in line], axis=0)
        captions = list(rows[0])
        sheet = np.full(
            (CAPTION + height * len(rows), width * len(captions), 3), 255,
            np.uint8)
        for i, line in enumerate(pictures):
            for j, image in enumerate(line):
                cell = sheet[CAPTION + i * height:, j * width:]
                cell[:image.shape[0], :image.shape[1]] = image
        self.set_image(sheet)
        self.draw_texts(
            captions,
            np.array([[j * width + 1, 2] for j in range(len(captions))]),
            font_sizes=FONT_SIZE,
            colors='black')
        return self.get_image()


def enlarged(image: np.ndarray) -> np.ndarray:
    """Enlarge an image to a width of at least ``WIDTH``.

    Args:
        image (np.ndarray): ``(H, W, 3)``.

    Returns:
        np.ndarray: ``(k*H, k*W, 3)`` with the smallest possible integer k.
    """
    times = -(-WIDTH // image.shape[1])
    return image.repeat(times, axis=0).repeat(times, axis=1)
