"""Data sets of aligned images of several domains, registered in mmagic."""
import os.path as osp
import re
from collections import Counter
from difflib import get_close_matches
from typing import Dict, List, Sequence

from mmagic.registry import DATASETS
from mmengine.dataset import BaseDataset

from ..datasets.names import check_distinct, read_list
from ..layers import check_modalities


@DATASETS.register_module()
class MultiDomainDataset(BaseDataset):
    """Views with one image per domain: several sources and one target.

    A line of ``ann_file`` is the path of a view below ``data_root``, with
    ``{domain}`` wherever the name of the domain stands, as in the lists of
    the official code. A line without it is the stem of files
    ``<domain>/<stem>.png``. The name of a view is its path without the
    domains and the suffix.

    Args:
        modalities (Sequence[str]): The source domains, in the order of the
            model.
        target (str): The domain to translate into.
        kwargs: As of :class:`mmengine.dataset.BaseDataset`. A relative
            ``ann_file`` lies in ``data_root``.

    Raises:
        FileNotFoundError: If the list or an image of a used domain does not
            exist; all are checked when the data set is built.
        ValueError: If the modalities are no distinct names, the data set has
            no such domain, or the list has no view, or one twice.
    """

    # By domain the value of {domain} in a path; any name if empty.
    FOLDERS: Dict[str, str] = {}
    # What to do about missing files: the end of an error message.
    ORIGIN = 'correct data_root or ann_file of the data set'

    def __init__(self, modalities: Sequence[str], target: str,
                 **kwargs) -> None:
        self.modalities = check_modalities(modalities, target)
        self.target = target
        self.domains = (*self.modalities, target)
        for domain in self.domains if self.FOLDERS else ():
            if domain not in self.FOLDERS:
                near = get_close_matches(domain, self.FOLDERS, cutoff=0.4)
                guess = f' (did you mean {" or ".join(near)}?)' if near else ''
                raise ValueError(
                    f'{type(self).__name__} has no domain {domain!r}{guess}: '
                    'choose modalities and target from '
                    f'{", ".join(self.FOLDERS)}')
        super().__init__(**kwargs)

    def load_data_list(self) -> List[dict]:
        """Paths of every view.

        Returns:
            list[dict]: With ``name``, ``modalities``, ``target`` and one
            ``<domain>_path`` per domain.
        """
        if not osp.isfile(self.ann_file):
            raise FileNotFoundError(f'the list of views {self.ann_file!r} is '
                                    f'not there: {self.ORIGIN}')
        data_list = [self._view(line) for line in read_list(self.ann_file)]
        if not data_list:
            raise ValueError(f'{self.ann_file} names no view: {self.ORIGIN}')
        check_distinct((view['name'] for view in data_list), self.ann_file)
        self._check_files(data_list)
        return data_list

    def _view(self, line: str) -> dict:
        pattern = line if '{domain}' in line else f'{{domain}}/{line}.png'
        name = re.sub('(_domain)?[_.-]{domain}|{domain}[/_.-]?', '',
                      osp.splitext(pattern)[0]).rstrip('/')
        view = dict(
            name=name,
            modalities=self.modalities,
            target=self.target)
        for domain in self.domains:
            view[f'{domain}_path'] = osp.join(
                self.data_root,
                pattern.replace('{domain}', self.FOLDERS.get(domain, domain)))
        return view

    def _check_files(self, data_list: List[dict]) -> None:
        missing = [(domain, view[f'{domain}_path']) for domain in self.domains
                   for view in data_list
                   if not osp.isfile(view[f'{domain}_path'])]
        if missing:
            counts = Counter(domain for domain, _ in missing)
            counts = ', '.join(f'{n} have no {domain}'
                               for domain, n in counts.items())
            raise FileNotFoundError(
                f'{missing[0][1]} is not there (of the {len(data_list)} views '
                f'in {self.ann_file}, {counts}): {self.ORIGIN}')


@DATASETS.register_module()
class TaskonomyDataset(MultiDomainDataset):
    """One building of Taskonomy: 1,000 training and 500 test views.

    The tree is Taskonomy's published sample building with the lists of the
    official code::

        data/taskonomy-sample-model-1/
            rgb/point_407_view_2_domain_rgb.png             8 bits
            depth_zbuffer/point_407_view_2_domain_depth_zbuffer.png
                                                            16 bits, 1/512 m
            train_domain.txt val_domain.txt

    The paper's "shade" is ``reshading``, its "texture" ``edge_texture``.

    Args:
        kwargs: As of :class:`MultiDomainDataset`.
    """
    FOLDERS = {
        domain: domain
        for domain in ('rgb', 'normal', 'reshading', 'depth_euclidean',
                       'depth_zbuffer', 'principal_curvature',
                       'edge_occlusion', 'edge_texture', 'segment_unsup2d',
                       'segment_unsup25d')
    }
    ORIGIN = (
        'data_root takes the folders of github.com/alexsax/'
        'taskonomy-sample-model-1 and, beside them, the lists '
        'train_domain.txt and val_domain.txt of image2image_translation/data '
        'in github.com/yikaiw/CEN')


@DATASETS.register_module()
class RoomsTranslationDataset(MultiDomainDataset):
    """Rendered rooms with Taskonomy's names, see ``docs/rooms.md``.

    ``depth_zbuffer`` is the folder ``depth`` of the tree that
    ``tools/dataset_converters/rooms.py`` renders. Rooms have no
    ``depth_euclidean``, no ``principal_curvature`` and no segments, but
    ``albedo`` and ``sensor_depth``, which is depth with noise and holes.

    Args:
        kwargs: As of :class:`MultiDomainDataset`.
    """
    FOLDERS = dict(
        rgb='rgb',
        normal='normal',
        reshading='reshading',
        depth_zbuffer='depth',
        edge_occlusion='edge_occlusion',
        edge_texture='edge_texture',
        albedo='albedo',
        sensor_depth='sensor_depth')
    ORIGIN = ('render the rooms with tools/dataset_converters/rooms.py, or '
              'correct data_root or ann_file of the data set')
