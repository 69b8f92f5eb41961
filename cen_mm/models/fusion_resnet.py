"""ResNets with the fusion baselines of Table 2, in its two settings."""
from typing import List, Optional, Sequence

from mmseg.registry import MODELS
from torch import Tensor, nn

from ..layers import Fusion, fold
from .cen_resnet import CENResNet


@MODELS.register_module()
class FusionResNet(CENResNet):
    """Streams that are fused after some of the four stages, and go on.

    The columns "same with our setting" of Table 2: shared convolutions,
    private norms, one stream a modality to the end; the fused map of a
    stream takes the place of its own, for the next stage and for the decode
    head. With ``conv_cfg=dict(type='PrivateConv2d', ...)`` and
    ``AlignFusion`` it is the common setting of the alignment baseline, which
    keeps whole networks.

    Takes and gives folded maps, as :class:`CENResNet` does.

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        fusion (dict): Config of the fusion, without its ``channels`` and
            ``num_modalities``, such as ``dict(type='ConcatFusion')``.
        fused_stages (Sequence[int]): Stages, of 1 to 4, after which it
            fuses: (2, ) is called early, (3, ) middle, (4, ) late and
            (1, 2, 3, 4) all (supplement, section 2).
        num_modalities (int): M. Defaults to 2.
        norm_cfg (dict, optional): Defaults to ``dict(type='PrivateBN',
            num_modalities=M)``.
        exchange (dict, optional): As of :class:`CENResNet`. Defaults to
            None.
        kwargs: As of :class:`CENResNet`.

    Raises:
        ValueError: If ``fused_stages`` names no stage, or one that the
            network does not have.
    """

    def __init__(self,
                 depth: int,
                 fusion: dict,
                 fused_stages: Sequence[int],
                 num_modalities: int = 2,
                 norm_cfg: Optional[dict] = None,
                 exchange: Optional[dict] = None,
                 num_stages: int = 4,
                 **kwargs) -> None:
        stages = range(1, num_stages + 1)
        if not fused_stages or not set(fused_stages) <= set(stages):
            raise ValueError(f'fused_stages={tuple(fused_stages)} must be '
                             f'some of the stages {tuple(stages)}')
        # Asked for while ResNet builds its stages.
        self.fusion = fusion
        self.fused_stages = tuple(sorted(fused_stages))
        self.num_modalities = num_modalities
        norm_cfg = norm_cfg or dict(
            type='PrivateBN', num_modalities=num_modalities)
        super().__init__(
            depth,
            norm_cfg=norm_cfg,
            exchange=exchange,
            num_stages=num_stages,
            **kwargs)

    def make_res_layer(self, **kwargs) -> nn.Module:
        """One stage, with its fusion."""
        layer = super().make_res_layer(**kwargs)
        self.add_fusion(layer, len(self.res_layers) + 1,
                        kwargs['planes'] * self.block.expansion)
        return layer

    def add_fusion(self, layer: nn.Module, stage: int, channels: int) -> None:
        """Append the fusion of a stage, if there is one, to its layer."""
        if stage in self.fused_stages:
            layer.add_module('fusion', self.build_fusion(
                self.fusion, channels))

    def build_fusion(self, cfg: dict, channels: int, **kwargs) -> nn.Module:
        """A fusion of maps of so many channels."""
        return MODELS.build(
            dict(
                cfg,
                channels=channels,
                num_modalities=self.num_modalities,
                **kwargs))


@MODELS.register_module()
class MergingResNet(FusionResNet):
    """Encoders of their own that end in one: the common setting of Table 2.

    Nothing is shared up to the last fused stage, where one stream is made of
    all; behind it the network is a plain ResNet. The decode head and the
    segmentor (``EncoderDecoder``) are stock ones, of one stream.

    Our choice, where the paper is silent: fused maps before the last one go
    to the decode head only, as in SSMA, and a stage that is neither fused
    nor behind the merge gives the decode head the mean of its modalities.

    Args:
        depth (int): 18, 34, 50, 101 or 152.
        fusion (dict): As of :class:`FusionResNet`; any but ``AlignFusion``.
        fused_stages (Sequence[int]): As of :class:`FusionResNet`.
        num_modalities (int): M. Defaults to 2.
        kwargs: As of :class:`FusionResNet`.

    Raises:
        ValueError: If the fusion keeps the streams apart, or
            ``fused_stages`` is wrong.
    """

    def __init__(self,
                 depth: int,
                 fusion: dict,
                 fused_stages: Sequence[int],
                 num_modalities: int = 2,
                 **kwargs) -> None:
        if not issubclass(MODELS.get(fusion['type']), Fusion):
            raise ValueError(
                f'{fusion["type"]} keeps one stream a modality and cannot '
                'merge them: use FusionResNet with a StreamHead')
        super().__init__(
            depth,
            fusion,
            fused_stages,
            num_modalities=num_modalities,
            conv_cfg=dict(
                type='PrivateConv2d', num_modalities=num_modalities),
            **kwargs)

    def make_res_layer(self, **kwargs) -> nn.Module:
        """One stage; a plain one behind the merge."""
        if len(self.res_layers) >= self.fused_stages[-1]:
            kwargs.update(conv_cfg=None, norm_cfg=dict(type='BN'))
        return super().make_res_layer(**kwargs)

    def add_fusion(self, layer: nn.Module, stage: int, channels: int) -> None:
        """Merge within the last fused layer, beside those before it."""
        fused = stage in self.fused_stages
        fusion = self.build_fusion(
            self.fusion if fused else dict(type='AverageFusion'),
            channels,
            merges=True)
        if stage < self.fused_stages[-1]:
            self.add_module(f'fusion{stage}', fusion)
        elif fused:
            layer.add_module('fusion', fusion)

    def forward(self, x: Tensor) -> List[Tensor]:
        """``(N, M*3, H, W)`` to maps ``(N, C_i, H_i, W_i)``."""
        outs = super().forward(fold(x, self.num_modalities))
        return [
            getattr(self, f'fusion{i + 1}')(out)
            if i + 1 < self.fused_stages[-1] else out
            for i, out in zip(self.out_indices, outs)
        ]
