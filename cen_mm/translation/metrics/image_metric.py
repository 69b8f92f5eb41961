"""Differences between each stream's pictures and the targets."""
from typing import Dict, List, Sequence

import numpy as np
import torch
from mmagic.registry import METRICS
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor
from torchmetrics.functional.image import (
    peak_signal_noise_ratio,
    structural_similarity_index_measure,
)

from .streams import report, stream_pictures

WINDOW = 11  # pixels, of SSIM


@METRICS.register_module()
class StreamImageMetric(BaseMetric):
    """MAE, RMSE, PSNR and SSIM of the ensemble and of every stream.

    ``MAE`` and ``RMSE`` are on the scale [-1, 1] of the paper (pixels /
    127.5); the supplement's Table 6 prints them times 10. Its "MSE" is this
    RMSE: the official code prints the root of the mean of the pictures' MSEs,
    and 0.251 cannot be an MSE together with an MAE of 0.112, as on [-1, 1] an
    MSE is at most twice the MAE.

    ``PSNR`` (dB) and ``SSIM`` (1 for equal pictures) are torchmetrics', of
    0..255 with a data range of 255, averaged over the pictures. A picture
    that equals its target has no PSNR: it is left out of that mean, and the
    log says so; if all do, the mean is infinite. They are not in the paper.
    SSIM has Gaussian windows of 11 pixels (sigma 1.5), of which those inside
    the picture count, as versions of torchmetrics differ at the border.

    Keys are ``MAE`` for the ensemble and ``reshading/MAE`` for a stream.

    Args:
        kwargs: As of :class:`mmengine.evaluator.BaseMetric`.
    """

    @torch.no_grad()
    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Compare the pictures of a batch.

        Args:
            data_batch (dict): Not used.
            data_samples (Sequence[dict]): With ``gt_img``, ``pred_img`` and
                any ``pred_img_<modality>``: (3, H, W), RGB in 0..255.

        Raises:
            ValueError: If sizes disagree, or are under 11 pixels.
        """
        for sample in data_samples:
            target, pictures = stream_pictures(sample)
            if min(target.shape[-2:]) < WINDOW:
                raise ValueError(
                    f'{sample.get("name", "a sample")}: gt_img is '
                    f'{tuple(target.shape)}, but a window of SSIM is {WINDOW} '
                    'pixels wide; test on larger pictures')
            self.results.append({
                stream: self.compare(picture, target)
                for stream, picture in pictures.items()
            })

    @staticmethod
    def compare(picture: Tensor, target: Tensor) -> Dict[str, float]:
        """The values of one picture.

        Args:
            picture (Tensor): Float32 (3, H, W) in 0..255.
            target (Tensor): Of the same type and shape.

        Returns:
            dict[str, float]: ``MAE``, ``MSE``, ``PSNR`` and ``SSIM``.
        """
        error = (picture - target) / 127.5
        pair = picture[None], target[None]
        _, ssim = structural_similarity_index_measure(
            *pair, data_range=255., sigma=1.5, return_full_image=True)
        edge = WINDOW // 2
        return dict(
            MAE=error.abs().mean().item(),
            MSE=error.square().mean().item(),
            PSNR=peak_signal_noise_ratio(*pair, data_range=255.).item(),
            SSIM=ssim[..., edge:-edge, edge:-edge].mean().item())

    def compute_metrics(self, results: List[dict]) -> Dict[str, float]:
        """Means over the pictures.

        Args:
            results (list[dict]): The values of every view, by stream.

        Returns:
            dict[str, float]: Such as ``MAE`` and ``reshading/MAE``.
        """
        values = {}
        for stream in results[0]:
            table = np.array([list(r[stream].values()) for r in results])
            mae, mse, _, ssim = table.mean(axis=0).tolist()
            psnr = table[np.isfinite(table[:, 2]), 2]
            if len(psnr) < len(table):
                print_log(
                    f'{stream}: {len(table) - len(psnr)} of {len(table)} '
                    'pictures equal their target and are left out of the '
                    'mean PSNR', 'current')
            values[stream] = dict(
                MAE=mae,
                RMSE=mse**0.5,
                PSNR=psnr.mean().item() if len(psnr) else float('inf'),
                SSIM=ssim)
        return report(
            f'{len(results)} pictures, MAE and RMSE on [-1, 1], PSNR in dB',
            values)
