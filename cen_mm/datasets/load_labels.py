"""Loading of label maps."""
import io
from typing import Optional

import numpy as np
from mmengine import fileio
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS
from PIL import Image, ImageOps

from .witness import IGNORE_INDEX, add_witness

SHOWN = 5  # wrong labels in a message


@TRANSFORMS.register_module()
class LoadLabels(LoadAnnotations):
    """mmseg's ``LoadAnnotations`` that checks what it has read.

    A label out of range would otherwise surface as a failed assertion on
    the GPU, hours later and without a file name; and mmseg makes 8 bits of
    any file, so that 256 and NaN become class 0. ``reduce_zero_label`` and
    ``label_map`` are those of the data set. Samples without labels that
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
    - label_witness (np.uint8): See :mod:`.witness`.

    Args:
        backend_args (dict, optional): See mmengine's file I/O.

    Raises:
        ValueError: If the data set has no labels, the file cannot be decoded,
            its size is not the image's, or a value is neither a class nor
            255.
    """

    def __init__(self, backend_args: Optional[dict] = None) -> None:
        super().__init__(backend_args=backend_args)

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
        labels = self.read(results)
        results['gt_seg_map'] = labels
        results['seg_fields'].append('gt_seg_map')
        add_witness(results, labels)

    def read(self, results: dict) -> np.ndarray:
        """Read the labels of a sample.

        Args:
            results (dict): With ``seg_map_path``, ``num_classes``,
                ``reduce_zero_label`` and ``label_map``, as from
                ``get_data_info`` of the data set, and ``ori_shape`` if the
                image was loaded.

        Returns:
            np.ndarray: ``(H, W)`` uint8.
        """
        path, classes = results['seg_map_path'], results['num_classes']
        raw = self._decode(path)
        size = tuple(results.get('ori_shape', raw.shape[:2]))
        if raw.shape != size:
            raise ValueError(
                f'{path} has shape {raw.shape}, but {results["img_path"]} is '
                f'{size}: a label map has one channel and the size of its '
                'image')
        with np.errstate(invalid='ignore'):  # NaN fails the comparison
            labels = raw.astype(np.uint8)
        wrong = np.unique(raw[labels != raw])
        if not wrong.size:
            if results['reduce_zero_label']:  # 0 becomes 255 by itself
                labels = np.where(
                    labels == IGNORE_INDEX, labels, labels - np.uint8(1))
            if results.get('label_map'):
                new = np.arange(256, dtype=np.uint8)
                for old, label in results['label_map'].items():
                    new[old] = label
                labels = new[labels]
            wrong = np.unique(
                labels[(labels >= classes) & (labels != IGNORE_INDEX)])
        if wrong.size:
            more = ', ...' if wrong.size > SHOWN else ''
            raise ValueError(
                f'{path} holds the labels '
                f'[{", ".join(map(str, wrong[:SHOWN].tolist()))}{more}], but '
                f'the data set has {classes} classes (0 to {classes - 1}, '
                f'{IGNORE_INDEX} is ignored): map the labels again, or set '
                'reduce_zero_label or classes')
        return labels

    def _decode(self, path: str) -> np.ndarray:
        """The values of the file, of any type."""
        data = fileio.get(path, backend_args=self.backend_args)
        try:
            # Pillow, as it keeps the numbers of a palette.
            with Image.open(io.BytesIO(data)) as file:
                if getattr(file, 'n_frames', 1) > 1:
                    raise ValueError(f'it has {file.n_frames} pages')
                array = np.array(ImageOps.exif_transpose(file))
        except (OSError, SyntaxError, ValueError,
                Image.DecompressionBombError) as error:
            raise ValueError(f'{path} cannot be read as a label map '
                             f'({error}): write the file again') from error
        return array[..., 0] if array.shape[2:] == (1, ) else array

    def __repr__(self) -> str:
        return f'{type(self).__name__}()'
