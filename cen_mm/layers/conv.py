"""Convolutions that no two modalities share."""
from typing import List, Optional, Tuple, Union

from mmengine.registry import MODELS
from torch import Tensor, nn

from .fold import refold, unfold
from .plain_state import expand_plain


@MODELS.register_module()
class PrivateConv2d(nn.Conv2d):
    """One convolution a modality, run as a single grouped convolution.

    Use it as ``conv_cfg=dict(type='PrivateConv2d', num_modalities=2)`` for
    the "unshared convs" of Tables 7 and 8. Plain weights are copied to every
    modality when a checkpoint is loaded.

    Args:
        in_channels (int): C, of one modality.
        out_channels (int): D, of one modality.
        kernel_size (int | tuple[int, int]): k.
        stride (int | tuple[int, int]): Defaults to 1.
        padding (int | tuple[int, int] | str): Defaults to 0.
        dilation (int | tuple[int, int]): Defaults to 1.
        groups (int): Groups within one modality. Defaults to 1.
        num_modalities (int): M. The weight is ``(M*D, C/groups, k, k)``.
        kwargs: Further arguments of :class:`nn.Conv2d`.
    """

    def __init__(self,
                 in_channels: int,
                 out_channels: int,
                 kernel_size: Union[int, Tuple[int, int]],
                 stride: Union[int, Tuple[int, int]] = 1,
                 padding: Union[int, Tuple[int, int], str] = 0,
                 dilation: Union[int, Tuple[int, int]] = 1,
                 groups: int = 1,
                 *,
                 num_modalities: int,
                 **kwargs) -> None:
        super().__init__(in_channels * num_modalities,
                         out_channels * num_modalities, kernel_size, stride,
                         padding, dilation, groups * num_modalities, **kwargs)
        self.num_modalities = num_modalities

    def forward(self, x: Tensor) -> Tensor:
        """``(N*M, C, H, W)`` to ``(N*M, D, H', W')``."""
        x = super().forward(unfold(x, self.num_modalities))
        return refold(x, self.num_modalities)

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        state_dict = expand_plain(self, state_dict, prefix,
                                  ('weight', 'bias'), self.num_modalities)
        super()._load_from_state_dict(state_dict, prefix, *args)


@MODELS.register_module()
class PrivateConvTranspose2d(nn.ConvTranspose2d):
    """One transposed convolution a modality, as a single grouped one.

    The decoder's counterpart of :class:`PrivateConv2d`, for the "unshared
    convs" of a U-Net.

    Args:
        in_channels (int): C, of one modality.
        out_channels (int): D, of one modality.
        kernel_size (int | tuple[int, int]): k.
        num_modalities (int): M. The weight is ``(M*C, D, k, k)``.
        kwargs: Further arguments of :class:`nn.ConvTranspose2d`, without
            ``groups``.
    """

    def __init__(self, in_channels: int, out_channels: int,
                 kernel_size: Union[int, Tuple[int, int]], *,
                 num_modalities: int, **kwargs) -> None:
        super().__init__(
            in_channels * num_modalities,
            out_channels * num_modalities,
            kernel_size,
            groups=num_modalities,
            **kwargs)
        self.num_modalities = num_modalities

    def forward(self,
                x: Tensor,
                output_size: Optional[List[int]] = None) -> Tensor:
        """``(N*M, C, H, W)`` to ``(N*M, D, H', W')``."""
        x = super().forward(unfold(x, self.num_modalities), output_size)
        return refold(x, self.num_modalities)

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        state_dict = expand_plain(self, state_dict, prefix,
                                  ('weight', 'bias'), self.num_modalities)
        super()._load_from_state_dict(state_dict, prefix, *args)
