"""Normalisation by modality."""
from typing import Dict, List, Optional, Sequence, Union

import torch
from mmengine.logging import print_log
from mmseg.models import SegDataPreProcessor
from mmseg.registry import MODELS
from torch import Tensor

from ..layers import check_modalities

CHANNELS = 3  # of a modality, as PackModalities makes them
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
        mean (dict[str, float | Sequence[float]] | Sequence[float], optional):
            For each modality one value or one a channel, in the units of its
            files, such as ``dict(rgb=[123.675, 116.28, 103.53], depth=0)``;
            further names are ignored. Three values instead of a dict hold for
            every modality. Defaults to None: no normalisation.
        std (dict | Sequence[float], optional): Likewise.
        kwargs: As of :class:`mmseg.models.SegDataPreProcessor`, but without
            ``bgr_to_rgb``: ``PackModalities`` gives RGB.

    Raises:
        ValueError: If a modality has no mean or std, not 1 or 3 values, or a
            std that is not above 0.
    """

    def __init__(self,
                 modalities: Sequence[str],
                 mean: Union[Dict[str, Values], Sequence[float], None] = None,
                 std: Union[Dict[str, Values], Sequence[float], None] = None,
                 **kwargs) -> None:
        super().__init__(**kwargs)
        self.modalities = check_modalities(modalities)
        if (mean is None) != (std is None):
            raise ValueError('data_preprocessor has only one of mean and std: '
                             'give both or neither')
        self._enable_normalize = mean is not None
        if mean is not None:
            for field, values in (('mean', mean), ('std', std)):
                entries = self._entries(field, values)
                self.register_buffer(field, entries.view(-1, 1, 1), False)

    def _entries(self, field: str,
                 values: Union[Dict[str, Values], Sequence[float]]) -> Tensor:
        """``(M*C, )`` values of all channels."""
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
            value = values[modality]
            value = list(value) if isinstance(value, (list, tuple)) else [
                value
            ] * CHANNELS
            if len(value) != CHANNELS:
                raise ValueError(
                    f'data_preprocessor.{field} has {len(value)} entries for '
                    f'{modality!r}: give one, or one for each of its '
                    f'{CHANNELS} channels')
            if field == 'std' and not all(v > 0 for v in value):
                raise ValueError(f'data_preprocessor.std of {modality!r} is '
                                 f'{value}, but must be above 0')
            entries += map(float, value)
        return torch.tensor(entries)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Normalise, pad and stack.

        Args:
            data (dict): ``inputs``, N tensors ``(M*C, H, W)``, and
                ``data_samples``.
            training (bool): Whether labels are padded as well.

        Returns:
            dict: ``inputs`` as ``(N, M*C, H, W)``, and ``data_samples``.

        Raises:
            ValueError: If a sample holds other modalities, or the same in
                another order; in training, if sizes differ.
        """
        self._check(data['inputs'], data.get('data_samples'))
        if training and self.size is not None:
            self._check_sizes(data['inputs'])
        return super().forward(data, training)

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

    def _check(self, inputs: Sequence[Tensor],
               data_samples: Optional[Sequence]) -> None:
        for sample in data_samples or ():
            packed = sample.metainfo.get('modalities', self.modalities)
            if tuple(packed) != self.modalities:
                raise ValueError(
                    f'the pipeline packs {tuple(packed)}, but the model has '
                    f'modalities={self.modalities}: give PackModalities the '
                    'same names in the same order')
        needed = CHANNELS * len(self.modalities)
        for image in inputs:
            # PackSegInputs leaves an image in uint8, and in BGR.
            if image.shape[-3] != needed or (
                    needed == CHANNELS and image.dtype == torch.uint8):
                raise ValueError(
                    f'an input has {image.shape[-3]} channels of '
                    f'{image.dtype}, but the modalities {self.modalities} '
                    f'need {needed} of floats: end the pipeline with '
                    "dict(type='PackModalities', modalities="
                    f'{self.modalities})')
