"""Tests and inference with some of the modalities of a model."""
from typing import Iterator, List, Sequence

from mmengine.config import Config, ConfigDict

from ..layers import check_present
from .config import UsageError


def keep_modalities(cfg: Config, names: Sequence[str]) -> None:
    """Let a config be tested with some of the modalities of its model.

    The model is told, and says what is absent. Files of absent ones need not
    be there, but for the image, whose size geometry takes.

    Args:
        cfg (Config): A config of :class:`~cen_mm.models.CENSegmentor` or
            :class:`~cen_mm.translation.CENPix2Pix`; changed in place.
        names (Sequence[str]): Those that are present.

    Raises:
        UsageError: If the model is another one, or has no such modality.
    """
    modalities = modalities_of(cfg)
    try:
        names = check_present(names, modalities)
    except ValueError as error:
        raise UsageError(f'--modalities: {error}') from error
    translates = cfg.model.type == 'CENPix2Pix'
    if translates:
        cfg.model.present = names
    else:
        cfg.model.setdefault('test_cfg', {})['modalities'] = names
    if 'tta_pipeline' in cfg:
        cfg.tta_pipeline = without_absent(cfg.tta_pipeline, names)
    for dataset in datasets_in(cfg.test_dataloader.dataset):
        if translates:
            dataset.modalities = names
            continue
        dataset.pipeline = without_absent(dataset.pipeline, names)
        for name in set(modalities) - {*names, 'rgb'}:
            dataset.get('data_prefix', {}).pop(f'{name}_path', None)


def datasets_in(dataset: ConfigDict) -> Iterator[ConfigDict]:
    """The config of a data set, or of those that it wraps."""
    parts = (*dataset.get('datasets', ()), dataset.get('dataset'))
    inner = [part for part in parts if part is not None]
    for part in inner:
        yield from datasets_in(part)
    if not inner:
        yield dataset


def modalities_of(cfg: Config) -> List[str]:
    """The modalities of a config's model, in order.

    Raises:
        UsageError: If the model cannot do without some of them.
    """
    if cfg.model.type not in ('CENSegmentor', 'CENPix2Pix'):
        raise UsageError(
            f'a {cfg.model.type} needs all that it was trained with; a '
            'CENSegmentor does with some of its modalities')
    return list(cfg.model.get('modalities', ('rgb', 'depth')))


def without_absent(steps: Sequence, names: Sequence[str]) -> list:
    """A pipeline without the steps of absent modalities.

    Args:
        steps (Sequence[dict | Sequence]): With nested lists, as of
            ``TestTimeAug``.
        names (Sequence[str]): Modalities that are present.

    Returns:
        list: Of copies.
    """
    kept = []
    for step in steps:
        if isinstance(step, (list, tuple)):
            kept.append(without_absent(step, names))
            continue
        step = step.copy()
        if step['type'] == 'TestTimeAug':
            step['transforms'] = without_absent(step['transforms'], names)
        if step['type'] == 'PackModalities':
            step['modalities'] = tuple(names)
        if step.get('modality', names[0]) in names:
            kept.append(step)
    return kept
