"""Transforms that bring further modalities into a stock mmseg pipeline.

``LoadRGB -> LoadModality -> LoadLabels -> any stock geometry ->
PackModalities``, see also :mod:`.load_rgb`, :mod:`.load_modality` and
:mod:`.load_labels`.
"""
from typing import Sequence, Tuple

import numpy as np
from mmseg.datasets.transforms import PackSegInputs, Resize
from mmseg.registry import TRANSFORMS

from ..layers import CHANNELS, check_modalities
from .witness import filled


@TRANSFORMS.register_module()
class RandomScale(Resize):
    """Scale by a random factor, but keep the shorter side long enough.

    The official augmentation: the factor is uniform in ``ratio_range`` and
    raised where the shorter side would end below ``min_short_side``.

    Required Keys:

    - img
    - gt_seg_map, and any other key in seg_fields (optional)

    Modified Keys:

    - img
    - img_shape
    - gt_seg_map, and any other key in seg_fields, by nearest neighbour

    Added Keys:

    - scale
    - scale_factor
    - keep_ratio

    Args:
        ratio_range (tuple[float, float]): Smallest and largest factor.
        min_short_side (int): In pixels. Defaults to 0.
        interpolation (str): Of the image. Defaults to 'bilinear'.
    """

    def __init__(self,
                 ratio_range: Tuple[float, float],
                 min_short_side: int = 0,
                 interpolation: str = 'bilinear') -> None:
        super().__init__(scale_factor=1., interpolation=interpolation)
        self.ratio_range = ratio_range
        self.min_short_side = min_short_side

    def transform(self, results: dict) -> dict:
        """Draw the factor and resize."""
        ratio = max(
            np.random.uniform(*self.ratio_range),
            self.min_short_side / min(results['img'].shape[:2]))
        self.scale_factor = (ratio, ratio)
        return super().transform(results)

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(ratio_range={self.ratio_range}, '
                f'min_short_side={self.min_short_side})')


@TRANSFORMS.register_module()
class PackModalities(PackSegInputs):
    """Join the modalities on the channel axis and pack the sample.

    The last step of a pipeline, in the place of mmseg's ``PackSegInputs``.
    ``'rgb'`` is the image, turned from BGR to RGB here. Single channels are
    repeated to three, since the modalities share their convolutions, unless
    ``LoadModality`` gives a modality channels of its own. Names and channels
    travel with the sample as meta information, for the model to compare with
    its own. Where a transform has filled label and modalities alike, as
    ``RandomRotate`` does with 255, the modalities become 0, which is a
    measurement that is missing.

    Required Keys:

    - img
    - <modality>, for every modality but 'rgb'
    - modality_channels (dict[str, int], optional)

    Modified Keys:

    - seg_fields

    Added Keys:

    - inputs (torch.float32): ``(3*M, H, W)``, or the channels of each, in
      the order of ``modalities``.
    - data_samples (SegDataSample): As of ``PackSegInputs``, and
      ``modalities``, ``modality_channels`` and ``name`` in its metainfo.

    Args:
        modalities (Sequence[str]): In the order of the model's.
        kwargs: As of :class:`mmseg.datasets.PackSegInputs`.

    Raises:
        ValueError: If a modality was not loaded, a transform has moved it
            otherwise than the image or changed its channels, or the names
            are not distinct.
    """

    def __init__(self,
                 modalities: Sequence[str] = ('rgb', 'depth'),
                 **kwargs) -> None:
        super().__init__(**kwargs)
        self.meta_keys = (*self.meta_keys, 'modalities', 'modality_channels',
                          'name')
        self.modalities = check_modalities(modalities)

    def transform(self, results: dict) -> dict:
        """Join and pack."""
        height, width = results['img'].shape[:2]
        own = results.get('modality_channels', {})
        counts = {m: own.get(m, CHANNELS) for m in self.modalities}
        # Channels first, as PackSegInputs wants them: it copies otherwise.
        joined = np.empty((sum(counts.values()), height, width), np.float32)
        parts = np.split(joined, np.cumsum([*counts.values()])[:-1])
        for part, (modality, count) in zip(parts, counts.items()):
            array = self._pop(results, modality)
            if array.shape[:2] != (height, width):
                raise ValueError(
                    f'{modality} is {array.shape[:2]} and img is '
                    f'{(height, width)} when PackModalities meets them: a '
                    'transform before it moves img alone (Pad does); leave '
                    'padding to data_preprocessor')
            if array.ndim == 3 and array.shape[2] != count:
                raise ValueError(
                    f'{modality} has {array.shape[2]} channels when '
                    f'PackModalities meets it, but should have {count}: set '
                    f'channels={array.shape[2]} of LoadModality(modality='
                    f'{modality!r}) and of the model')
            part[:] = array if array.ndim == 2 else array.transpose(2, 0, 1)
        others = [part for part, m in zip(parts, counts) if m != 'rgb']
        gaps = filled(results, 'a transform before PackModalities'
                      ) if others else None
        if gaps is not None:
            for part in others:
                part[:, gaps] = 0
        results['img'] = joined.transpose(1, 2, 0)
        results['modalities'] = self.modalities
        results['modality_channels'] = counts
        return super().transform(results)

    @staticmethod
    def _pop(results: dict, modality: str) -> np.ndarray:
        if modality == 'rgb':
            return results['img'][..., ::-1]
        if modality not in results:
            raise ValueError(
                f'modality {modality!r} was not loaded: add dict(type='
                f"'LoadModality', modality={modality!r}) to the pipeline")
        results['seg_fields'].remove(modality)
        return results.pop(modality)

    def __repr__(self) -> str:
        return f'{type(self).__name__}(modalities={self.modalities})'
