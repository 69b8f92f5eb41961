"""Weights that come with cen_mm.

``weights/NAME.safetensors`` has them, ``NAME.py`` their config, ``NAME.md``
the model card and ``NAME.json`` what they predict on a generated sample; all
are written by ``tools/model_converters/publish.py``. Importing cen_mm lets
mmengine load them by name: ``load_from = 'NAME'``,
``init_cfg = dict(type='Pretrained', checkpoint='NAME')``.
"""
import json
from pathlib import Path
from typing import List, Optional

WEIGHTS = Path(__file__).parent / 'weights'


def pretrained_names() -> List[str]:
    """Names of all weights that come with cen_mm."""
    return sorted(path.stem for path in WEIGHTS.glob('*.safetensors'))


def pretrained_config(name: str) -> str:
    """The config file of pretrained weights.

    Raises:
        ValueError: If there are none of this name.
    """
    names = pretrained_names()
    if name not in names:
        raise ValueError(f'cen_mm comes with no weights {name!r}, but with '
                         + (', '.join(names) or 'none'))
    return str(WEIGHTS / f'{name}.py')


def load_from_cen_mm(name: str, map_location: Optional[str] = None) -> dict:
    """Read pretrained weights as mmengine reads a checkpoint.

    Args:
        name (str): Of :func:`pretrained_names`.
        map_location (str, optional): A device. Defaults to the CPU.

    Returns:
        dict: ``state_dict``, all in single precision, and ``meta`` with
        ``dataset_meta`` (classes and palette) and ``measures`` (see
        :mod:`cen_mm.apis.measures`).

    Raises:
        ImportError: If safetensors is not installed.
        ValueError: If there are none of this name.
    """
    pretrained_config(name)
    try:
        from safetensors import safe_open
    except ImportError as error:
        raise ImportError(
            f'{error}: run "pip install safetensors", or install cen_mm with '
            'the extra timm') from error
    with safe_open(WEIGHTS / f'{name}.safetensors', 'pt',
                   device=str(map_location or 'cpu')) as file:
        names, about = file.keys(), file.metadata()
        values = {name: file.get_tensor(name) for name in names}
    state = {key: value.float() if value.is_floating_point() else value
             for key, value in values.items()}
    return dict(state_dict=state, meta=json.loads(about['meta']))


def register_pretrained() -> None:
    """Let mmengine load the weights by their names."""
    from mmengine.runner import CheckpointLoader
    for name in pretrained_names():
        # The prefix is a regular expression: not of longer names.
        CheckpointLoader.register_scheme(
            f'{name}$', load_from_cen_mm, force=True)
