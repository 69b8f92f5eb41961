"""Transforms that bring further modalities into a stock mmseg pipeline.

``LoadImageFromFile -> LoadModality -> LoadLabels -> any stock geometry ->
PackModalities``, see also :mod:`.load_modality`.
"""
import io
from typing import Sequence, Tuple

import numpy as np
from mmengine import fileio
from mmseg.datasets.transforms import LoadAnnotations, PackSegInputs, Resize
from mmseg.registry import TRANSFORMS
from PIL import Image

from ..layers import check_modalities

IGNORE_INDEX = 255


@TRANSFORMS.register_module()
class LoadLabels(LoadAnnotations):
    """mmseg's ``LoadAnnotations`` that checks what it has read.

    A label out of range would otherwise surface as a failed assertion on
    the GPU, hours later and without a file name. Samples without labels that
    come from no data set, as those of mmseg's inferencer, stay as they are.

    Required Keys:

    - seg_map_path
    - img_path
    - ori_shape
    - num_classes (of samples of a data set)

    Modified Keys:

    - seg_fields

    Added Keys:

    - gt_seg_map (np.uint8): ``(H, W)``, 255 is ignored.

    Raises:
        ValueError: If the data set has no labels, the file cannot be decoded,
            its size is not the image's, or a label is neither a class nor
            255.
    """

    def transform(self, results: dict) -> dict:
        """Load and check the labels."""
        if 'seg_map_path' in results:
            return super().transform(results)
        if 'num_classes' in results:
            raise ValueError(
                'the data set has no labels: add seg_map_path=FOLDER to its '
                'data_prefix, or take LoadLabels out of the pipeline')
        return results

    def _load_seg_map(self, results: dict) -> None:
        path = results['seg_map_path']
        try:
            # mmseg would wrap the labels of wider files around at 256.
            data = fileio.get(path, backend_args=self.backend_args)
            with Image.open(io.BytesIO(data)) as file:
                largest = file.getextrema()[1] if file.mode[0] == 'I' else 0
            super()._load_seg_map(results)
        except (OSError, SyntaxError, ValueError) as error:
            raise ValueError(f'{path} cannot be read as a label map '
                             f'({error}): write the file again') from error
        labels = results['gt_seg_map']
        if labels.shape != tuple(results['ori_shape']):
            raise ValueError(
                f'{path} has shape {labels.shape}, but {results["img_path"]} '
                f'is {tuple(results["ori_shape"])}: a label map has one '
                'channel and the size of its image')
        wrong = np.unique(labels[(labels >= results['num_classes'])
                                 & (labels != IGNORE_INDEX)]).tolist()
        if largest > IGNORE_INDEX:
            wrong = [largest]
        if wrong:
            raise ValueError(
                f'{path} holds the labels {wrong}, but the data set '
                f'has {results["num_classes"]} classes (0 to '
                f'{results["num_classes"] - 1}, {IGNORE_INDEX} is ignored): '
                'map the labels again, or set reduce_zero_label or classes')


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
    repeated to three, since the modalities share their convolutions. The
    names travel with the sample as meta information, for the model to
    compare with its own.

    Required Keys:

    - img
    - <modality>, for every modality but 'rgb'

    Modified Keys:

    - seg_fields

    Added Keys:

    - inputs (torch.float32): ``(3*M, H, W)``, in the order of
      ``modalities``.
    - data_samples (SegDataSample): As of ``PackSegInputs``, and
      ``modalities`` in its metainfo.

    Args:
        modalities (Sequence[str]): In the order of the model's.
        kwargs: As of :class:`mmseg.datasets.PackSegInputs`.

    Raises:
        ValueError: If a modality was not loaded, a transform has moved it
            otherwise than the image, or the names are not distinct.
    """

    def __init__(self,
                 modalities: Sequence[str] = ('rgb', 'depth'),
                 **kwargs) -> None:
        super().__init__(**kwargs)
        self.meta_keys = (*self.meta_keys, 'modalities')
        self.modalities = check_modalities(modalities)

    def transform(self, results: dict) -> dict:
        """Join and pack."""
        height, width = results['img'].shape[:2]
        # Channels first, as PackSegInputs wants them: it copies otherwise.
        joined = np.empty((3 * len(self.modalities), height, width),
                          np.float32)
        for i, modality in enumerate(self.modalities):
            array = self._pop(results, modality)
            if array.shape[:2] != (height, width):
                raise ValueError(
                    f'{modality} is {array.shape[:2]} and img is '
                    f'{(height, width)} when PackModalities meets them: a '
                    'transform before it moves img alone (Pad and '
                    'RandomRotate do); leave padding to data_preprocessor')
            joined[3 * i:3 * i + 3] = array if array.ndim == 2 else (
                array.transpose(2, 0, 1))
        results['img'] = joined.transpose(1, 2, 0)
        results['modalities'] = self.modalities
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
