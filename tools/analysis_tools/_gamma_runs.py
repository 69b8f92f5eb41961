"""The command line and the records of tools that compare gammas of runs."""
import argparse
from pathlib import Path
from typing import List

from cen_mm.analysis.gammas import GammaLog, read_gammas
from cen_mm.analysis.layer_names import find_layer


def parser_of(doc: str) -> argparse.ArgumentParser:
    """A parser with the arguments that all have."""
    parser = argparse.ArgumentParser(description=doc.split('\n')[0])
    parser.add_argument('out', metavar='OUT.png', help='picture to write')
    parser.add_argument(
        'work_dirs', metavar='WORK_DIR', nargs='+',
        help='work dirs of trainings, a panel or column each')
    parser.add_argument(
        '--labels', nargs='+',
        help='what the picture calls them; their names by default')
    return parser


def labels_of(args: argparse.Namespace) -> List[str]:
    """A name for each run.

    Raises:
        ValueError: If there is another number of labels than of runs.
    """
    labels = args.labels or [Path(d).resolve().name for d in args.work_dirs]
    if len(labels) != len(args.work_dirs):
        raise ValueError(f'{len(labels)} --labels for {len(args.work_dirs)} '
                         'work dirs: give one for each')
    return labels


def logs_of(args: argparse.Namespace) -> List[GammaLog]:
    """The records of each run."""
    return [read_gammas(work_dir) for work_dir in args.work_dirs]


def layer_of(name: str, log: GammaLog, work_dir: str) -> str:
    """The whole name of a layer in one run.

    Raises:
        ValueError: If it has none of this name.
    """
    try:
        return find_layer(name, log.layers)
    except ValueError as error:
        raise ValueError(f'{work_dir}: {error}') from error
