"""The U-Net of pix2pix, for several modalities at once."""
from collections import OrderedDict
from typing import Optional, Sequence

import torch
from mmagic.registry import MODELS
from mmcv.cnn import build_norm_layer
from mmengine.model import BaseModule
from torch import Tensor, nn

from ..layers import (
    Ensemble,
    ExchangeRule,
    OfModalities,
    fold,
    make_private,
    set_exchange,
    unfold,
)

SLOPE = 0.2  # of the encoder's LeakyReLU
DROPOUT = 0.5


@MODELS.register_module()
class CENUNetGenerator(OfModalities, BaseModule):
    """Translates M images into one, M times and as their ensemble.

    The U-Net-256 of the official code: every layer halves or doubles the
    size by a 4x4 convolution with bias; encoder layers 2 to 7 and decoder
    layers 1 to 7 have a norm, and each norm of the encoder is followed by
    channel exchange (Eq. 6). By default the modalities share the
    convolutions and no norm. The paper says that the decoder's norms are
    shared, the official code has private ones; ``decoder_private=()`` is the
    former.

    With a ``fusion`` it is a baseline: after the fused layers every stream
    goes on, and into its skip connection, with a map of all modalities.

    Args:
        num_modalities (int): M.
        in_channels (int): Of one modality. Defaults to 3.
        out_channels (int): Of the target. Defaults to 3.
        base_channels (int): Of the first layer; the deeper ones have 2, 4
            and 8 times as many. Defaults to 64.
        num_down (int): Layers of the encoder, and of the decoder. Images
            are a multiple of ``2**num_down`` wide and high. Defaults to 8.
        norm_cfg (dict): Norms. Defaults to ``dict(type='IN', affine=True,
            track_running_stats=True)``.
        private (Sequence[str]): What each modality has of its own, see
            :func:`~cen_mm.layers.make_private`. Defaults to ``('affine',
            'stats')``.
        decoder_private (Sequence[str], optional): The same of the decoder.
            Defaults to ``private``.
        exchange (dict, optional): Fields of
            :class:`~cen_mm.layers.ExchangeRule`, and the names of the norms
            as ``norms`` (the encoder's), see
            :func:`~cen_mm.layers.set_exchange`. None for no exchange.
            Defaults to ``dict(threshold=1e-2)``.
        fusion (dict, optional): Config of a fusion, without its ``channels``
            and ``num_modalities``. Defaults to None.
        fused_layers (Sequence[int]): Layers of the encoder, of 1 to
            ``num_down``, after which it fuses: the paper's early, middle
            and late are 1, 4 and 8. Defaults to none.
        init_cfg (dict, optional): Applied after the official one, which
            draws the weights of all convolutions from N(0, 0.02). The
            official code ran on torch 1.0, where gammas started uniform in
            [0, 1] instead of at 1: ``dict(type='Uniform', a=0., b=1.,
            layer='PrivateNorm')``. Defaults to None.

    Raises:
        ValueError: If ``fusion`` and ``fused_layers`` do not agree.
    """

    def __init__(self,
                 num_modalities: int,
                 in_channels: int = 3,
                 out_channels: int = 3,
                 base_channels: int = 64,
                 num_down: int = 8,
                 norm_cfg: dict = dict(
                     type='IN', affine=True, track_running_stats=True),
                 private: Sequence[str] = ('affine', 'stats'),
                 decoder_private: Optional[Sequence[str]] = None,
                 exchange: Optional[dict] = dict(threshold=1e-2),
                 fusion: Optional[dict] = None,
                 fused_layers: Sequence[int] = (),
                 init_cfg: Optional[dict] = None) -> None:
        super().__init__(init_cfg)
        if (fusion is None) != (not fused_layers) or not set(
                fused_layers) <= set(range(1, num_down + 1)):
            raise ValueError(
                f'fusion={fusion} with fused_layers={tuple(fused_layers)}: '
                f'give both or neither, and layers of 1 to {num_down}')
        self.num_modalities = num_modalities
        self.in_channels = in_channels
        self.stride = 2**num_down
        four = dict(kernel_size=4, stride=2, padding=1)
        widths = [base_channels * min(2**i, 8) for i in range(num_down)]
        last = num_down - 1
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        for i, width in enumerate(widths):
            layer = OrderedDict()
            if i > 0:
                # In place although a skip connection holds the same map: the
                # decoder's ReLU makes both the same.
                layer['act'] = nn.LeakyReLU(SLOPE, inplace=True)
            previous = widths[i - 1] if i > 0 else in_channels
            layer['conv'] = nn.Conv2d(previous, width, **four)
            if 0 < i < last:
                layer['norm'] = build_norm_layer(norm_cfg, width)[1]
            if i + 1 in fused_layers:
                layer['fusion'] = MODELS.build(dict(
                    fusion, channels=width, num_modalities=num_modalities))
            self.encoder.append(nn.Sequential(layer))
        for i in range(last, -1, -1):
            skipped = 2 if i < last else 1
            width = widths[i - 1] if i > 0 else out_channels
            layer = OrderedDict(
                act=nn.ReLU(inplace=True),
                conv=nn.ConvTranspose2d(skipped * widths[i], width, **four))
            if i > 0:
                layer['norm'] = build_norm_layer(norm_cfg, width)[1]
            if i > 4:  # as many as there are layers beyond five
                layer['dropout'] = nn.Dropout(DROPOUT)
            self.decoder.append(nn.Sequential(layer))
        make_private(self.encoder, num_modalities, private)
        make_private(self.decoder, num_modalities,
                     private if decoder_private is None else decoder_private)
        if num_modalities > 1:
            self.ensemble = Ensemble(num_modalities)
        if exchange is not None:
            rule = dict(exchange)
            norms = rule.pop('norms', r'encoder\.\d+\.norm')
            set_exchange(self, norms, ExchangeRule(**rule))

    def forward(self, x: Tensor) -> Tensor:
        """Images of all modalities to those of all streams.

        Args:
            x (Tensor): ``(N, P*C, H, W)`` in [-1, 1], of the P modalities
                present, see :func:`~cen_mm.layers.set_present`.

        Returns:
            Tensor: ``(N, (P+1)*C', H, W)`` in (-1, 1): the streams in the
            order of the modalities, then their ensemble. With M=1 ``(N, C',
            H, W)``.

        Raises:
            ValueError: If channels or size do not fit.
        """
        m = self.num_present
        _, channels, height, width = x.shape
        if channels != m * self.in_channels:
            raise ValueError(
                f'the input has {channels} channels, but num_modalities={m} '
                f'of in_channels={self.in_channels} make '
                f'{m * self.in_channels}: data set and generator must name '
                'as many modalities')
        if height % self.stride or width % self.stride:
            raise ValueError(
                f'the input is {height} x {width}, which 2**num_down='
                f'{self.stride} does not divide: resize or crop the images '
                'in the pipeline, or set num_down of the generator')
        x = unfold(self.translate(fold(x, m)), m)  # (N, P*C', H, W)
        if self.num_modalities == 1:
            return x
        return torch.cat([x, self.ensemble(x.unflatten(1, (m, -1)))], dim=1)

    def translate(self, x: Tensor) -> Tensor:
        """``(N*P, C, H, W)`` to the streams, ``(N*P, C', H, W)``."""
        skips = []
        for layer in self.encoder:
            x = layer(x)  # halved
            skips.append(x)
        x = skips.pop()
        for layer in self.decoder:
            x = layer(x)  # doubled
            if skips:
                x = torch.cat([x, skips.pop()], dim=1)
        return x.tanh()

    def init_weights(self) -> None:
        """The official initialisation, then ``init_cfg``."""
        initialise_convolutions(self)
        super().init_weights()


def initialise_convolutions(net: nn.Module) -> None:
    """Draw weights from N(0, 0.02), and biases as torch does.

    As in the official code; mmcv and mmengine would set biases to zero.
    """
    for module in net.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
            module.reset_parameters()
            nn.init.normal_(module.weight, 0., 0.02)
