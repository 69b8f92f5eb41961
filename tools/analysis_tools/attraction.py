"""How often gammas are attracted to zero, measured and by Theorem 1.

    python tools/analysis_tools/attraction.py CHECKPOINT --out FIGURE.png

Sends batches of the training set through the network of a run, without
channel exchange and without a step. For each exchanging norm, modality and
channel it counts how often |dL/dgamma| of the task loss stays below the
weight of the penalty, so that zero would attract gamma, and compares that
with the theorem's 2 * Phi(lambda / |dL/dx'|) - 1.

The theorem is about gammas around zero: here those below the threshold of
the exchange. Whether the run penalises them is told apart as well. It is also
about networks trained without exchange: give a run with threshold=0 in its
exchange. Where the statistics of norms are frozen, x-hat is scaled by them,
so that its variance need not be 1, as the theorem assumes.
"""
import argparse
import csv
from itertools import islice
from pathlib import Path
from typing import Dict, List, Optional

import torch
from _attraction_figure import draw
from _attraction_table import Gammas, table, verdict
from mmengine.config import Config, DictAction
from mmengine.device import get_device
from mmengine.runner import Runner, set_random_seed

from cen_mm.analysis.attraction import attraction_probability, is_attracted
from cen_mm.analysis.data import check_folder
from cen_mm.analysis.exchanging_norms import exchanging_norms
from cen_mm.analysis.gamma_gradients import GammaGradients, gamma_gradients
from cen_mm.analysis.penalty import penalty_of
from cen_mm.analysis.style import check_name
from cen_mm.apis.checkpoint import find_config, load_model
from cen_mm.layers import modality_names, region_mask

NEAR = 2e-2  # the paper's threshold


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument(
        '--config', help='config file; default: the one beside the checkpoint')
    parser.add_argument(
        '--batches', type=int, default=20, help='how many; default: 20')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE',
        help='override fields of the config')
    parser.add_argument(
        '--weight', type=float,
        help="lambda; default: the weight of the config's SparsityHook")
    parser.add_argument(
        '--near', type=float,
        help="what |gamma| is near zero; default: the exchange's threshold, "
        f'or {NEAR} if that is 0')
    parser.add_argument('--out', help='picture to write')
    parser.add_argument('--csv', help='table of all channels to write')
    return parser.parse_args()


def weight_of(cfg: Config, given: Optional[float]) -> float:
    """lambda.

    Raises:
        ValueError: If it is not positive.
    """
    weight = penalty_of(cfg)[0] if given is None else given
    if weight <= 0:
        raise ValueError(
            f'lambda is {weight:g}, and without a penalty nothing is '
            'attracted: give --weight a positive number, such as that of '
            "another run's SparsityHook")
    return weight


def training_batches(cfg: Config, count: int) -> List[dict]:
    """Batches with the training's augmentation, the same ones every time.

    Raises:
        FileNotFoundError: If the folder of the data is not there.
        ValueError: If ``count`` is not positive.
    """
    if count < 1:
        raise ValueError(f'--batches must be at least 1, got {count}')
    check_folder(cfg, 'train_dataloader')
    loader = dict(
        cfg.train_dataloader, num_workers=0, persistent_workers=False)
    set_random_seed(0)
    return list(islice(Runner.build_dataloader(loader, seed=0), count))


def gammas_of(found: Dict[str, GammaGradients], weight: float, near: float,
              cfg: Config, modalities: List[str]) -> List[Gammas]:
    """What was measured, one entry a norm and modality."""
    own_weight, region = penalty_of(cfg)
    rows = []
    for layer, norm in found.items():
        penalised = region_mask(*norm.gamma.shape, region) & (own_weight > 0)
        probability = attraction_probability(weight, norm.size)
        attracted = is_attracted(weight, norm.slope)
        for m, modality in enumerate(modalities):
            gamma = norm.gamma[m]
            rows.append(
                Gammas(layer, modality, gamma, gamma.abs() < near,
                       penalised[m], norm.slope[:, m], norm.size[:, m],
                       attracted[:, m], probability[:, m]))
    return rows


def write_csv(rows: List[Gammas], out: str) -> None:
    """One line a channel. Folders are made."""
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    with open(out, 'w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['layer', 'modality', 'channel', 'gamma', 'penalised',
                         'measured', 'theorem'])
        for row in rows:
            for c, gamma in enumerate(row.gamma.tolist()):
                writer.writerow([
                    row.layer, row.modality, c, f'{gamma:.6g}',
                    int(row.penalised[c]),
                    f'{row.attracted[:, c].float().mean():.4f}',
                    f'{row.probability[:, c].mean():.4f}'
                ])


def with_exchange(model, batches: List[dict]) -> str:
    """What the exchange itself makes of the gradient, in a sentence."""
    found = gamma_gradients(model, batches, exchange=True)
    alone = []
    for name, norm in exchanging_norms(model):
        replaced = norm.exchange.replaced(norm.gamma.cpu())
        # Two that are replaced in one channel feed each other's place.
        alone.append(found[name].slope.abs().amax(dim=0)[
            replaced & (replaced.sum(dim=0) == 1)])
    slopes = torch.cat(alone)
    if not slopes.numel():
        return 'This run exchanges no channel in one modality alone.'
    return (f'With the exchange on, {slopes.numel()} channels are replaced in '
            'one modality alone: their largest |dL/dgamma| is '
            f'{slopes.max():g}, so that only penalty and weight decay, if '
            'any, move their gammas.')


def main() -> None:
    args = parse_args()
    try:
        if args.out:
            check_name(args.out)
        cfg = find_config(args.checkpoint, args.config)
        cfg.merge_from_dict(args.cfg_options or {})
        weight = weight_of(cfg, args.weight)
        model, _ = load_model(cfg, args.checkpoint)
        model.to(get_device())
        thresholds = [n.exchange.threshold for _, n in exchanging_norms(model)]
        near = args.near or max(thresholds) or NEAR
        batches = training_batches(cfg, args.batches)
        found = gamma_gradients(model, batches)
    except (OSError, ValueError) as error:
        raise SystemExit(str(error))
    rows = gammas_of(found, weight, near, cfg, modality_names(model))
    if max(thresholds) > 0:
        print('This network was trained with exchange, which is off for what '
              'follows; the theorem is about networks trained without.')
    print(f'{len(batches)} batches of {cfg.train_dataloader.batch_size}, '
          f'{len(found)} norms, lambda {weight:g}, near zero: |gamma| < '
          f'{near:g}\n{table(rows)}\n{verdict(rows)}\n'
          f'{with_exchange(model, batches[:1])}')
    if args.csv:
        write_csv(rows, args.csv)
        print(f'{args.csv}: {sum(len(row.gamma) for row in rows)} channels')
    if args.out:
        draw(rows, f'{len(batches)} batches of the training set, '
             f'$\\lambda$ = {weight:g}', args.out)
        print(f'{args.out}: {len(found)} layers')


if __name__ == '__main__':
    main()
