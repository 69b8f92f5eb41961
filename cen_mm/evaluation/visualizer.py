"""Pictures of predictions, one for each sample."""
import os.path as osp
from typing import Optional

import numpy as np
from mmseg.registry import VISUALIZERS
from mmseg.structures import SegDataSample
from mmseg.visualization import SegLocalVisualizer

from ..datasets.names import file_name


@VISUALIZERS.register_module()
class NamedSegVisualizer(SegLocalVisualizer):
    """mmseg's visualizer, for samples in subfolders.

    mmseg names a picture by its file alone, so that ``kitchen/001`` and
    ``office/001`` would become one; here they are ``kitchen%2F001`` and
    ``office%2F001``.

    Args:
        kwargs: As of :class:`mmseg.visualization.SegLocalVisualizer`.
    """

    def add_datasample(self,
                       name: str,
                       image: np.ndarray,
                       data_sample: Optional[SegDataSample] = None,
                       **kwargs) -> None:
        """Draw a sample.

        Args:
            name (str): Of the picture, with the name of the file.
            image (np.ndarray): ``(H, W, 3)`` in RGB.
            data_sample (SegDataSample, optional): Its ``name``, if it has
                one, replaces that of the file.
            kwargs: As of ``SegLocalVisualizer.add_datasample``.
        """
        if data_sample is not None and 'name' in data_sample:
            name = name.replace(
                osp.basename(data_sample.img_path),
                file_name(data_sample.name))
        super().add_datasample(name, image, data_sample, **kwargs)
