"""Normalisation by modality."""
from typing import Dict, List, Optional, Sequence, Tuple, Union

import torch
from mmengine.dist import broadcast
from mmengine.logging import print_log
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import Tensor

from ..layers import CHANNELS, check_loaded, check_modalities

Values = Union[float, Sequence[float]]


@MODELS.register_module()
class MultimodalPreProcessor(SegDataPreProcessor):
    """mmseg's preprocessor with mean and std named by modality.

    Stacking and padding are stock. :class:`~cen_mm.models.CENSegmentor` says
    which modalities there are, and what each sample holds is compared with
    them by name and order.

    Args:
        modalities (Sequence[str]): The model's; its config does not repeat
            them here.
        channels (Sequence[int], optional): Of each, the model's likewise.
            Defaults to three.
        mean (dict[str, float | Sequence[float]] | Sequence[float], optional):
            For each modality one value or one a channel, in the units of its
            files, such as ``dict(rgb=[123.675, 116.28, 103.53], depth=0)``;
            further names are ignored. Three values instead of a dict hold for
            every modality. Defaults to None: no normalisation.
        std (dict | Sequence[float], optional): Likewise.
        drop (dict[str, float], optional): Probability, below 1, that a
            modality is absent from a training batch, such as
            ``dict(depth=0.3)``; each is drawn by itself, and again where none
            would be left. The processes of a distributed training draw alike.
            Defaults to None: none is dropped.
        kwargs: As of :class:`mmseg.models.SegDataPreProcessor`, but without
            ``bgr_to_rgb``: ``PackModalities`` gives RGB.

    Attributes:
        present (tuple[str]): Modalities that are present in tests, set by the
            model. Samples hold these or all.

    Raises:
        ValueError: If a modality has no mean or std, neither one value nor
            one a channel, or a std that is not above 0, or ``drop`` names
            another one or is no probability below 1.
    """

    def __init__(self,
                 modalities: Sequence[str],
                 channels: Optional[Sequence[int]] = None,
                 mean: Union[Dict[str, Values], Sequence[float], None] = None,
                 std: Union[Dict[str, Values], Sequence[float], None] = None,
                 drop: Optional[Dict[str, float]] = None,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        self.modalities = self.present = check_modalities(modalities)
        self.channels = dict(zip(
            self.modalities, channels or [CHANNELS] * len(modalities)))
        self.drop = dict(drop or {})
        for name, share in self.drop.items():
            if name not in self.modalities or not 0 <= share < 1:
                raise ValueError(
                    f'data_preprocessor.drop={self.drop} must give modalities '
                    f'of {self.modalities} a probability from 0 to below 1')
        if (mean is None) != (std is None):
            raise ValueError('data_preprocessor has only one of mean and std: '
                             'give both or neither')
        # The stock forward leaves it to ours, which knows who is present.
        self._enable_normalize = False
        for field, values in (('mean', mean), ('std', std)):
            if values is not None:
                values = self._entries(field, values).view(-1, 1, 1)
            self.register_buffer(field, values, False)

    def _entries(self, field: str,
                 values: Union[Dict[str, Values], Sequence[float]]) -> Tensor:
        """Values of all channels of all modalities, in one row."""
        if not isinstance(values, dict):
            if len(self.modalities) > 1:
                print_log(
                    f'data_preprocessor.{field}={list(values)} names no '
                    f'modality, so each of {self.modalities} is normalised by '
                    f'it; to change it set {field}=dict(_delete_=True, '
                    f'{self.modalities[0]}=..., {self.modalities[1]}=...)',
                    'current', 30)
            values = dict.fromkeys(self.modalities, values)
        entries: List[float] = []
        for modality in self.modalities:
            if modality not in values:
                raise ValueError(
                    f'data_preprocessor.{field} has no entry for '
                    f'{modality!r}, only for {sorted(values)}: add '
                    f'{modality}=...')
            value, count = values[modality], self.channels[modality]
            value = list(value) if isinstance(value, (list, tuple)) else [
                value
            ] * count
            if len(value) != count:
                raise ValueError(
                    f'data_preprocessor.{field} has {len(value)} entries for '
                    f'{modality!r}: give one, or one for each of its '
                    f'{count} channels')
            if field == 'std' and not all(v > 0 for v in value):
                raise ValueError(f'data_preprocessor.std of {modality!r} is '
                                 f'{value}, but must be above 0')
            entries += map(float, value)
        return torch.tensor(entries)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Normalise, pad and stack.

        Args:
            data (dict): ``inputs``, N tensors ``(M*C, H, W)`` (where the
                modalities have channels of their own, of their sum), and
                ``data_samples``.
            training (bool): Whether labels are padded as well.

        Returns:
            dict: ``inputs`` as ``(N, P*C, H, W)``, of the P modalities that
            are present, and ``data_samples``, whose metainfo names them.

        Raises:
            ValueError: If a sample holds other modalities, or the same in
                another order; in training, if sizes differ.
        """
        if training and self.size is not None:
            self._check_sizes(data['inputs'])
        samples = data.get('data_samples') or [None] * len(data['inputs'])
        present = self._draw() if training else self.present
        held = [self._held(image, sample, training)
                for image, sample in zip(data['inputs'], samples)]
        data = self.cast_data(dict(data))
        data['inputs'] = [self._normalised(image, names, present)
                          for image, names in zip(data['inputs'], held)]
        if present != self.modalities and data.get('data_samples'):
            # Copies, for the caller may use the samples again.
            data['data_samples'] = [s.new() for s in data['data_samples']]
            for sample in data['data_samples']:
                sample.set_metainfo(dict(modalities=present))
        batch = super().forward(data, training)
        if self.mean is not None:  # of a model in double precision too
            batch['inputs'] = batch['inputs'].to(self.mean.dtype)
        return batch

    def scale_units(self, modality: str, factor: float) -> None:
        """Expect values of a modality that are larger by a factor.

        Args:
            modality (str): One of :attr:`modalities`.
            factor (float): Of its mean and std.

        Raises:
            ValueError: If there is no normalisation.
        """
        if self.mean is None:
            raise ValueError(
                f'the unit of {modality} cannot be changed, as '
                'data_preprocessor has no mean and std: convert the files')
        counts = [self.channels[name] for name in self.modalities]
        for values in (self.mean, self.std):
            # Split gives views.
            values.split(counts)[self.modalities.index(modality)].mul_(factor)

    def _check_sizes(self, inputs: Sequence[Tensor]) -> None:
        """Reject images that are no batch when they are padded."""
        sizes = {tuple(map(max, image.shape[-2:], self.size))
                 for image in inputs}
        if len(sizes) > 1:
            first, second = sorted(sizes)[:2]
            raise ValueError(
                f'a batch holds images of {first[0]} x {first[1]} and of '
                f'{second[0]} x {second[1]}, padded to data_preprocessor.size='
                f'{tuple(self.size)}: add a RandomCrop, or a Resize with '
                'keep_ratio=False, to the training pipeline, or pad to the '
                'largest by data_preprocessor.size=None size_divisor=32')

    def _draw(self) -> Tuple[str, ...]:
        """The modalities of a training batch."""
        if not self.drop:
            return self.modalities
        shares = torch.tensor([self.drop.get(m, 0.) for m in self.modalities])
        kept = torch.zeros(len(shares), dtype=torch.bool)
        while not kept.any():
            kept = torch.rand(len(shares)) >= shares
        kept = kept.int()
        broadcast(kept)  # norms may take statistics of all processes
        return tuple(m for m, k in zip(self.modalities, kept) if k)

    def _held(self, image: Tensor, sample: Optional[SegDataSample],
              training: bool) -> Tuple[str, ...]:
        """Names of the modalities of an input."""
        allowed = {self.modalities} if training else {
            self.modalities, self.present}
        counts = {self._count(names): names for names in allowed}
        held = counts.get(image.shape[-3], self.modalities)
        if sample is not None:
            held = tuple(sample.metainfo.get('modalities', held))
        if held not in allowed:
            raise ValueError(
                f'the pipeline packs {held}, but the model has modalities='
                f'{self.modalities}: give PackModalities the same names in '
                'the same order, or, in a test, say which are present by '
                'test_cfg=dict(modalities=...) of the model')
        self._check_channels(sample, held)
        needed = self._count(held)
        # PackSegInputs leaves an image in uint8, and in BGR.
        if image.shape[-3] != needed or (needed == CHANNELS
                                         and image.dtype == torch.uint8):
            raise ValueError(
                f'an input has {image.shape[-3]} channels of {image.dtype}, '
                f'but the modalities {held} need {needed} of floats: end the '
                f"pipeline with dict(type='PackModalities', modalities={held}"
                ')')
        return held

    def _count(self, names: Sequence[str]) -> int:
        """Channels of an input of some modalities."""
        return sum(self.channels[name] for name in names)

    def _check_channels(self, sample: Optional[SegDataSample],
                        held: Sequence[str]) -> None:
        """Compare with what :class:`PackModalities` has joined."""
        packed = {} if sample is None else sample.metainfo.get(
            'modality_channels', {})
        for name in held:
            check_loaded(name, packed.get(name, self.channels[name]),
                         self.channels[name], 'the pipeline packs')

    def _normalised(self, image: Tensor, held: Sequence[str],
                    present: Sequence[str]) -> Tensor:
        """The channels of ``held``, ``(C, H, W)``, to those of ``present``.
        """
        image = image.float()
        if tuple(held) != tuple(present):
            image = self._of(image, held, present)
        if self.mean is None:
            return image
        mean, std = self.mean, self.std
        if tuple(present) != self.modalities:
            mean, std = (self._of(values, self.modalities, present)
                         for values in (mean, std))
        return (image - mean) / std

    def _of(self, values: Tensor, held: Sequence[str],
            present: Sequence[str]) -> Tensor:
        """Of the channels of ``held`` those of ``present``."""
        parts = dict(zip(
            held, values.split([self.channels[name] for name in held])))
        return torch.cat([parts[name] for name in present])
