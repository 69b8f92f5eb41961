"""What becomes of the metrics if layers are forced to exchange, or not to.

Nothing is trained again: norms and convolutions behind a forced layer have
been fitted to features that they no longer get. So this says how far the
trained net relies on an exchange, not how good one trained without would be.
"""
import dataclasses
import math
from contextlib import contextmanager
from functools import partial
from typing import Collection, Dict, Iterator, List, Optional, Sequence

from mmengine.dataset import BaseDataset

from ..tables import metric_key, short_name
from ..trained_net import Norms, TrainedNet
from ..variants import evaluate_variants


@dataclasses.dataclass
class ForcedNet:
    """A net of which some layers exchange and the others do not.

    Attributes:
        exchange (str): 'as trained', 'all off', 'one off' (``layer`` does
            not exchange, all others do) or 'one on' (``layer`` alone does).
        layer (str): That layer; empty for the first two.
        off (frozenset[str]): All layers that do not exchange.
        reference (ForcedNet, optional): The one to compare with.
        metrics (dict[str, float]): Such as ``mIoU`` and ``rgb/mIoU``.
    """
    exchange: str
    layer: str = ''
    off: frozenset = frozenset()
    reference: Optional['ForcedNet'] = None
    metrics: Dict[str, float] = dataclasses.field(default_factory=dict)

    @property
    def title(self) -> str:
        """Where it exchanges, in words."""
        words = {'all off': 'nowhere', 'one off': 'all but', 'one on': 'only'}
        return f'{words.get(self.exchange, self.exchange)} ' \
            f'{short_name(self.layer)}'.strip()

    def value(self, metric: str, stream: str) -> float:
        """A stream's metric, nan if it has none."""
        return self.metrics.get(metric_key(stream, metric), math.nan)

    def difference(self, metric: str, stream: str) -> float:
        """A stream's metric minus that of the reference."""
        return (self.value(metric, stream)
                - self.reference.value(metric, stream))


def forced_nets(layers: Sequence[str],
                chosen: Sequence[str]) -> List[ForcedNet]:
    """The two references, then each chosen layer alone off, and alone on.

    Args:
        layers (Sequence[str]): All that exchange.
        chosen (Sequence[str]): Those of them to force.

    Returns:
        list[ForcedNet]: ``2 + 2 * len(chosen)``, without metrics.
    """
    every = frozenset(layers)
    trained = ForcedNet('as trained')
    off = ForcedNet('all off', off=every, reference=trained)
    return [
        trained, off,
        *(ForcedNet('one off', k, frozenset([k]), trained) for k in chosen),
        *(ForcedNet('one on', k, every - {k}, off) for k in chosen)
    ]


@contextmanager
def exchange_off(norms: Norms, off: Collection[str]) -> Iterator[None]:
    """Keep some norms from exchanging; rules are then what they were.

    Args:
        norms (list[tuple[str, nn.Module]]): See :func:`exchanging_norms`.
        off (Collection[str]): Names.
    """
    rules = [(norm, norm.exchange) for _, norm in norms]
    try:
        for name, norm in norms:
            if name in off:
                norm.exchange = dataclasses.replace(norm.exchange, threshold=0)
        yield
    finally:
        for norm, rule in rules:
            norm.exchange = rule


def evaluate_forced(net: TrainedNet, forced: List[ForcedNet],
                    dataset: BaseDataset, images: int) -> None:
    """Fill in the metrics of forced nets, see :func:`evaluate_variants`.

    Args:
        net (TrainedNet): As trained.
        forced (list[ForcedNet]): Which nets.
        dataset (BaseDataset): Images with labels or targets.
        images (int): How many of the first to test on.
    """
    def predict(off: Collection[str], data: dict) -> list:
        with exchange_off(net.norms, off):
            return net.model.test_step(data)

    metrics = evaluate_variants(
        net.cfg, dataset, images,
        [partial(predict, one.off) for one in forced], 'forcing')
    for one, found in zip(forced, metrics):
        one.metrics = found
