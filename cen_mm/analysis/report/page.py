"""What the report says: one HTML page, its pictures, the terminal's text."""
from base64 import b64encode
from pathlib import Path
from typing import Dict, Iterable, Sequence

from jinja2 import Environment, FileSystemLoader

from ..style import UNITS, png
from .plots import donor_plot, forcing_plot, histograms, share_plot
from .tables import (
    LAYER_COLUMNS,
    channel_table,
    forcing_table,
    layer_table,
)


def write_page(report, out: Path) -> str:
    """Write the page of a ``Report``, which asks for no other file.

    Args:
        report (Report): What was found out.
        out (Path): A file ``*.html``; or a folder, for ``report.html`` and
            its pictures as files.

    Returns:
        str: What the terminal shows.
    """
    net = report.net
    exchanging = {row['layer'] for row in report.rows if row['replaced']}
    rows, idle = (
        [row for row in report.rows if (row['layer'] in exchanging) == some]
        for some in (True, False))
    path = Path(report.checkpoint).resolve()
    page = dict(
        title=f'Channel exchange of {path.parent.name}/{path.name}',
        facts=_facts(report), layers=layer_table(rows),
        idle=layer_table(idle) if idle else None,
        idle_layers=len(net.norms) - len(exchanging),
        channels=channel_table(rows), columns=LAYER_COLUMNS.values(),
        donors=_donor_text(report))
    figures = dict(
        replaced=share_plot(report.rows),
        scales=histograms(
            {name: norm.gamma.detach().cpu().float().numpy()
             for name, norm in net.norms}, net.modalities,
            {row['layer']: row['small_threshold'] for row in report.rows}))
    if report.images:
        figures['donors'] = donor_plot(report.rows)
    metric, streams = '', []
    if report.forced:
        metrics = report.forced[0].metrics
        metric = _main_metric(net.cfg, metrics)
        streams = [name for name in net.modalities
                   if f'{name}/{metric}' in metrics] + ['ensemble']
        page.update(
            metric=metric, forcing_text=_forcing_text(report),
            forcing=forcing_table(report.forced, metric, streams))
        figures['forcing'] = forcing_plot(report.forced, metric, streams)
    page['conclusion'] = conclusion(report, len(exchanging), metric, streams)
    pictures = {name: png(figure) for name, figure in figures.items()}
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    html = environment.get_template('page.html').render(
        pictures={k: b64encode(v).decode() for k, v in pictures.items()},
        **page)
    if out.suffix != '.html':
        for name, picture in pictures.items():
            (out / f'{name}.png').write_bytes(picture)
        out = out / 'report.html'
    out.write_text(html, encoding='utf-8')
    texts = [
        page['conclusion'], layer_table(report.rows).get_string(),
        ' | '.join(f'{k}: {v}' for k, v in page['facts'].items()),
        page['donors']
    ]
    if report.forced:
        texts += [page['forcing'].get_string(), page['forcing_text']]
    texts.append(
        f'{out}: {len(net.norms)} layers, {len(html) / 1024:.0f} kB')
    return '\n'.join(texts)


def conclusion(report, exchanging: int, metric: str,
               streams: Sequence[str]) -> str:
    """What was found, in a sentence or two.

    Args:
        report (Report): What was found out.
        exchanging (int): Layers that replace a channel.
        metric (str): That of the forced nets, if there are any.
        streams (Sequence[str]): Those that have it.
    """
    if not exchanging:
        return _note(report)
    text = (f'{exchanging} of {len(report.net.norms)} layers exchange '
            f'channels: on average {report.layer_means("replaced")} of them '
            'are replaced')
    if report.images:
        text += (f', and donors give {report.layer_means("donor_use")} of '
                 'the variance behind the norms')
    text += '.'
    if report.forced:
        off = next(n for n in report.forced if n.exchange == 'all off')
        unit = UNITS.get(metric, '').replace('%', 'points').strip(' ()')
        places = 2 if unit == 'points' else 4
        text += (f' Without any exchange, and without training again, '
                 f'{metric} changes by ' + ', '.join(
                     f'{off.difference(metric, s):+.{places}f} ({s})'
                     for s in streams) + f' {unit}').rstrip() + '.'
    return text


def _facts(report) -> Dict[str, str]:
    """Values by name for the summary."""
    net = report.net
    rules = {norm.exchange for _, norm in net.norms}
    weight, region = net.penalty
    return {
        'config': Path(net.cfg.filename or 'of the checkpoint').name,
        'iteration': '{iter} (epoch {epoch})'.format(**net.meta)
        if {'iter', 'epoch'} <= set(net.meta) else 'not recorded',
        'modalities': f'{len(net.modalities)} ({", ".join(net.modalities)})',
        'layers that may exchange': str(len(net.norms)),
        'threshold': _distinct(f'{r.threshold:g}' for r in rules),
        'small scales': 'below ' + _distinct(
            f'{row["small_threshold"]:g}' for row in report.rows),
        'region': _distinct(r.region for r in rules),
        'choice of channels': _distinct(
            'small scales' if r.random_share is None else
            f'at random (seed {r.random_seed})' for r in rules),
        'L1 penalty': f'{weight:g}, region {region}' if weight else 'none',
        'replaced, mean over layers': report.layer_means('replaced'),
    }


def _distinct(values: Iterable[str]) -> str:
    return ', '.join(sorted(set(values)))


def _note(report) -> str:
    """Why nothing is exchanged."""
    if all(norm.exchange.threshold == 0 for _, norm in report.net.norms):
        return ('The threshold is 0 in every layer, so nothing is exchanged: '
                'this is a control whose scales are only reported.'
                + (' No scale counts as small either; --threshold says below '
                   'which one should.' if report.small_threshold is None
                   else ''))
    return ('No scale that may be exchanged is below the threshold, so '
            'nothing is exchanged.')


def _donor_text(report) -> str:
    """The mean donor use, and what it is."""
    if not report.images:
        return 'No image has been run (--images 0).'
    return (
        f'Donor use, mean over the layers, on the first {report.images} '
        f'images of the test set: {report.layer_means("donor_use")}. It is '
        'the variance of the replaced channels behind the norm over the '
        'variance of all its channels, each over pixels and images, so that '
        'constant features do not count. A replaced channel whose donors are '
        'dead adds next to nothing. The skip connection of a residual block, '
        'which is added later, is not in it.')


def _forcing_text(report) -> str:
    """How layers were forced, and what the differences tell."""
    return (
        f'Tested on {report.forced_images} images. Nothing is trained again '
        'for it: the layers behind a forced one have been fitted to '
        'features, and their norms to statistics, that they no longer get. '
        'So the differences say how far this net relies on an exchange, not '
        'how good a net trained without it would be. Layers that replace '
        'nothing are left out, for forcing them changes nothing. Δ is the '
        'difference to the net in the second column; in a folder '
        'forcing.csv has the other metrics.')


def _main_metric(cfg, metrics: dict) -> str:
    """The one by which the config keeps the best checkpoint."""
    wanted = cfg.get('default_hooks', {}).get('checkpoint', {}).get(
        'save_best')
    if isinstance(wanted, str) and wanted in metrics:
        return wanted
    return next((k for k in metrics if '/' not in k), next(iter(metrics)))
