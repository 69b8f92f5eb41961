"""Measure what a checkpoint exchanges, and write it down."""
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import List, Optional, Sequence

import torch
from mmengine.dataset import BaseDataset, pseudo_collate
from tqdm import tqdm

from ..files import prepare_file
from ..held_out import check_truth, held_out_set
from ..tables import find_layer, write_csv
from ..trained_net import TrainedNet, load_trained_net
from ..variants import check_evaluator
from .donor_use import watch_donors
from .forcing import ForcedNet, evaluate_forced, forced_nets
from .page import write_page
from .tables import layer_statistics, percent


@dataclass
class Report:
    """Everything that is found out about a checkpoint.

    Attributes:
        checkpoint (str): Path.
        net (TrainedNet): What it holds.
        small_threshold (float, optional): See :func:`layer_statistics`.
        rows (list[dict]): Of ``layers.csv``.
        images (int): How many the donor use was measured on.
        forced (list[ForcedNet]): With metrics.
        forced_images (int): How many these were tested on.
    """
    checkpoint: str
    net: TrainedNet
    small_threshold: Optional[float] = None
    rows: List[dict] = field(init=False)
    images: int = 0
    forced: List[ForcedNet] = field(default_factory=list)
    forced_images: int = 0

    def __post_init__(self) -> None:
        self.rows = [row for name, norm in self.net.norms
                     for row in layer_statistics(
                         name, self.net.modalities, norm.gamma, norm.exchange,
                         self.small_threshold)]

    def layer_means(self, key: str) -> str:
        """Mean of a share over the layers, by modality, in percent."""
        means = []
        for name in self.net.modalities:
            values = [r[key] for r in self.rows
                      if r['modality'] == name and not math.isnan(r[key])]
            mean = sum(values) / len(values) if values else math.nan
            means.append(f'{name} {percent(mean)} %')
        return ', '.join(means)

    def layers_to_force(self, names: Optional[Sequence[str]]) -> List[str]:
        """Whole names; by default all layers that replace a channel."""
        exchanging = list(dict.fromkeys(
            row['layer'] for row in self.rows if row['replaced'] > 0))
        if not exchanging:
            raise ValueError(
                'no layer replaces any channel, so there is no exchange to '
                'force off or on: leave --evaluate out')
        layers = [find_layer(name, [layer for layer, _ in self.net.norms])
                  for name in names or exchanging]
        for layer in layers:
            if layer not in exchanging:
                raise ValueError(
                    f'{layer} replaces no channel, so there is no exchange '
                    'to force: leave it out, those that do are '
                    + ', '.join(exchanging))
        return layers

    @torch.no_grad()
    def measure_donors(self, dataset: BaseDataset, images: int) -> None:
        """Run the first images, and see what donors give."""
        self.images = min(images, len(dataset))
        with watch_donors(self.net.norms) as meters:
            for index in tqdm(
                    range(self.images), desc='donors', disable=None):
                self.net.model.test_step(pseudo_collate([dataset[index]]))
        for row in self.rows:
            m = self.net.modalities.index(row['modality'])
            row['donor_use'] = meters[row['layer']].donated()[m]


def write_report(checkpoint: str, out: Optional[str] = None,
                 config: Optional[str] = None,
                 cfg_options: Optional[Sequence[str]] = None,
                 images: int = 16, threshold: Optional[float] = None,
                 evaluate: bool = False, eval_images: Optional[int] = None,
                 layers: Optional[Sequence[str]] = None) -> str:
    """Write ``report.html``, its plots, ``layers.csv`` and ``forcing.csv``.

    Args:
        checkpoint (str): Path.
        out (str, optional): Folder to write, or a file ``*.html`` for the
            page alone. Defaults to ``exchange_report`` beside the checkpoint.
        config, cfg_options: See :func:`load_trained_net`.
        images (int): How many images of the test set show what donors give;
            0 leaves data out. Defaults to 16.
        threshold (float, optional): Scales below it count as small. Defaults
            to the threshold of the exchange.
        evaluate (bool): Test with single layers forced. Defaults to False.
        eval_images (int, optional): On how many images. Defaults to all.
        layers (Sequence[str], optional): Layers to force. Defaults to all
            that replace a channel.

    Returns:
        str: Tables and texts for the terminal.

    Raises:
        OSError: If a file is not there or the folder cannot be.
        ValueError: If arguments conflict or would be ignored, or the
            checkpoint cannot be measured so.
    """
    for option, value, least in (('images', images, 0),
                                 ('eval-images', eval_images, 1),
                                 ('threshold', threshold, 0)):
        if value is not None and value < least:
            raise ValueError(f'--{option} must be >= {least}, got {value}')
    for option, value in (('eval-images', eval_images), ('layers', layers)):
        if value and not evaluate:
            raise ValueError(
                f'--{option} is about tests: give --evaluate too')
    net = load_trained_net(checkpoint, config, cfg_options)
    report = Report(checkpoint, net, threshold)
    if evaluate:
        names = [name for name, _ in net.norms]
        report.forced = forced_nets(names, report.layers_to_force(layers))
    if images or evaluate:
        try:
            dataset = held_out_set(net.cfg)
        except OSError as error:
            raise FileNotFoundError(
                f'{error}; or leave data out with --images 0 and without '
                '--evaluate') from error
    if evaluate:
        check_evaluator(net.cfg)
        check_truth(dataset[0])
    target = Path(out or Path(checkpoint).parent / 'exchange_report')
    alone = target.suffix == '.html'
    prepare_file(target if alone else target / 'report.html')
    if images:
        report.measure_donors(dataset, images)
    if evaluate:
        report.forced_images = min(eval_images or len(dataset), len(dataset))
        evaluate_forced(net, report.forced, dataset, report.forced_images)
    if not alone:
        write_csv(target / 'layers.csv', report.rows)
        if evaluate:
            write_csv(target / 'forcing.csv', [
                dict(exchange=n.exchange, layer=n.layer, **n.metrics)
                for n in report.forced
            ])
    return write_page(report, target)
