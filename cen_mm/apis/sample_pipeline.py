"""The test pipeline of a config, for files and arrays."""
from typing import Dict, Optional, Sequence, Tuple, Union

import numpy as np
from mmcv.transforms import BaseTransform, LoadAnnotations, LoadImageFromFile
from mmseg.registry import TRANSFORMS

from ..datasets import LoadModality, LoadRGB, PackModalities
from ..datasets.probe import check_geometry
from ..runtime.geometry import as_8_bits


class SamplePipeline:
    """Maps ``dict(rgb=..., depth=...)`` to the input of a model.

    The transforms are those of the config's test pipeline, without labels
    and without modalities that are not inputs of the model; 'rgb' is then
    optional. :class:`~cen_mm.datasets.LoadRGB` takes the place of mmseg's
    loader, and loaders of a user derive from
    :class:`~cen_mm.datasets.LoadModality`.

    Args:
        pipeline (Sequence[dict]): ``test_dataloader.dataset.pipeline``.

    Attributes:
        modalities (tuple[str]): Modalities of a sample.
    """

    def __init__(self, pipeline: Sequence[dict]) -> None:
        steps = [TRANSFORMS.build(step) for step in pipeline]
        loaded = ['rgb'] + [
            s.modality for s in steps if isinstance(s, LoadModality)
        ]
        seen = next((s.modalities for s in steps
                     if isinstance(s, PackModalities)), loaded)
        # A modality that a transform generates, such as noise, may need all
        # that are loaded.
        self.modalities = tuple(seen if set(seen) <= set(loaded) else loaded)
        self.steps = [
            LoadRGB(to_float32=step.to_float32, backend_args=step.backend_args)
            if isinstance(step, LoadImageFromFile) else step
            for step in steps if self._is_wanted(step)
        ]

        self.is_probed = False

    def _is_wanted(self, step: BaseTransform) -> bool:
        if isinstance(step, LoadModality):
            return step.modality in self.modalities
        return not isinstance(step, LoadAnnotations)

    def __call__(self, sources: Dict[str, Union[str, np.ndarray]]
                 ) -> Tuple[dict, Optional[np.ndarray]]:
        """Load and transform one sample.

        Args:
            sources (dict): By modality a path, or an array as of
                :class:`~cen_mm.apis.MultimodalInferencer`.

        Returns:
            tuple: ``inputs`` and ``data_samples`` as from the data set, and
            the image before any transform, uint8 ``(H, W, 3)`` in RGB, or
            None without 'rgb'.
        """
        results = {f'{m}_path': source for m, source in sources.items()}
        # Stock transforms need an image, even if it is no input.
        image = results.pop('rgb_path', None)
        results.update(
            img_path=self._blank(results) if image is None else image,
            seg_fields=[])
        if not self.is_probed:
            check_geometry(self.steps, results)
            self.is_probed = True
        picture = None
        for step in self.steps:
            results = step(results)
            if isinstance(step, LoadRGB) and image is not None:
                picture = as_8_bits(
                    results['img'][..., ::-1].astype(step.dtype))
        return results, picture

    def _blank(self, results: dict) -> np.ndarray:
        """A black image of the size of the first modality."""
        loader = next(s for s in self.steps if isinstance(s, LoadModality))
        size = loader.read(results[f'{loader.modality}_path']).shape[:2]
        return np.zeros((*size, 3), np.uint8)
