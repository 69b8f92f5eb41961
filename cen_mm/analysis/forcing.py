"""What becomes of the metrics if layers are forced to exchange, or not to.

Nothing is trained again: norms and convolutions behind a forced layer have
been fitted to features that they no longer get. So this says how far the
trained net relies on an exchange, not how good one trained without would be.
"""
import copy
import dataclasses
from contextlib import contextmanager
from typing import Callable, Collection, Dict, Iterator, List, Sequence, Tuple

import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmengine.model import BaseModel
from torch import nn

Norms = Sequence[Tuple[str, nn.Module]]


@dataclasses.dataclass
class ForcedNet:
    """A net of which some layers exchange and the others do not.

    Attributes:
        kind (str): 'as trained', 'all off', 'off' (one layer is) or 'only'
            (one layer exchanges).
        layer (str): That layer; empty for the first two kinds.
        off (frozenset[str]): All layers that do not exchange.
        metrics (dict[str, float]): Such as ``mIoU`` and ``rgb/mIoU``.
    """
    kind: str
    layer: str
    off: frozenset
    metrics: Dict[str, float] = dataclasses.field(default_factory=dict)


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
    return [
        ForcedNet('as trained', '', frozenset()),
        ForcedNet('all off', '', every),
        *(ForcedNet('off', layer, frozenset([layer])) for layer in chosen),
        *(ForcedNet('only', layer, every - {layer}) for layer in chosen)
    ]


@contextmanager
def exchange_off(norms: Norms, off: Collection[str]) -> Iterator[None]:
    """Keep some norms from exchanging; rules are then what they were.

    Args:
        norms (Sequence[tuple[str, nn.Module]]): Names, and norms with an
            exchange rule.
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


@torch.no_grad()
def evaluate_forced(model: BaseModel, norms: Norms, nets: List[ForcedNet],
                    batches: Iterator[dict], evaluator: dict,
                    dataset_meta: dict,
                    done: Callable[[int], None] = lambda count: None) -> None:
    """Fill in the metrics of forced nets.

    Every image is read once. All nets draw the same random numbers for it,
    which matters where a translation predicts with dropout.

    Args:
        model (BaseModel): In evaluation mode.
        norms (Sequence[tuple[str, nn.Module]]): Its names and norms with an
            exchange rule.
        nets (list[ForcedNet]): Which nets.
        batches (Iterator[dict]): As ``model.test_step`` takes them.
        evaluator (dict | list[dict]): Config of the metrics.
        dataset_meta (dict): Of the data set, for the metrics.
        done (Callable[[int], None]): Told that so many predictions more are
            done. Defaults to nobody.
    """
    with _quiet():
        judges = [Evaluator(copy.deepcopy(evaluator)) for _ in nets]
    for judge in judges:
        judge.dataset_meta = dataset_meta
    device = next(model.parameters()).device
    images = 0
    with torch.random.fork_rng([device] if device.type == 'cuda' else []):
        for images, batch in enumerate(batches, 1):
            for net, judge in zip(nets, judges):
                torch.manual_seed(images)
                # Predictions are written into the samples.
                data = copy.deepcopy(batch)
                with exchange_off(norms, net.off):
                    samples = model.test_step(data)
                judge.process(data_samples=samples, data_batch=data)
                done(1)
    with _quiet():
        for net, judge in zip(nets, judges):
            net.metrics = {
                name: float(value)
                for name, value in judge.evaluate(images).items()
            }


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the tables and advice that metrics log, for each net."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel('ERROR')
    try:
        yield
    finally:
        logger.setLevel(level)
