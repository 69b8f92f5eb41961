"""What of a test pipeline an exported network takes along.

:mod:`cen_mm.runtime` prepares files as the metadata of the network says. A
step that it does not know is refused, or labels would differ from torch's.
"""
from typing import Any, Dict, Optional, Sequence, Tuple

from ..runtime.geometry import KERNELS

FREE = ('LoadLabels', 'LoadAnnotations', 'PackModalities', 'PackSegInputs',
        'StackDomains', 'PackInputs')
REFUSED = ('{} of the test pipeline is not done by an exported network and '
           'cen_mm.runtime: {}, in test_dataloader.dataset.pipeline of the '
           'config')


def preparation(steps: Sequence[Dict[str, Any]], modalities: Sequence[str]
                ) -> Tuple[Dict[str, dict], Optional[Any]]:
    """How to read and resize the files of a sample.

    Args:
        steps (Sequence[dict]): A test pipeline, of either task.
        modalities (Sequence[str]): Those of the model.

    Returns:
        tuple: By modality what its loader says, ``dtype`` first of all, and
        how samples are resized: None, for a translation height and width, for
        a segmentation the fields of mmseg's ``Resize``.

    Raises:
        ValueError: If there is another step, or a ``Resize`` that cannot be
            repeated; the message names it.
    """
    entries: Dict[str, dict] = {name: dict(dtype='uint8')
                                for name in modalities}
    resize = None
    for step in steps:
        kind = step['type'].rpartition('.')[2]
        if kind in ('LoadRGB', 'LoadImageFromFile'):
            read = dict(dtype=step.get('dtype', 'uint8'))
            if step.get('to_float32'):
                read['to_float32'] = True
            entries.get('rgb', {}).update(read)
        elif kind == 'LoadModality':
            entries.get(step['modality'], {}).update(
                dtype=step.get('dtype', 'uint16'),
                **{key: step.get(key) for key in (
                    'bands', 'channels', 'centre_crop', 'resize')})
        elif kind == 'LoadDomains':
            for name, scale in step.get('scales', {}).items():
                entries.get(name, {}).update(dtype='uint16', **scale)
        elif kind == 'Resize' and resize is None:
            resize = _of_images(step) if 'keys' in step else _of_all(step)
        elif kind not in FREE:
            again = 'a second Resize' if kind == 'Resize' else kind
            raise ValueError(REFUSED.format(
                again, 'take it out, and do to the files what it does'))
    return entries, resize


def _of_all(step: Dict[str, Any]) -> Dict[str, Any]:
    """The fields of mmseg's ``Resize``."""
    kernel = step.get('interpolation', 'bilinear')
    if step.get('backend', 'cv2') != 'cv2' or kernel not in KERNELS:
        raise ValueError(REFUSED.format(
            f'Resize(interpolation={kernel!r}, backend={step.get("backend")})',
            f'choose one of {tuple(KERNELS)} of backend cv2'))
    scale, factor = step.get('scale'), step.get('scale_factor')
    if isinstance(scale, int):
        scale = scale, scale
    if isinstance(factor, float):
        factor = factor, factor
    return dict(scale=scale, scale_factor=factor, interpolation=kernel,
                keep_ratio=step.get('keep_ratio', False))


def _of_images(step: Dict[str, Any]) -> Sequence[int]:
    """Height and width of mmagic's ``Resize``."""
    scale = step.get('scale')
    if (not isinstance(scale, (tuple, list)) or step.get('keep_ratio')
            or step.get('interpolation', 'bilinear') != 'bilinear'
            or step.get('backend') != 'pillow'):
        raise ValueError(REFUSED.format(
            'this Resize', "give it scale=(WIDTH, HEIGHT), interpolation="
            "'bilinear' and backend='pillow'"))
    return list(scale[::-1])
