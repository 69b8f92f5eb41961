"""RefineNet's decoder, as the official CEN code has it.

Lin et al., RefineNet (CVPR 2017), the full version with four cascaded
stages, in the arithmetic of https://github.com/yikaiw/CEN.
"""
from typing import List, Optional, Tuple

import torch.nn.functional as F
from mmcv.cnn import build_conv_layer, build_norm_layer
from mmengine.model import Sequential
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from mmseg.utils import ConfigType
from torch import Tensor, channels_last, nn

from .enlarge import enlarge


def conv(conv_cfg: Optional[dict],
         in_channels: int,
         out_channels: int,
         kernel_size: int = 3,
         bias: bool = False) -> nn.Module:
    """A convolution that keeps the size."""
    return build_conv_layer(
        conv_cfg,
        in_channels,
        out_channels,
        kernel_size,
        padding=kernel_size // 2,
        bias=bias)


class ResidualConvUnit(nn.Module):
    """Two 3x3 convolutions, each behind a ReLU, around a shortcut.

    The shortcut carries ``relu(x)``, not x: the official ReLU works in
    place, and the released weights were trained with it.

    Args:
        channels (int): C.
        conv_cfg (dict, optional): See :class:`RefineNetHead`.
    """

    def __init__(self, channels: int, conv_cfg: Optional[dict]) -> None:
        super().__init__()
        self.conv1 = conv(conv_cfg, channels, channels, bias=True)
        self.conv2 = conv(conv_cfg, channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same shape."""
        x = F.relu(x)
        return self.conv2(F.relu(self.conv1(x), inplace=True)) + x


class ChainedResidualPooling(nn.Module):
    """Sum of ever wider poolings, each followed by a convolution.

    Args:
        channels (int): C.
        conv_cfg (dict, optional): See :class:`RefineNetHead`.
        kernel_size (int): Of the convolutions.
        num_poolings (int): Length of the chain. Defaults to 4.
    """

    def __init__(self,
                 channels: int,
                 conv_cfg: Optional[dict],
                 kernel_size: int,
                 num_poolings: int = 4) -> None:
        super().__init__()
        self.convs = nn.ModuleList(
            conv(conv_cfg, channels, channels, kernel_size)
            for _ in range(num_poolings))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, C, H, W)`` to the same shape."""
        x = F.relu(x)
        link = x
        for layer in self.convs:
            if link.is_cpu:
                # The same maxima and gradients in a quarter of the time.
                link = link.contiguous(memory_format=channels_last)
            pooled = F.max_pool2d(link, 5, stride=1, padding=2)
            link = layer(pooled.contiguous())
            x = x + link
        return x


class RefineStage(nn.Module):
    """One stage: adapt a feature map, merge the deeper stage's, refine.

    Args:
        in_channels (int): Channels of the feature map.
        channels (int): C, channels within the stage.
        out_channels (int, optional): Channels passed to the next stage;
            None at the last stage, which has no output convolution.
        merges (bool): Whether there is a deeper stage.
        conv_cfg (dict, optional): See :class:`RefineNetHead`.
        norm_cfg (dict, optional): See :class:`RefineNetHead`.
        light (bool): See :class:`RefineNetHead`.
    """

    def __init__(self, in_channels: int, channels: int,
                 out_channels: Optional[int], merges: bool,
                 conv_cfg: Optional[dict], norm_cfg: Optional[dict],
                 light: bool) -> None:
        super().__init__()
        size = 1 if light else 3
        units = (0, 0) if light else (2, 3)
        self.reduce = conv(conv_cfg, in_channels, channels, size)
        self.norms = nn.ModuleList(
            build_norm_layer(norm_cfg, channels)[1] if norm_cfg else
            nn.Identity() for _ in range(2))
        self.adapt = Sequential(
            *(ResidualConvUnit(channels, conv_cfg) for _ in range(units[0])))
        self.merge = conv(conv_cfg, channels, channels,
                          size) if merges else None
        self.pool = ChainedResidualPooling(channels, conv_cfg, size)
        self.refine = Sequential(
            *(ResidualConvUnit(channels, conv_cfg) for _ in range(units[1])))
        self.out = conv(conv_cfg, channels, out_channels,
                        size) if out_channels else None

    def forward(self, feature: Tensor, deeper: Optional[Tensor]) -> Tensor:
        """``(N, in_channels, H, W)`` and the deeper stage's smaller map to
        ``(N, out_channels, H, W)``."""
        x = self.adapt(self.norms[0](self.reduce(feature)))
        if self.merge is not None:
            # The official code aligns corners here, and nowhere else.
            x = self.merge(x) + F.interpolate(
                deeper, x.shape[2:], mode='bilinear', align_corners=True)
        x = self.refine(self.norms[1](self.pool(x)))
        return x if self.out is None else self.out(x)


@MODELS.register_module()
class RefineNetHead(BaseDecodeHead):
    """Full RefineNet decoder on the four stages of a ResNet.

    Works on single images and on folded ones alike; in CEN it sits in a
    :class:`StreamHead`. Elementwise dropout acts on the two deepest feature
    maps and before the classifier. Convolutions start with PyTorch's default
    initialisation, as in the official code.

    Args:
        in_channels (Sequence[int]): Of the feature maps, shallow to deep,
            e.g. ``(256, 512, 1024, 2048)``.
        channels (int): Channels of the stages; the deepest one works on
            twice as many. Defaults to 256.
        in_index (Sequence[int]): Defaults to ``(0, 1, 2, 3)``.
        dropout_ratio (float): Defaults to 0.5.
        light (bool): Light-Weight RefineNet (Nekrasov et al., BMVC 2018):
            convolutions before the classifier are 1x1, and there are no
            residual units. Defaults to False.
        conv_cfg (dict, optional): Config of all convolutions, such as
            ``dict(type='PrivateConv2d', num_modalities=2)`` for unshared
            ones. Defaults to None.
        norm_cfg (dict, optional): Norms behind the reduction and behind the
            pooling of each stage, for short trainings and for encoders whose
            maps are far from unit size. Defaults to None.
        init_cfg (dict, optional): Defaults to None.
        kwargs: As of mmseg's ``BaseDecodeHead``; ``num_classes`` is needed.
    """

    def __init__(self,
                 in_channels: Tuple[int, ...],
                 channels: int = 256,
                 in_index: Tuple[int, ...] = (0, 1, 2, 3),
                 dropout_ratio: float = 0.5,
                 light: bool = False,
                 init_cfg: Optional[dict] = None,
                 **kwargs) -> None:
        super().__init__(
            in_channels,
            channels,
            in_index=in_index,
            input_transform='multiple_select',
            dropout_ratio=dropout_ratio,
            init_cfg=init_cfg,
            **kwargs)
        self.dropout = nn.Dropout(dropout_ratio)
        self.conv_seg = conv(
            self.conv_cfg, channels, self.out_channels, bias=True)
        last = len(in_channels) - 1
        self.stages = nn.ModuleList(
            RefineStage(
                width,
                channels * 2 if level == last else channels,
                channels if level else None,
                merges=level < last,
                conv_cfg=self.conv_cfg,
                norm_cfg=self.norm_cfg,
                light=light)
            for level, width in enumerate(in_channels))

    def forward(self, inputs: List[Tensor]) -> Tensor:
        """Feature maps, of strides 4 to 32, to logits of stride 4.

        Args:
            inputs (list[Tensor]): ``(N, in_channels[i], H_i, W_i)``.

        Returns:
            Tensor: ``(N, num_classes, H_0, W_0)``.
        """
        features = list(self._transform_inputs(inputs))
        features[-2:] = [self.dropout(x) for x in features[-2:]]
        x = None
        for stage, feature in zip(reversed(self.stages), reversed(features)):
            x = stage(feature, x)
        return self.cls_seg(x)

    def predict(self, inputs: List[Tensor], batch_img_metas: List[dict],
                test_cfg: ConfigType) -> Tensor:
        """Logits in the size of the (padded) image.

        Args:
            inputs (list[Tensor]): ``(N, in_channels[i], H_i, W_i)``.
            batch_img_metas (list[dict]): Meta information of N images.
            test_cfg (dict): See :func:`enlarge`.

        Returns:
            Tensor: ``(N, num_classes, H, W)``.
        """
        return enlarge(
            self(inputs), batch_img_metas, test_cfg, self.align_corners)
