"""Base class of the data sets, also for folders of a user."""
import mimetypes
import os.path as osp
from typing import Dict, List, Optional

import numpy as np
from mmengine.fileio import list_dir_or_file
from mmengine.logging import print_log
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from .load_labels import LoadLabels
from .names import check_distinct, name_of_line, read_list
from .probe import check_geometry
from .witness import IGNORE_INDEX


@DATASETS.register_module()
class MultimodalSegDataset(BaseSegDataset):
    """Aligned images of several modalities with one label map.

    Every ``<modality>_path`` of ``data_prefix`` besides ``img_path`` and
    ``seg_map_path`` is the folder of a further modality. The files of one
    sample share their name and differ in folder and suffix::

        dict(type='MultimodalSegDataset', data_root='data/mine',
             metainfo=dict(classes=('road', 'car')), ann_file='train.txt',
             data_prefix=dict(img_path='rgb', thermal_path='thermal',
                              seg_map_path='label'))

    A line of ``ann_file`` is the name without folder and suffix, such as
    ``kitchen/001``, or, as in the lists of the official code, tab-separated
    paths that have this name below their folders. Without an ``ann_file``
    all images are used.

    Before the first sample is used, the transforms of the pipeline have to
    show that they move all modalities alike, see :func:`check_geometry`.

    Args:
        img_suffix (str): Suffix of the images. Defaults to '.png'.
        suffixes (dict[str, str], optional): Suffix of a modality's files
            where it is not '.png', such as ``dict(thermal='.npy')``.
        kwargs: As of :class:`mmseg.datasets.BaseSegDataset`.

    Raises:
        FileNotFoundError: If the list or a listed file does not exist; all
            are checked when the data set is built.
        ValueError: If ``ann_file`` and folders hold no sample, or one
            twice, the paths of a line differ in their names, ``metainfo``
            has no classes, or a transform leaves modalities behind.
    """

    def __init__(self,
                 img_suffix: str = '.png',
                 suffixes: Optional[Dict[str, str]] = None,
                 **kwargs) -> None:
        self.suffixes = suffixes or {}
        self.is_probed = False
        super().__init__(img_suffix=img_suffix, **kwargs)
        # mmseg's tools read the classes here, wherever they come from.
        self.METAINFO = self.metainfo

    def load_data_list(self) -> List[dict]:
        """Paths of every sample.

        Returns:
            list[dict]: With ``name``, ``img_path``, ``seg_map_path``, one
            ``<modality>_path`` per modality, ``num_classes`` and the keys
            that mmseg's transforms need.
        """
        if not self.metainfo.get('classes'):
            raise ValueError(
                f'{type(self).__name__} has no classes: set metainfo=dict('
                'classes=(...)) in the config of the data set')
        suffixes = dict(
            {f'{m}_path': suffix for m, suffix in self.suffixes.items()},
            img_path=self.img_suffix, seg_map_path=self.seg_map_suffix)
        data_list = []
        for name in self._names():
            paths = {key: osp.join(folder, name + suffixes.get(key, '.png'))
                     for key, folder in self.data_prefix.items()}
            data_list.append(
                dict(paths, name=name, label_map=self.label_map,
                     num_classes=len(self.metainfo['classes']),
                     reduce_zero_label=self.reduce_zero_label, seg_fields=[]))
        self._check(data_list)
        return data_list

    def prepare_data(self, idx: int) -> dict:
        """Run the pipeline, after a check of what its transforms move.

        Args:
            idx (int): Number of the sample.

        Returns:
            dict: Such as ``inputs`` and ``data_samples``.
        """
        if not self.is_probed:  # once in each process
            check_geometry(
                self.pipeline.transforms, self.get_data_info(idx))
            self.is_probed = True
        return super().prepare_data(idx)

    def get_cat_ids(self, idx: int) -> List[int]:
        """Classes of a sample, for ``ClassBalancedDataset``.

        Args:
            idx (int): Number of the sample.

        Returns:
            list[int]: Those that its label map shows, ascending.
        """
        labels = LoadLabels(self.backend_args).read(self.get_data_info(idx))
        found = np.unique(labels)
        return found[found != IGNORE_INDEX].tolist()

    def _names(self) -> List[str]:
        folder, suffix = self.data_prefix['img_path'], self.img_suffix
        if self.ann_file:
            if self.backend_args is None and not osp.isfile(self.ann_file):
                raise FileNotFoundError(
                    f'the list of samples {self.ann_file!r} is not there, or '
                    'no file: correct data_root or ann_file of the data set, '
                    'or leave ann_file out to use all images')
            below = osp.relpath(folder, self.data_root or '.')
            suffixes = [suffix, *self.suffixes.values(), self.seg_map_suffix]
            names = [name_of_line(line, below, suffixes) for line in
                     read_list(self.ann_file, self.backend_args)]
            check_distinct(names, self.ann_file)
            return names
        files = sorted(list_dir_or_file(
            folder, list_dir=False, recursive=True,
            backend_args=self.backend_args))
        names = [file[:-len(suffix)] for file in files
                 if file.endswith(suffix)]
        left = [file for file in files if not file.endswith(suffix)]
        for file in left:
            if file.lower().endswith(suffix.lower()):
                raise ValueError(
                    f'{osp.join(folder, file)} does not end in {suffix!r}, '
                    'which tells capital letters from small ones: rename it, '
                    'or name the samples in an ann_file')
        left = [f for f in left if 'image/' in str(mimetypes.guess_type(f))]
        if left:
            print_log(
                f'{folder} holds {len(left)} other images, such as '
                f'{left[0]}: they do not end in {suffix!r} and are left out',
                'current', 30)
        return names

    def _check(self, data_list: List[dict]) -> None:
        where = self.ann_file or self.data_prefix['img_path']
        if not data_list:
            raise ValueError(f'{where} names no sample: check data_root, '
                             'ann_file and img_suffix of the data set')
        if self.backend_args is not None:  # asking a remote store is slow
            return
        missing = [
            info[key] for info in data_list for key in self.data_prefix
            if not osp.isfile(info[key])
        ]
        if missing:
            raise FileNotFoundError(
                f'{missing[0]} is not there ({len(missing)} of the '
                f'{len(data_list) * len(self.data_prefix)} files that {where} '
                'asks for are missing): prepare the data set again with its '
                'tool in tools/dataset_converters, or correct data_root, '
                'data_prefix or suffixes')
