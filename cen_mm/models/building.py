"""How a segmentor tells its parts what it knows of the modalities."""
from inspect import signature
from typing import Optional, Tuple

from mmseg.registry import MODELS
from torch import nn

from ..layers import ExchangeRule, set_exchange


def add_arguments(cfg: dict, **known) -> dict:
    """Add to the config of a component the arguments that it takes."""
    kind = cfg['type']
    kind = MODELS.get(kind) if isinstance(kind, str) else kind
    takes = () if kind is None else signature(kind).parameters
    return {**{k: v for k, v in known.items() if k in takes}, **cfg}


def add_exchange(net: nn.Module, exchange: dict) -> None:
    """Let private norms of a network exchange channels.

    Args:
        net (nn.Module): With private norms.
        exchange (dict): See :class:`~cen_mm.models.CENSegmentor`.

    Raises:
        ValueError: If there is one modality, or ``norms`` is not given or
            selects no private norm.
    """
    rule = dict(exchange)
    if 'norms' not in rule:
        raise ValueError(
            f'exchange={exchange} does not say where: add norms=, a regular '
            "expression of names of norms such as 'bn2'")
    set_exchange(net, rule.pop('norms'), ExchangeRule(**rule))


def build_preprocessor(cfg: Optional[dict], modalities: Tuple[str, ...],
                       channels: Tuple[int, ...]) -> Optional[nn.Module]:
    """Build the data preprocessor with the modalities.

    Args:
        cfg (dict, optional): Its config; a stock ``SegDataPreProcessor``
            becomes a :class:`~cen_mm.models.MultimodalPreProcessor`.
        modalities (tuple[str]): M names.
        channels (tuple[int]): Of each.
    """
    if not isinstance(cfg, dict):
        return cfg
    cfg = dict(cfg)
    if cfg['type'] == 'SegDataPreProcessor':
        cfg['type'] = 'MultimodalPreProcessor'
        cfg.pop('bgr_to_rgb', None)  # PackModalities gives RGB
    return MODELS.build(
        add_arguments(cfg, modalities=modalities, channels=channels))
