"""Weights in half precision, to come with cen_mm."""
import json
from typing import Dict, List, Mapping, Sequence, Tuple

import torch
from mmengine.config import Config
from mmengine.dataset import Compose
from mmseg.registry import DATASETS

from ... import pretrained
from ...apis.checkpoint import load_model
from ...apis.config import read_config, read_names
from ...apis.measures import measures_of
from .fingerprint import fingerprint
from .model_card import model_card

ROOM = 10 * 2**20  # bytes
LOADERS = 'LoadRGB', 'LoadImageFromFile', 'LoadModality'


def publish(config: str, checkpoint: str, name: str, scale: Sequence[int],
            units: Mapping[str, float] = {},
            licence: Sequence[str] = ()) -> List[str]:
    """Write a trained model to ``cen_mm/weights``, to be loaded by name.

    Weights of convolutions are in half precision; scales, offsets and
    statistics of norms, which are few, stay in single precision. The config
    goes beside them, with a pipeline for files of any size (see
    :func:`for_any_size`), then what the network predicts on a generated sample
    and, if there is none, a model card to be completed by hand.

    Args:
        config (str): Config file of segmentation. Its training set must be
            there: how large its depth is goes with the weights.
        checkpoint (str): Trained with it.
        name (str): Of letters, digits and underscores.
        scale (Sequence[int]): Width and height of the training's images.
        units (Mapping[str, float]): By modality, what a step of its files
            is, in metres. Defaults to none.
        licence (Sequence[str]): Lines for the model card. Defaults to none.

    Returns:
        list[str]: Sentences about what was written.

    Raises:
        FileNotFoundError: If config, checkpoint or training set are not
            there.
        ImportError: If safetensors is not installed.
        ValueError: If the name is none, the checkpoint does not fit, it is
            no CENSegmentor, a unit is that of no modality, or the file is
            larger than 10 MiB.
    """
    from safetensors.torch import save
    if not name.isidentifier():
        raise ValueError(f'{name!r} is no name: take letters, digits and '
                         'underscores')
    cfg = read_config(config)
    if cfg.model.type != 'CENSegmentor':
        raise ValueError(f'{config} has a {cfg.model.type}: publish a '
                         'CENSegmentor')
    model, meta = load_model(cfg, checkpoint)
    values = {
        key: (value.half() if value.dim() > 1 else value).contiguous()
        for key, value in model.state_dict().items()
    }
    size = sum(v.numel() * v.element_size() for v in values.values())
    if size > ROOM:
        raise ValueError(f'{checkpoint} takes {size / 2**20:.1f} MiB in half '
                         'precision, but at most 10 come with cen_mm')
    measures = training_measures(cfg, units)
    test_set = DATASETS.build(dict(
        cfg.test_dataloader.dataset, pipeline=[], lazy_init=True))
    known = {key: [list(v) if isinstance(v, tuple) else v for v in value]
             for key, value in (meta.get('dataset_meta')
                                or test_set.metainfo).items()
             if key in ('classes', 'palette')}
    about = dict(dataset_meta=known, measures=measures)
    use_any_size(cfg, tuple(scale))
    forget_the_training(cfg)

    path = pretrained.WEIGHTS / f'{name}.safetensors'
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(save(values, dict(meta=json.dumps(about))))
    cfg.dump(str(path.with_suffix('.py')))
    pretrained.register_pretrained()
    path.with_suffix('.json').write_text(
        json.dumps(fingerprint(name), indent=1) + '\n')
    parameters = sum(torch.numel(p) for p in model.parameters())
    said = [f'{path}: {parameters} parameters, {size / 2**20:.1f} MiB; its '
            'config (.py) and fingerprint (.json) lie beside it']
    card = path.with_suffix('.md')
    if card.exists():
        said.append(f'{card} is there and stays as it is: compare its numbers')
    else:
        card.write_text(model_card(
            name, model.modalities, parameters, size, scale, about, licence))
        said.append(f'{card} is to be completed by hand')
    return said


def use_any_size(cfg: Config, scale: Tuple[int, int]) -> None:
    """Let tests of a config take files of any size, in place."""
    for loader in (cfg.val_dataloader, cfg.test_dataloader):
        loader.dataset.pipeline = for_any_size(loader.dataset.pipeline, scale)
    if 'tta_pipeline' in cfg:
        cfg.tta_pipeline = for_any_size(cfg.tta_pipeline, scale)


def for_any_size(steps: Sequence[dict], scale: Tuple[int, int]) -> List[dict]:
    """A test pipeline that brings files to the size of the training.

    The image is averaged over areas; other modalities are those of the nearest
    pixel, also where a file has another resolution than the image. Labels,
    which are loaded behind it, and predictions keep the size of the image.

    Args:
        steps (Sequence[dict]): A pipeline that begins with loaders.
        scale (tuple[int, int]): Width and height that the image has to fit
            in; proportions stay.

    Returns:
        list[dict]: Of copies.
    """
    steps = [dict(step) for step in steps]
    for step in steps:
        if step['type'] == 'LoadModality':
            step.pop('centre_crop', None)
            step.setdefault('resize', 'nearest')
    loaded = next(i for i, step in enumerate(steps)
                  if step['type'] not in LOADERS)
    return [
        *steps[:loaded],
        dict(type='Resize', scale=scale, keep_ratio=True,
             interpolation='area'),
        *steps[loaded:]
    ]


def training_measures(cfg: Config,
                      units: Mapping[str, float]) -> Dict[str, dict]:
    """Measures of the training set, loaded as in a test."""
    dataset = DATASETS.build(dict(cfg.train_dataloader.dataset, pipeline=[]))
    pipeline = Compose([step for step in cfg.test_dataloader.dataset.pipeline
                        if step['type'] != 'LoadLabels'])
    return measures_of((pipeline(dataset.get_data_info(i))
                        for i in range(len(dataset))), units)


def forget_the_training(cfg: Config) -> None:
    """Drop what the weights or the machine make void, in place."""
    for key in {*cfg} - read_names(cfg) | {'work_dir', 'load_from', 'resume'}:
        cfg.pop(key, None)
    cfg.model.pop('pretrained', None)
    cfg.model.backbone.init_cfg = None
    if 'pretrained' in cfg.model.backbone:
        cfg.model.backbone.pretrained = False
