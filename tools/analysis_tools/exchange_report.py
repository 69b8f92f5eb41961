"""Report what a trained net exchanges, and how much it relies on it.

    python tools/analysis_tools/exchange_report.py CHECKPOINT

Writes channels.csv, one row a layer and modality, and the page report.html,
with its plots as files too, into exchange_report/ beside the checkpoint;
--evaluate tests with single layers forced, and adds forcing.csv.
"""
import argparse
from dataclasses import asdict
from itertools import islice
from math import isnan, nan
from pathlib import Path
from typing import List, Tuple

import torch
from _exchange_report_page import report_page
from _exchange_report_tables import channel_table, write_csv
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from tqdm import tqdm

from cen_mm.analysis.data import batch_of_one, check_truth, held_out_set
from cen_mm.analysis.donor_use import watch_donors
from cen_mm.analysis.exchange_statistics import layer_statistics
from cen_mm.analysis.exchanging_norms import exchanging_norms
from cen_mm.analysis.forcing import ForcedNet, evaluate_forced, forced_nets
from cen_mm.analysis.layer_names import find_layer
from cen_mm.apis.checkpoint import find_config, load_model
from cen_mm.layers import modality_names


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--config', help='its config; by default the one beside it')
    parser.add_argument(
        '--out', help='folder to write; by default exchange_report beside '
        'the checkpoint')
    parser.add_argument(
        '--images', type=int, default=16, help='how many images of the test '
        'set show what donors give; 0 leaves data out (default: 16)')
    parser.add_argument(
        '--threshold', type=float, help='scales below it count as small, '
        'whatever is replaced; by default the threshold of the exchange')
    parser.add_argument(
        '--evaluate', action='store_true', help='test with the exchange of '
        'single layers forced off, and on')
    parser.add_argument(
        '--eval-images', type=int, help='test on the first so many images; '
        'by default on the whole test set')
    parser.add_argument(
        '--layers', nargs='+', metavar='LAYER', help='layers to force; by '
        'default all that replace a channel')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config')
    return parser.parse_args()


def check_args(args: argparse.Namespace) -> None:
    """Refuse what would be passed over or cannot be.

    Raises:
        ValueError: If there is any.
    """
    for name, least in (('images', 0), ('eval_images', 1), ('threshold', 0)):
        value = getattr(args, name)
        if value is not None and value < least:
            raise ValueError(f'--{name.replace("_", "-")} must be >= {least}, '
                             f'got {value}')
    for name in ('eval_images', 'layers'):
        if getattr(args, name) and not args.evaluate:
            raise ValueError(f'--{name.replace("_", "-")} is about tests: '
                             'give --evaluate too')


class Report:
    """Everything that is found out about a checkpoint.

    Args:
        args (Namespace): The command line.
    """

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.cfg: Config = find_config(args.checkpoint, args.config)
        self.cfg.merge_from_dict(args.cfg_options or {})
        self.model, self.meta = load_model(self.cfg, args.checkpoint)
        self.model.to(get_device())
        self.norms = exchanging_norms(self.model)
        self.modalities = modality_names(self.model)
        self.rows: List[dict] = [
            dict(asdict(row), donor_use=nan)
            for name, norm in self.norms for row in layer_statistics(
                name, self.modalities, norm.gamma, norm.exchange,
                args.threshold)
        ]
        self.images = 0
        self.nets: List[ForcedNet] = []
        self.forced_images = 0
        self.chosen = self._chosen()
        if args.images or args.evaluate:
            self.dataset = self._dataset()
        if args.evaluate:
            if not self.cfg.get('val_evaluator'):
                raise ValueError(f'{self.cfg.filename} has no val_evaluator '
                                 'to test by: leave --evaluate out')
            check_truth(self.dataset[0])

    def _chosen(self) -> List[str]:
        """Layers to force."""
        if not self.args.evaluate:
            return []
        exchanging = list(
            dict.fromkeys(
                row['layer'] for row in self.rows if row['replaced'] > 0))
        if not exchanging:
            raise ValueError(
                'no layer replaces any channel, so there is no exchange to '
                'force off or on: leave --evaluate out')
        if self.args.layers is None:
            return exchanging
        chosen = [
            find_layer(name, [layer for layer, _ in self.norms])
            for name in self.args.layers
        ]
        for layer in chosen:
            if layer not in exchanging:
                raise ValueError(
                    f'{layer} replaces no channel, so there is no exchange '
                    'to force: leave it out, those that do are '
                    + ', '.join(exchanging))
        return chosen

    def _dataset(self):
        try:
            return held_out_set(self.cfg)
        except OSError as error:
            raise FileNotFoundError(
                f'{error}; or leave data out with --images 0 and without '
                '--evaluate') from error

    def measure_donors(self) -> None:
        """Run some images, and see what donors give."""
        self.images = min(self.args.images, len(self.dataset))
        with watch_donors(self.norms) as meters, torch.no_grad():
            for index in tqdm(
                    range(self.images), desc='donors', disable=None):
                self.model.test_step(batch_of_one(self.dataset, index))
        shares = {name: meter.donated() for name, meter in meters.items()}
        for row in self.rows:
            m = self.modalities.index(row['modality'])
            row['donor_use'] = shares[row['layer']][m]

    def force(self) -> None:
        """Test with single layers forced."""
        total = len(self.dataset)
        self.forced_images = min(self.args.eval_images or total, total)
        self.nets = forced_nets([name for name, _ in self.norms], self.chosen)
        batches = (batch_of_one(self.dataset, index)
                   for index in range(total))
        with tqdm(
                total=self.forced_images * len(self.nets), desc='forcing',
                disable=None) as progress:
            evaluate_forced(
                self.model, self.norms, self.nets,
                islice(batches, self.forced_images), self.cfg.val_evaluator,
                self.dataset.metainfo, progress.update)

    @property
    def mean_shares(self) -> List[Tuple[str, float, float]]:
        """Of each modality: name, replaced and donor use, mean of layers."""
        means = []
        for modality in self.modalities:
            rows = [r for r in self.rows if r['modality'] == modality]
            used = [r['donor_use'] for r in rows if not isnan(r['donor_use'])]
            means.append((modality,
                          sum(r['replaced'] for r in rows) / len(rows),
                          sum(used) / len(used) if used else nan))
        return means


def main() -> None:
    args = parse_args()
    out = Path(args.out or Path(args.checkpoint).parent / 'exchange_report')
    try:
        check_args(args)
        report = Report(args)
        # Before the work, for the folder may be refused.
        out.mkdir(parents=True, exist_ok=True)
        if args.images:
            report.measure_donors()
        if args.evaluate:
            report.force()
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    write_csv(out / 'channels.csv', report.rows)
    if report.nets:
        write_csv(out / 'forcing.csv', [
            dict(exchange=net.kind, layer=net.layer, **net.metrics)
            for net in report.nets
        ])
    print(channel_table(report.rows).text())
    page, texts = report_page(report)
    for text in texts:
        print(text)
    for name, picture in page.pictures.items():
        (out / f'{name}.png').write_bytes(picture)
    html = page.html()
    (out / 'report.html').write_text(html, encoding='utf-8')
    print(f'{out / "report.html"}: {len(report.norms)} layers, '
          f'{len(html) / 1024:.0f} kB')


if __name__ == '__main__':
    main()
