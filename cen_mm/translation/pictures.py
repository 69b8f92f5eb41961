"""Pictures of the samples of image translation."""
from typing import Dict

import numpy as np
import torch
from mmagic.structures import DataSample


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
    images['ensemble'] = picture(sample.pred_img)
    return images


def row_of(sample: DataSample) -> Dict[str, np.ndarray]:
    """Sources, streams, ensemble and, if the sample has one, target.

    Args:
        sample (DataSample): Of :meth:`CENPix2Pix.predict`.

    Returns:
        dict[str, np.ndarray]: ``(H, W, 3)`` uint8 in RGB, by caption.
    """
    row = {m: picture(sample.get(f'img_{m}')) for m in sample.modalities}
    made = translations(sample)
    ensemble = made.pop('ensemble')
    row.update({f'from {m}': image for m, image in made.items()})
    row['ensemble'] = ensemble
    if 'gt_img' in sample:
        row[f'target {sample.target}'] = picture(sample.gt_img)
    return row
