"""Loading of further modalities.

A loaded modality joins ``seg_fields``, so stock transforms move it with the
label, by nearest neighbour.
"""
from functools import partial
from typing import Optional, Sequence, Union

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine import fileio
from mmseg.registry import TRANSFORMS

from ..layers import CHANNELS, check_modalities
from ..runtime.geometry import INTERPOLATIONS, fit
from ..runtime.read_array import describe, read_array


def check_free(modality: str, results: dict, who: str) -> None:
    """Refuse a modality that would take the place of something.

    Args:
        modality (str): Its name.
        results (dict): A sample.
        who (str): The transform that adds it, for messages.

    Raises:
        ValueError: If the sample has something of this name.
    """
    if modality == 'rgb' or modality in results:
        raise ValueError(
            f'{who}(modality={modality!r}): that name is taken (\'rgb\' is '
            'the image); add it under another one')


@TRANSFORMS.register_module()
class LoadModality(BaseTransform):
    """Load one further modality beside the image.

    Images of any bit depth are read as they are, and ``.npy`` arrays too.
    Grey maps stay ``(H, W)``; colours become RGB. An array instead of the
    path is used unchanged; its colours are RGB.

    Required Keys:

    - img
    - img_path
    - <modality>_path (str | np.ndarray)

    Modified Keys:

    - seg_fields (optional)
    - modality_channels (dict[str, int], optional)

    Added Keys:

    - <modality> (np.ndarray): ``(H, W)`` or ``(H, W, C)``.

    Args:
        modality (str): Its name, such as 'depth' or 'thermal'.
        dtype (str): Required type of the files: 'uint8', 'uint16' or
            'float32'. Defaults to 'uint16', for depth in fixed units.
        centre_crop (bool): Whether to crop a map larger than the image
            around its centre to the image's size, as the official code does
            with the uncropped depth of NYUDv2. Defaults to False.
        resize (str, optional): How to bring a map of another resolution to
            the image's: 'nearest' keeps values as they were measured,
            'bilinear' smooths, and 'area' takes the mean of what it makes
            smaller; the latter two mix missing measurements with their
            neighbours. Defaults to None: another size is an error.
        bands (Sequence[int], optional): Which one or three bands of a file,
            or as many as ``channels``, are the modality, counted from 0 and
            in the order of the file (colours are RGB): PNG of 1 to 4 bands,
            or ``.npy`` of any number. Further ones are another modality, of
            the same folder. Defaults to None: all of a file that has one or
            three, or ``channels``.
        channels (int, optional): How many channels the modality has in the
            network, for a model that says the same and has private stems.
            Defaults to None: three, to which a single one is repeated.
        backend_args (dict, optional): See mmengine's file I/O.

    Raises:
        ValueError: If ``resize`` or ``bands`` are impossible, the name is
            taken, the data set has no such modality, or a file cannot be
            decoded, has another type, size or proportions than it should,
            lacks a band or holds NaN; the message names it.
    """

    def __init__(self,
                 modality: str,
                 dtype: str = 'uint16',
                 centre_crop: bool = False,
                 resize: Optional[str] = None,
                 bands: Optional[Sequence[int]] = None,
                 channels: Optional[int] = None,
                 backend_args: Optional[dict] = None) -> None:
        self.modality, = check_modalities((modality, ))
        self.dtype = np.dtype(dtype)
        self.centre_crop = centre_crop
        if resize is not None and (resize not in INTERPOLATIONS
                                   or centre_crop):
            raise ValueError(
                f'LoadModality.resize={resize!r} must be one of '
                f'{tuple(INTERPOLATIONS)}, and not together with centre_crop')
        self.resize = resize
        if channels is not None and (
                not isinstance(channels, int) or channels < 1):
            raise ValueError(f'LoadModality.channels={channels!r} must be a '
                             'number from 1 on')
        counts = (1, CHANNELS) if channels is None else (channels, )
        if bands is not None and (len(bands) not in counts or any(
                not isinstance(b, int) or b < 0 for b in bands)):
            raise ValueError(
                f'LoadModality.bands={bands} must be '
                + (f'channels={channels}' if channels else 'one or three')
                + ' numbers from 0 on: load further bands as another '
                'modality, or give it channels of its own')
        self.bands, self.channels = bands, channels
        self.backend_args = backend_args

    def transform(self, results: dict) -> dict:
        """Load the modality and register it with the segmentation fields."""
        check_free(self.modality, results, type(self).__name__)
        key = f'{self.modality}_path'
        if key not in results:
            raise ValueError(
                f'the data set has no modality {self.modality!r}: add '
                f'{key}=FOLDER to its data_prefix, or take the modality out '
                'of the pipeline and of the model. inference_model of mmseg '
                'knows rgb alone: use cen_mm.apis.MultimodalInferencer')
        source = results[key]
        results[self.modality] = fit(
            self.read(source), results['img'].shape[:2], self.centre_crop,
            self.resize, self.modality, describe(source, self.modality),
            results['img_path'])
        if self.channels is not None:
            # A map (H, W) does not tell whether it is to be repeated.
            results['modality_channels'] = {
                **results.get('modality_channels', {}),
                self.modality: self.channels}
        # mmseg's inferencer gives paths alone.
        results.setdefault('seg_fields', []).append(self.modality)
        return results

    def read(self, source: Union[str, np.ndarray]) -> np.ndarray:
        """Decode a file, or take an array as it is, and check the values.

        Args:
            source (str | np.ndarray): What ``<modality>_path`` holds.

        Returns:
            np.ndarray: ``(H, W)``, or ``(H, W, C)``, colours in RGB.
        """
        return read_array(
            source, self.modality, self.dtype,
            f'LoadModality(modality={self.modality!r})', 'dtype', self.bands,
            self.channels,
            partial(fileio.get, backend_args=self.backend_args))

    def __repr__(self) -> str:
        return (f'{type(self).__name__}(modality={self.modality!r}, '
                f'dtype={self.dtype.name!r}, centre_crop={self.centre_crop}, '
                f'resize={self.resize!r}, bands={self.bands}, '
                f'channels={self.channels})')
