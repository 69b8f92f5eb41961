"""The tables of the report, for the terminal, the page and other programs."""
import csv
import math
from dataclasses import dataclass
from typing import List, Tuple

from prettytable import PrettyTable

from cen_mm.analysis.layer_names import short_name


@dataclass
class Table:
    """Cells as they are read.

    Attributes:
        columns (list[tuple[str, str]]): Headings and what they mean.
        rows (list[list[str]]): The first ``labels`` cells are names.
        labels (int): Defaults to 2.
    """
    columns: List[Tuple[str, str]]
    rows: List[List[str]]
    labels: int = 2

    def text(self) -> str:
        """As a terminal shows it."""
        table = PrettyTable([name for name, _ in self.columns])
        table.align = 'r'
        for name, _ in self.columns[:self.labels]:
            table.align[name] = 'l'
        table.add_rows(self.rows)
        return table.get_string()


COLUMNS = [
    ('layer', 'the norm after which channels are exchanged'),
    ('modality', 'the stream'),
    ('C', 'channels of one modality'),
    ('replaced %', 'channels that the rule replaces by those of the other '
     'modalities (the donors)'),
    ('small, own %', 'small scales, see the summary, among the '
     "modality's own part of the channels, 1/M of them, which the L1 penalty "
     'of the paper is about'),
    ('small, others %', 'small scales in the other parts'),
    ('swapped', 'channels replaced in every modality; of two modalities they '
     'merely change sides'),
    ('dead donors', 'replaced channels all of whose donors have small scales '
     'too: one dead channel for another'),
    ('donor use %', 'share of the variance behind the norm, over pixels and '
     'images, that has come from donors'),
    ('|gamma| 10 %', 'a tenth of the scales is below it'),
    ('|gamma| 50 %', 'the median'),
    ('|gamma| 90 %', 'a tenth of the scales is above it'),
]


def channel_table(rows: List[dict]) -> Table:
    """One row a layer and modality.

    Args:
        rows (list[dict]): Fields of ``ChannelStatistics``, and
            ``donor_use``, nan where it has not been measured.
    """
    return Table(COLUMNS, [[
        short_name(row['layer']), row['modality'],
        str(row['channels']),
        percent(row['replaced']),
        percent(row['below_own']),
        percent(row['below_outside']),
        str(row['swapped']),
        str(row['dead_donors']),
        percent(row['donor_use']),
        *(f'{row[key]:.2g}' for key in ('gamma_q10', 'gamma_q50',
                                        'gamma_q90'))
    ] for row in rows])


def forcing_table(nets: list, metric: str, streams: List[str]) -> Table:
    """One row a forced net: a metric, and its difference to a reference.

    Args:
        nets (list[ForcedNet]): With metrics.
        metric (str): Of the ensemble, such as 'mIoU'.
        streams (list[str]): Columns.
    """
    columns = [('exchange', 'where channels are exchanged'),
               ('compared with', 'what the differences are to')]
    for stream in streams:
        columns += [(stream, metric), (f'Δ {stream}', 'difference')]
    rows = []
    for net in nets:
        reference = reference_of(net, nets)
        cells = [title(net), '' if net is reference else title(reference)]
        for stream in streams:
            value = value_of(net, metric, stream)
            away = value - value_of(reference, metric, stream)
            cells += [f'{value:.{places(value)}f}',
                      '' if net is reference else f'{away:+.{places(value)}f}']
        rows.append(cells)
    return Table(columns, rows)


def title(net) -> str:
    """What a forced net is called."""
    return {
        'as trained': 'as trained',
        'all off': 'nowhere',
        'off': f'all but {short_name(net.layer)}',
        'only': f'only {short_name(net.layer)}'
    }[net.kind]


def reference_of(net, nets: list):
    """'as trained' for a layer off, 'all off' for a layer alone."""
    kind = 'all off' if net.kind == 'only' else 'as trained'
    return next(other for other in nets if other.kind == kind)


def value_of(net, metric: str, stream: str) -> float:
    """A metric of a stream; the ensemble's has no prefix."""
    prefix = '' if stream == 'ensemble' else f'{stream}/'
    return net.metrics.get(prefix + metric, math.nan)


def places(value: float) -> int:
    """Decimals: MAE and SSIM are small, mIoU is in percent."""
    return 2 if abs(value) >= 2 else 4


def percent(share: float) -> str:
    """A share in percent; a dash where there is nothing to share."""
    return '-' if math.isnan(share) else f'{100 * share:.1f}'


def write_csv(path: str, rows: List[dict]) -> None:
    """Write rows of the same fields."""
    with open(path, 'w', newline='') as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
