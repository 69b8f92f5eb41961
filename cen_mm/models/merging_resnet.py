"""ResNets that merge their modalities: the common setting of Table 2."""
from typing import List, Optional, Sequence

from mmseg.models.backbones import ResNet
from mmseg.registry import MODELS
from torch import Tensor

from ..layers import Fusion, make_private
from .stems import replace_stem


@MODELS.register_module()
class MergingResNet(ResNet):
    """One encoder a modality, merged by a fusion baseline.

    Nothing is shared up to the last fused stage, where one stream is made of
    all; behind it the network is a plain ResNet. :class:`CENSegmentor`, which
    says M, leaves its decode head a stock one.

    Our choice, where the paper is silent: fused maps before the last one go
    to the decode head only, as in SSMA, and a stage that is neither fused
    nor behind the merge gives the decode head the mean of its modalities.

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        fusion (dict): Config of the fusion, without its ``channels`` and
            ``num_modalities``, such as ``dict(type='ConcatFusion')``.
        fused_stages (Sequence[int]): Stages, of 1 to 4, after which it
            fuses: (2, ) is called early, (3, ) middle, (4, ) late and
            (1, 2, 3, 4) all (supplement, section 2).
        num_modalities (int): M, from the segmentor.
        image_channels (Sequence[int], optional): Of each of the modalities,
            from the segmentor. Defaults to three.
        kwargs: As of :class:`mmseg.models.ResNet`.

    Raises:
        ValueError: If the fusion keeps the streams apart, or
            ``fused_stages`` names no stage of the network.
    """
    merges = True  # one map an image, not one a modality

    def __init__(self, depth: int, fusion: dict, fused_stages: Sequence[int],
                 num_modalities: int,
                 image_channels: Optional[Sequence[int]] = None,
                 **kwargs) -> None:
        super().__init__(depth, **kwargs)
        stages = range(1, self.num_stages + 1)
        if not fused_stages or not set(fused_stages) <= set(stages):
            raise ValueError(f'fused_stages={tuple(fused_stages)} must be '
                             f'some of the stages {tuple(stages)}')
        if not issubclass(MODELS.get(fusion['type']), Fusion):
            raise ValueError(
                f'{fusion["type"]} keeps one stream a modality and cannot '
                'merge them: set it as fusion of the segmentor instead')
        self.num_modalities = num_modalities
        self.last = max(fused_stages)
        plain = self.res_layers[self.last:]
        if image_channels is not None:
            replace_stem(self, 'stem.0' if self.deep_stem else 'conv1',
                         image_channels)
        for name, child in list(self.named_children()):
            if name not in plain:
                setattr(
                    self, name,
                    make_private(child, num_modalities,
                                 ('convs', 'affine', 'stats')))
        for stage in stages[:self.last]:
            cfg = fusion if stage in fused_stages else dict(
                type='AverageFusion')
            module = MODELS.build(
                dict(
                    cfg,
                    channels=self.feat_dim * 2**stage // 2**self.num_stages,
                    num_modalities=num_modalities,
                    merges=True))
            if stage == self.last:
                getattr(self, f'layer{stage}').add_module('fusion', module)
            else:
                self.add_module(f'fusion{stage}', module)

    def forward(self, x: Tensor) -> List[Tensor]:
        """``(N*M, C, H, W)``, folded, to maps ``(N, C_i, H_i, W_i)``."""
        outs = super().forward(x)
        return [
            getattr(self, f'fusion{i + 1}')(out) if i + 1 < self.last else out
            for i, out in zip(self.out_indices, outs)
        ]
