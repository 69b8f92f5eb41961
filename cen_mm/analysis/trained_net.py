"""A trained network that exchanges channels, for the tools that look at it."""
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.model import BaseModel
from torch import Tensor, nn

from ..apis.checkpoint import find_config, load_model
from ..apis.config import override
from ..layers import exchangeable_norms, modality_names

Norms = List[Tuple[str, nn.Module]]


@dataclass
class TrainedNet:
    """A checkpoint and its config.

    Attributes:
        cfg (Config): The config.
        model (BaseModel): In evaluation mode, on mmengine's device.
        meta (dict): Of the checkpoint, such as ``iter`` and ``epoch``.
        norms (list[tuple[str, nn.Module]]): See :func:`exchanging_norms`.
        modalities (list[str]): The M names.
    """
    cfg: Config
    model: BaseModel
    meta: dict
    norms: Norms
    modalities: List[str]

    @property
    def penalty(self) -> Tuple[float, str]:
        """Weight and region of its SparsityHook; without one 0 and 'own'."""
        hooks = [*self.cfg.get('default_hooks', {}).values(),
                 *(self.cfg.get('custom_hooks') or [])]
        for hook in hooks:
            if hook and hook['type'] == 'SparsityHook':
                return hook['weight'], hook.get('region', 'own')
        return 0., 'own'


def load_trained_net(checkpoint: str, config: Optional[str] = None,
                     cfg_options: Optional[Sequence[str]] = None
                     ) -> TrainedNet:
    """Load a checkpoint with a config, by default the one beside it.

    All modalities are present, whichever the config drops in training or
    leaves out in tests: the exchange is what is looked at.

    Args:
        cfg_options (Sequence[str], optional): ``KEY=VALUE`` overrides.

    Raises:
        OSError: If a file is not there.
        ValueError: If they do not fit, or as of :func:`exchanging_norms`.
    """
    cfg = override(find_config(checkpoint, config), cfg_options or ())
    for part, field in ((cfg.model, 'present'),
                        (cfg.model.get('test_cfg'), 'modalities'),
                        (cfg.model.get('data_preprocessor'), 'drop')):
        if part:
            part.pop(field, None)
    model, meta = load_model(cfg, checkpoint)
    return TrainedNet(cfg, model.to(get_device()), meta,
                      exchanging_norms(model), modality_names(model))


def exchanging_norms(net: nn.Module) -> Norms:
    """The private norms with an exchange rule, in the order of the net.

    Args:
        net (nn.Module): A model of ours, or any other.

    Returns:
        list[tuple[str, nn.Module]]: Qualified names and norms. A rule of
        threshold 0, which replaces nothing, is one too.

    Raises:
        ValueError: If there are none, or only one modality, or scales that
            are not finite.
    """
    private = [(name, norm) for name, norm in exchangeable_norms(net)
               if norm.num_modalities > 1]
    if not private:
        raise ValueError(
            f'this {type(net).__name__} has no scales that are private to '
            'one of several modalities, so there is no exchange to report: '
            'give a checkpoint trained with a config of configs/cen or '
            'configs/translation/cen')
    exchanging = [pair for pair in private if pair[1].exchange is not None]
    if not exchanging:
        raise ValueError(
            f'none of the {len(private)} private norms of this '
            f'{type(net).__name__} has an exchange rule: it was trained '
            'without exchange; give a checkpoint whose config sets '
            'exchange=dict(threshold=...)')
    for name, norm in exchanging:
        if not norm.gamma.isfinite().all():
            raise ValueError(f'{name} has scales that are not finite: the '
                             'training diverged; give an earlier checkpoint')
    return exchanging


def by_channel(norm: nn.Module, output: Tensor) -> Tensor:
    """The output of a private norm as ``(N, M, C, places)``.

    It is ``(N*M, C, H, W)``, or ``(N*M, L, C)`` of a layer norm on tokens.
    """
    maps = output.movedim(norm.channel_dim, 1).flatten(2)
    return maps.unflatten(0, (-1, norm.num_modalities))
