"""Base class of the data sets, also for folders of a user."""
import os.path as osp
from typing import Dict, List, Optional

from mmengine.fileio import list_dir_or_file, list_from_file
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS


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

    A line of ``ann_file`` is the name without folder and suffix, or, as in
    the lists of the official code, tab-separated paths of which the first
    one gives the name. Without an ``ann_file`` all images are used.

    Args:
        img_suffix (str): Suffix of the images. Defaults to '.png'.
        suffixes (dict[str, str], optional): Suffix of a modality's files
            where it is not '.png', such as ``dict(thermal='.npy')``.
        kwargs: As of :class:`mmseg.datasets.BaseSegDataset`.

    Raises:
        FileNotFoundError: If a listed file does not exist; all are checked
            when the data set is built.
        ValueError: If ``ann_file`` and folders hold no sample, or
            ``metainfo`` no classes.
    """

    def __init__(self,
                 img_suffix: str = '.png',
                 suffixes: Optional[Dict[str, str]] = None,
                 **kwargs) -> None:
        self.suffixes = suffixes or {}
        super().__init__(img_suffix=img_suffix, **kwargs)
        # mmseg's tools read the classes here, wherever they come from.
        self.METAINFO = self.metainfo

    def load_data_list(self) -> List[dict]:
        """Paths of every sample.

        Returns:
            list[dict]: With ``img_path``, ``seg_map_path``, one
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
                dict(paths, num_classes=len(self.metainfo['classes']),
                     label_map=self.label_map,
                     reduce_zero_label=self.reduce_zero_label, seg_fields=[]))
        self._check(data_list)
        return data_list

    def _names(self) -> List[str]:
        if self.ann_file and not osp.isdir(self.ann_file):
            lines = list_from_file(
                self.ann_file, backend_args=self.backend_args)
            return [osp.splitext(osp.basename(line.split('\t')[0]))[0]
                    if '\t' in line else line.strip()
                    for line in lines if line.strip()]
        files = list_dir_or_file(
            self.data_prefix['img_path'], list_dir=False, recursive=True,
            suffix=self.img_suffix, backend_args=self.backend_args)
        return sorted(file[:-len(self.img_suffix)] for file in files)

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
