"""The points of a sweep: one field of a config changed, or none."""
import math
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence

from mmengine.config import Config

from ...apis.config import fields, no_such_field, parse_options, read_names


@dataclass
class Point:
    """One training: a field (None: all have the config's own values), its
    value, and the seed."""
    key: Optional[str]
    value: Any
    seed: int

    @property
    def name(self) -> str:
        """Of its folder."""
        point = 'unchanged' if self.key is None else f'{self.key}={self.value}'
        return re.sub(r'[^\w.+=-]+', '_', point) + f'_seed{self.seed}'

    @property
    def options(self) -> Dict[str, Any]:
        """What it changes in the config."""
        varied = {} if self.key is None else {self.key: self.value}
        return {'randomness.seed': self.seed, **varied}


def read_vary(texts: Sequence[str]) -> Dict[str, list]:
    """The values of each field, from a text ``KEY=V1,V2`` for each.

    Values are read as by ``--cfg-options``; one may be a list,
    ``KEY=[1,2],[3,4]``.

    Raises:
        ValueError: If there is no key, an empty value, or a field twice.
    """
    vary: Dict[str, list] = {}
    for text in texts:
        key, _, values = text.partition('=')
        read = parse_options([f'{key}=[{values}]'])[key]
        if not key or not read or '' in read:
            raise ValueError(f'--vary {text}: give KEY=V1,V2 without blanks, '
                             'such as default_hooks.sparsity.weight=1e-3,1e-2')
        if key in vary:
            raise ValueError(f'--vary names {key} twice: give all of its '
                             'values at once')
        vary[key] = read
    return vary


def config_value(cfg: Config, key: str) -> Any:
    """The config's own value of a field that may be varied.

    Args:
        cfg (Config): Whole config.
        key (str): With dots, such as ``model.generator.exchange.threshold``.

    Raises:
        ValueError: If there is no such field, it is a group of fields, or
            training does not read it; near names are suggested.
    """
    values = dict(fields(cfg.to_dict()))
    if key == 'randomness.seed':
        raise ValueError('randomness.seed is varied by --seeds')
    if key not in values or key.split('.')[0] not in read_names(cfg):
        raise ValueError(
            no_such_field(cfg, key) + '. A field that the config leaves at '
            'its default can be named in --cfg-options first')
    if isinstance(values[key], dict):
        raise ValueError(f'{key} is a group of fields: vary one of '
                         + ', '.join(f'{key}.{k}' for k in values[key]))
    return values[key]


def fit(key: str, values: Sequence, current: Any) -> list:
    """Values for a field, of the type of the config's own (``current``).

    1 is 1.0 where the config's own is a float, so that both are one training.

    Raises:
        ValueError: If one does not fit, or is there twice.
    """
    fitting = {}
    for value in values:
        if current is not None and _kind(value) != _kind(current):
            raise ValueError(f'{key}: {value!r} is no {_kind(current)}, as is '
                             f"the config's own value {current!r}")
        if _kind(value) == 'number' and not math.isfinite(value):
            raise ValueError(f'{key}: {value} has no place on an axis: give a '
                             'finite number')
        if _kind(current) == 'number' and type(current)(value) == value:
            value = type(current)(value)
        name = Point(key, value, 0).name
        if name in fitting:
            raise ValueError(f'{key}: the value {value!r} is given twice')
        fitting[name] = value
    return list(fitting.values())


def _kind(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return 'number'
    return {str: 'text', bool: 'True or False'}.get(type(value), 'list')


def plan(current: Dict[str, Any], vary: Dict[str, list],
         seeds: Sequence[int]) -> List[Point]:
    """All trainings of a sweep, those of the first seed first.

    ``current`` has the config's own value of each field of ``vary``; the
    unchanged config is trained only once a seed.
    """

    def plain(value: Any) -> Any:
        return list(value) if isinstance(value, tuple) else value

    points = {}
    for seed in seeds:
        for key, values in vary.items():
            for value in values:
                same = plain(value) == plain(current[key])
                point = Point(*(None, None) if same else (key, value), seed)
                points[point.name] = point
    return list(points.values())
