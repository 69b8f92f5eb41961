"""mmseg's EncoderDecoder for several modalities."""
from typing import Any, Dict, List, Optional, Sequence, Tuple

from mmseg.registry import MODELS
from mmseg.utils import OptSampleList, SampleList
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from ..layers import (
    CHANNELS,
    PresentModalities,
    alignment_losses,
    check_channels,
    check_modalities,
    check_num_modalities,
    check_once,
    exchangeable_norms,
    fold_padded,
    make_private,
    set_present,
)
from .batch import check_maps, explain_small_batch
from .building import add_arguments, add_exchange, build_preprocessor
from .fusing import add_fusions
from .preprocessor import MultimodalPreProcessor
from .stems import add_stems, needs_stems
from .stream_head import StreamHead
from .stream_segmentor import StreamSegmentor

PRIVATE = ('affine', 'stats')  # of each modality: the paper's choice


@MODELS.register_module()
class CENSegmentor(PresentModalities, StreamSegmentor):
    r"""Makes a CEN of any segmentor of mmseg.

    Builds the stock parts, makes their norms private, lets the chosen ones
    exchange channels (Eq. 6) and wraps the heads in streams; folds the
    modalities before the backbone and unties them after the head. Everything
    around it, such as slide inference, hooks and tools, is stock. A config
    of mmseg becomes one by::

        model = dict(
            type='CENSegmentor', modalities=('rgb', 'depth'),
            exchange=dict(norms=r'layer\d\.\d+\.bn2', threshold=2e-2))

    ``modalities`` is the only place where M is said: private layers,
    fusions, streams, ensemble and data preprocessor take it from here, and
    the samples' modalities are compared with it. A plain
    ``SegDataPreProcessor`` becomes a :class:`MultimodalPreProcessor`.

    ``model(inputs, mode='tensor')`` maps ``(N, M*C, H, W)`` to
    ``(N, (M+1)*K, h, w)``: the logits of the streams in the order of
    ``modalities``, then the ensemble's. Where the backbone merges the
    modalities there are no streams: the heads stay stock ones, ``(N, K, h,
    w)``.

    Any modalities but one may be absent, see ``docs/design.md``: in a test by
    ``test_cfg=dict(modalities=('rgb', ))`` or :attr:`present`, in training by
    ``drop`` of :class:`MultimodalPreProcessor`. All of the above is then about
    the P present ones instead of the M.

    Args:
        backbone (dict): A backbone for one modality.
        decode_head (dict): A decode head for one modality.
        modalities (Sequence[str]): M names, in the order of
            ``PackModalities``. Defaults to ``('rgb', 'depth')``.
        channels (dict[str, int], optional): Of the modalities that have other
            than three, such as ``dict(depth=1)``; ``LoadModality`` says the
            same. It takes a private 'stem'. Defaults to None.
        exchange (dict, optional): ``norms``, a regular expression that the
            end of the qualified names of the norms that exchange matches
            (see :func:`~cen_mm.layers.set_exchange`), and the fields of
            :class:`~cen_mm.layers.ExchangeRule`. Defaults to None.
        private (Sequence[str]): What each modality has of its own in
            backbone, neck and heads, of 'affine', 'stats' and 'convs', see
            :func:`~cen_mm.layers.make_private`, and 'stem', the backbone's
            first convolution alone, see :func:`add_stems`. Defaults to
            ``('affine', 'stats')``, the paper's choice.
        fusion (dict, optional): A fusion baseline within the backbone: its
            ``type`` and ``after``, see :func:`add_fusions`. Defaults to
            None.
        norm_eval (bool): Whether the statistics of the backbone's batch
            norms stay frozen, for backbones without a ``norm_eval`` of their
            own, such as ``TIMMBackbone``. Defaults to False.
        data_preprocessor (dict, optional): Its ``mean`` and ``std`` name
            the modalities.
        kwargs: As of :class:`mmseg.models.EncoderDecoder`.

    Attributes:
        channels (tuple[int]): Of each modality.

    Raises:
        ValueError: If the modalities are no distinct names, have channels
            that the first convolution, which they share, does not take, a
            layer says another M, no private norm has such a name, a head
            cannot be run by stream, or something is set that has no effect.
    """

    def __init__(self,
                 backbone: dict,
                 decode_head: dict,
                 modalities: Sequence[str] = ('rgb', 'depth'),
                 channels: Optional[Dict[str, int]] = None,
                 exchange: Optional[dict] = None,
                 private: Sequence[str] = PRIVATE,
                 fusion: Optional[dict] = None,
                 norm_eval: bool = False,
                 data_preprocessor: Optional[dict] = None,
                 **kwargs) -> None:
        modalities = check_modalities(modalities)
        counts = check_channels(channels, modalities)
        m = len(modalities)
        super().__init__(
            add_arguments(
                backbone, num_modalities=m, image_channels=counts),
            decode_head,
            data_preprocessor=build_preprocessor(
                data_preprocessor, modalities, counts),
            **kwargs)
        self.modalities, self.channels = modalities, counts
        self.norm_eval = norm_eval
        self.merges = getattr(self.backbone, 'merges', False)
        if any(norm.exchange for _, norm in exchangeable_norms(self.backbone)):
            raise ValueError(
                f'the {backbone["type"]} exchanges channels by itself, of '
                'which exchange= of the model would not know: take a plain '
                'backbone, such as ResNet')
        if not self.merges:
            taken = backbone.get('in_channels', CHANNELS)
            if needs_stems(private, counts, taken):
                add_stems(self.backbone, counts, taken)
            of_layers = [part for part in private if part != 'stem']
            for name, part in list(self.named_children()):
                if part is not self.data_preprocessor:
                    setattr(self, name, make_private(part, m, of_layers))
        elif tuple(private) != PRIVATE or fusion is not None:
            raise ValueError(
                f'private={tuple(private)} and fusion={fusion} are about '
                f'streams, but a {type(self.backbone).__name__} merges them '
                'and says itself what is private: leave both out')
        if exchange is not None:
            add_exchange(self, exchange)
        if fusion is not None:
            add_fusions(self.backbone, m, image_channels=max(counts),
                        **fusion)
        if not self.merges:
            self.decode_head = self._by_stream(self.decode_head)
            if self.with_auxiliary_head:
                self.auxiliary_head = self._by_stream(self.auxiliary_head)
        check_num_modalities(self, m)
        self.present = (self.test_cfg or {}).get('modalities', modalities)

    def use_present(self) -> None:
        """Tell the data preprocessor and the layers which are present."""
        if isinstance(self.data_preprocessor, MultimodalPreProcessor):
            self.data_preprocessor.present = self.present
        self._run_with(self.present)

    def _run_with(self, names: Tuple[str, ...]) -> None:
        """Let the layers expect a batch of these modalities."""
        if names != getattr(self, '_running', None):
            set_present(self, [self.modalities.index(n) for n in names])
            self._running = names

    def forward(self,
                inputs: Tensor,
                data_samples: OptSampleList = None,
                mode: str = 'tensor') -> Any:
        """The stock forward pass, with the modalities that samples name.

        Args:
            inputs (Tensor): ``(N, P*C, H, W)``.
            data_samples (list[SegDataSample], optional): N samples. Without
                them, or where they name no modalities, those of
                :attr:`present` are expected.
            mode (str): As of the stock segmentor.
        """
        names = self.present
        if data_samples:
            names = data_samples[0].metainfo.get('modalities', names)
        self._run_with(tuple(names))
        return super().forward(inputs, data_samples, mode)

    @property
    def streams(self) -> Tuple[str, ...]:
        """Names of the predictions: the modalities, then 'ensemble'.

        A model of one modality, or of merged ones, has no streams beside it.
        """
        alone = self.merges or len(self.modalities) == 1
        return (*(() if alone else self._running), 'ensemble')

    @property
    def num_predictions(self) -> int:
        """Predictions on the channel axis of the logits."""
        return 1 if self.merges else len(self._running) + 1

    def _by_stream(self, head: nn.Module) -> nn.Module:
        """Wrap a decode head, or a list of auxiliary ones, in streams."""
        if isinstance(head, nn.ModuleList):
            return nn.ModuleList(map(self._by_stream, head))
        return StreamHead(head, self.modalities)

    def train(self, mode: bool = True) -> 'CENSegmentor':
        """Set the mode; frozen statistics stay as they are."""
        super().train(mode)
        if self.norm_eval:
            for module in self.backbone.modules():
                if isinstance(module, _BatchNorm):
                    module.eval()
        return self

    def extract_feat(self, inputs: Tensor) -> List[Tensor]:
        """``(N, P*C, H, W)`` to feature maps ``(N*P, C_i, H_i, W_i)``, or
        ``(N, C_i, H_i, W_i)`` if the backbone merges.

        Raises:
            ValueError: If the backbone does not treat its samples alike and
                apart, so that modalities cannot ride its batch axis.
        """
        folded = fold_padded(
            inputs, [count for name, count in zip(
                self.modalities, self.channels) if name in self._running])
        features = check_once(
            self, len(folded), super().extract_feat, folded)
        check_maps(self.backbone, features, len(folded),
                   len(inputs) if self.merges else len(folded))
        return features

    def loss(self, inputs: Tensor, data_samples: SampleList) -> dict:
        """The stock losses, and that of alignment if there is any.

        Args:
            inputs (Tensor): ``(N, P*C, H, W)``.
            data_samples (list[SegDataSample]): N samples with labels.

        Returns:
            dict[str, Tensor]: Such as ``decode.rgb.loss_ce``.

        Raises:
            ValueError: If a batch norm sees one value a channel, as of one
                image behind a pooling.
        """
        with explain_small_batch(len(inputs)):
            losses = super().loss(inputs, data_samples)
        return {**losses, **alignment_losses(self.backbone)}
