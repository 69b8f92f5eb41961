"""What the page of the report says, section by section."""
from pathlib import Path
from typing import List, Tuple

from _exchange_report_html import Page
from _exchange_report_plots import (
    donor_plot,
    forcing_plot,
    histograms,
    png,
    share_plot,
)
from _exchange_report_tables import channel_table, forcing_table, percent

from cen_mm.analysis.penalty import penalty_of

NOT_RETRAINED = (
    'Nothing is trained again for it: the layers behind a forced one have '
    'been fitted to features, and their norms to statistics, that they no '
    'longer get. So the differences say how far this net relies on an '
    'exchange, not how good a net trained without it would be.')


def report_page(report) -> Tuple[Page, List[str]]:
    """The page, and what the terminal shows of it beside the table.

    Args:
        report (Report): With all that has been measured.

    Returns:
        tuple[Page, list[str]]: The page, and texts.
    """
    checkpoint = Path(report.args.checkpoint).resolve()
    page = Page(
        f'Channel exchange of {checkpoint.parent.name}/{checkpoint.name}')
    texts = [' | '.join(f'{k}: {v}' for k, v in facts(report)[2:])]
    page.heading('Summary')
    page.facts(facts(report))
    note = note_of(report)
    if note:
        page.paragraph(note)
        texts.append(note)
    page.heading('Channels by layer and modality')
    table = channel_table(report.rows)
    page.meanings(table)
    page.table(table)
    page.heading('Share of replaced channels')
    page.paragraph(
        'Hatched is the part whose donors have small scales too: there the '
        'exchange brings next to nothing.')
    page.picture(
        'replaced', png(share_plot(report.rows)),
        'replaced channels by layer and modality')
    page.heading('Scales')
    page.paragraph('How many channels have a norm scale of which size. What '
                   'is left of the dashed line counts as small.')
    page.picture(
        'scales',
        png(histograms(
            {name: norm.gamma.detach().cpu().float().numpy()
             for name, norm in report.norms}, report.modalities,
            {row['layer']: row['small_below'] for row in report.rows})),
        'histograms of the scales by layer and modality')
    page.heading('What donors give')
    donors = donor_text(report)
    page.paragraph(donors)
    texts.append(donors)
    if report.images:
        page.picture(
            'donors', png(donor_plot(report.rows)),
            'variance from donors by layer and modality')
    if report.nets:
        texts += add_forcing(page, report)
    return page, texts


def facts(report) -> List[Tuple[str, str]]:
    """Names and values for the summary."""
    rules = {norm.exchange for _, norm in report.norms}
    meta = report.meta
    weight, region = penalty_of(report.cfg)
    means = ', '.join(f'{name} {percent(share)} %'
                      for name, share, _ in report.mean_shares)
    return [
        ('config', str(report.cfg.filename)),
        ('checkpoint', report.args.checkpoint),
        ('iteration', f'{meta["iter"]} (epoch {meta["epoch"]})'
         if {'iter', 'epoch'} <= set(meta) else 'not recorded'),
        ('modalities', f'{len(report.modalities)} ('
         + ', '.join(report.modalities) + ')'),
        ('layers that may exchange', str(len(report.norms))),
        ('threshold', several(f'{r.threshold:g}' for r in rules)),
        ('small scales', 'below ' + several(
            f'{row["small_below"]:g}' for row in report.rows)),
        ('region', several(r.region for r in rules)),
        ('choice of channels', several(
            'small scales' if r.random_seed is None else
            f'at random (seed {r.random_seed})' for r in rules)),
        ('L1 penalty', f'{weight:g}, region {region}' if weight else 'none'),
        ('replaced, mean over layers', means),
    ]


def several(values) -> str:
    return ', '.join(sorted(set(values)))


def note_of(report) -> str:
    """What a reader of the figures has to know."""
    if all(norm.exchange.threshold == 0 for _, norm in report.norms):
        note = ('The threshold is 0 in every layer, so nothing is exchanged: '
                'this is a control whose scales are only reported.')
        if report.args.threshold is None:
            note += (' No scale counts as small either; --threshold says '
                     'below which one should.')
        return note
    if not any(row['replaced'] for row in report.rows):
        return ('No scale that may be exchanged is below the threshold, so '
                'nothing is exchanged.')
    return ''


def donor_text(report) -> str:
    """The mean donor use."""
    if not report.images:
        return 'No image has been run (--images 0).'
    means = ', '.join(f'{name} {percent(use)} %'
                      for name, _, use in report.mean_shares)
    return (
        f'Donor use, mean over the layers, on the first {report.images} '
        f'images of the test set: {means}. It is the variance of the '
        'replaced channels behind the norm over the variance of all its '
        'channels, each over pixels and images, so that constant features do '
        'not count. A replaced channel whose donors are dead adds next to '
        'nothing. The skip connection of a residual block, which is added '
        'later, is not in it.')


def add_forcing(page: Page, report) -> List[str]:
    """The section on forced layers; returns its text."""
    metrics = report.nets[0].metrics
    metric = main_metric(report.cfg, metrics)
    streams = [name for name in report.modalities
               if f'{name}/{metric}' in metrics] + ['ensemble']
    table = forcing_table(report.nets, metric, streams)
    page.heading(f'Exchange forced off and on: {metric}')
    text = (f'Tested on {report.forced_images} images. {NOT_RETRAINED} Layers '
            'that replace nothing are left out, for forcing them changes '
            'nothing. Δ is the difference to the net in the second column; '
            'forcing.csv has the other metrics.')
    page.paragraph(text)
    page.picture(
        'forcing', png(forcing_plot(report.nets, metric, streams)),
        f'{metric} with single layers forced')
    page.table(table)
    return [table.text(), text]


def main_metric(cfg, metrics: dict) -> str:
    """The one by which the config keeps the best checkpoint."""
    wanted = cfg.get('default_hooks', {}).get('checkpoint', {}).get(
        'save_best')
    if isinstance(wanted, str) and wanted in metrics:
        return wanted
    return next((name for name in metrics if '/' not in name), next(
        iter(metrics)))
