"""Distances between the set of each stream's pictures and the targets."""
import warnings
from typing import Dict, List, Sequence, Tuple

import torch
from mmagic.registry import METRICS, MODELS
from mmengine.evaluator import BaseMetric
from torch import Tensor, nn
from torchmetrics import Metric
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

from .official_picture import official_picture
from .streams import report, stream_pictures


@METRICS.register_module()
class StreamDistributionMetric(BaseMetric):
    """FID and KID of the ensemble and of every stream.

    Computed by torchmetrics, in float64, from the features of
    ``feature_net``, which also names the values: only the FID Inception
    prints ``FID`` and ``KID``. KID is multiplied by 100, as in the paper
    (Tables 4, 5, 8 and 9): mean over subsets of the unbiased MMD^2 under the
    kernel (<x, y> / d + 1)^3. Subsets are drawn without replacement, the same
    ones in every call. If there are at most ``subset_size`` pictures a subset
    is the whole set, as with the paper's 500.

    Keys are ``FID`` for the ensemble and ``reshading/FID`` for a stream.

    Args:
        feature_net (dict): A net of mmagic's registry that maps float
            (N, 3, H, W), RGB in 0..255, to (N, D), with attributes
            ``kernel_name`` and ``frechet_name`` (None for no Frechet
            distance). ``dict(type='FIDInception', weights=...)`` or
            ``dict(type='EfficientNetLite0')``. Built with the metric, so that
            missing weights are found before training.
        protocol (str): Input of the net, for predictions and targets alike.
            'plain': the pictures themselves. 'official': each stretched from
            its darkest to its brightest value and drawn to 500x500 pixels,
            as for the values in the paper. The two are not comparable.
            Defaults to 'plain'.
        num_subsets (int): Defaults to 50, as in the official code.
        subset_size (int): Defaults to 1000, as in the official code.
        kwargs: As of :class:`mmengine.evaluator.BaseMetric`.

    Raises:
        ValueError: If ``protocol`` is neither of the two.
    """

    def __init__(self,
                 feature_net: dict,
                 protocol: str = 'plain',
                 num_subsets: int = 50,
                 subset_size: int = 1000,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        if protocol not in ('plain', 'official'):
            raise ValueError(
                f"protocol is 'plain' or 'official', not '{protocol}'")
        self.feature_net = MODELS.build(feature_net)
        self.protocol = protocol
        self.num_subsets = num_subsets
        self.subset_size = subset_size

    @torch.no_grad()
    def process(self, data_batch: dict, data_samples: Sequence[dict]) -> None:
        """Compute the features of a batch, on the device of its pictures.

        Args:
            data_batch (dict): Not used.
            data_samples (Sequence[dict]): With ``gt_img``, ``pred_img`` and
                any ``pred_img_<modality>``: (3, H, W), RGB in 0..255.

        Raises:
            ValueError: If the sizes of a view's pictures disagree.
        """
        device = data_samples[0]['pred_img'].device
        net = self.feature_net.to(device)
        for sample in data_samples:
            target, pictures = stream_pictures(sample)
            images = [target, *pictures.values()]
            if self.protocol == 'official':
                images = list(map(official_picture, images))
            target, *features = net(
                torch.stack(images).float().to(device)).cpu()
            self.results.append((target, dict(zip(pictures, features))))

    def compute_metrics(
            self, results: List[Tuple[Tensor, dict]]) -> Dict[str, float]:
        """Distances to the targets.

        Args:
            results (list[tuple[Tensor, dict[str, Tensor]]]): Of every view
                the features (D,) of the target, and those by stream.

        Returns:
            dict[str, float]: Such as ``KID`` and ``reshading/KID``.

        Raises:
            ValueError: If there is only one view.
        """
        if len(results) < 2:
            raise ValueError('FID and KID compare sets: the data set of the '
                             'evaluation needs two views or more')
        targets = torch.stack([target for target, _ in results]).double()
        net, values = self.feature_net, {}
        for stream in results[0][1]:
            pictures = torch.stack([r[stream] for _, r in results]).double()
            values[stream] = {}
            if net.frechet_name:
                values[stream][net.frechet_name] = self.frechet_distance(
                    targets, pictures)
            values[stream][net.kernel_name] = self.kernel_distance(
                targets, pictures)
        return report(
            f'{len(results)} pictures, {self.protocol} protocol, '
            f'{net.kernel_name} x 100', values)

    def frechet_distance(self, targets: Tensor, pictures: Tensor) -> float:
        """Between the Gaussians of two sets of features (N, D), float64."""
        return filled(FrechetInceptionDistance, targets,
                      pictures).compute().item()

    def kernel_distance(self, targets: Tensor, pictures: Tensor) -> float:
        """100 times the MMD^2 of two sets of features (N, D), float64."""
        size = min(self.subset_size, len(targets))
        metric = filled(
            KernelInceptionDistance, targets, pictures, subset_size=size,
            # The order within a set has no effect.
            subsets=self.num_subsets if size < len(targets) else 1)
        # torch.manual_seed would also seed the GPUs, which are not forked.
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(0)
            return 100 * metric.compute()[0].item()


def filled(kind: type, targets: Tensor, pictures: Tensor, **kwargs) -> Metric:
    """A metric of torchmetrics that has seen two sets of features (N, D)."""
    features = nn.Identity()  # as they are computed already
    features.num_features = targets.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # about memory for all features
        # Only one process computes; torchmetrics would wait for the others.
        metric = kind(features, sync_on_compute=False, **kwargs)
    metric.update(targets, real=True)
    metric.update(pictures, real=False)
    return metric
