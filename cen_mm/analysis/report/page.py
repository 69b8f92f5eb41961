"""What the report says: one HTML page, its pictures, the terminal's text."""
from base64 import b64encode
from pathlib import Path
from typing import Dict, Iterable

from jinja2 import Environment, FileSystemLoader

from ..style import save
from .plots import donor_plot, forcing_plot, histograms, share_plot
from .tables import LAYER_COLUMNS, forcing_table, layer_table


def write_page(report, folder: Path) -> str:
    """Write ``report.html`` of a ``Report``, and its pictures.

    The page has them in it and asks for no other file. Returns what the
    terminal shows.
    """
    rows, net = report.rows, report.net
    path = Path(report.checkpoint).resolve()
    page = dict(
        title=f'Channel exchange of {path.parent.name}/{path.name}',
        facts=_facts(report), note=_note(report), layers=layer_table(rows),
        columns=LAYER_COLUMNS.values(), donors=_donor_text(report))
    figures = dict(
        replaced=share_plot(rows),
        scales=histograms(
            {name: norm.gamma.detach().cpu().float().numpy()
             for name, norm in net.norms}, net.modalities,
            {row['layer']: row['small_threshold'] for row in rows}))
    if report.images:
        figures['donors'] = donor_plot(rows)
    texts = [
        page['layers'].get_string(),
        ' | '.join(f'{k}: {v}' for k, v in list(page['facts'].items())[2:]),
        page['note'], page['donors']
    ]
    if report.forced:
        metrics = report.forced[0].metrics
        metric = _main_metric(net.cfg, metrics)
        streams = [name for name in net.modalities
                   if f'{name}/{metric}' in metrics] + ['ensemble']
        page.update(
            metric=metric, forcing_text=_forcing_text(report),
            forcing=forcing_table(report.forced, metric, streams))
        figures['forcing'] = forcing_plot(report.forced, metric, streams)
        texts += [page['forcing'].get_string(), page['forcing_text']]
    pictures = {}
    for name, figure in figures.items():
        save(figure, folder / f'{name}.png')
        picture = (folder / f'{name}.png').read_bytes()
        pictures[name] = b64encode(picture).decode()
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    html = environment.get_template('page.html').render(
        pictures=pictures, **page)
    (folder / 'report.html').write_text(html, encoding='utf-8')
    texts.append(f'{folder / "report.html"}: {len(net.norms)} layers, '
                 f'{len(html) / 1024:.0f} kB')
    return '\n'.join(filter(None, texts))


def _facts(report) -> Dict[str, str]:
    """Values by name for the summary."""
    net = report.net
    rules = {norm.exchange for _, norm in net.norms}
    weight, region = net.penalty
    return {
        'config': str(net.cfg.filename),
        'checkpoint': report.checkpoint,
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
    """Why nothing is exchanged, if nothing is."""
    if all(norm.exchange.threshold == 0 for _, norm in report.net.norms):
        return ('The threshold is 0 in every layer, so nothing is exchanged: '
                'this is a control whose scales are only reported.'
                + (' No scale counts as small either; --threshold says below '
                   'which one should.' if report.small_threshold is None
                   else ''))
    if not any(row['replaced'] for row in report.rows):
        return ('No scale that may be exchanged is below the threshold, so '
                'nothing is exchanged.')
    return ''


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
        'difference to the net in the second column; forcing.csv has the '
        'other metrics.')


def _main_metric(cfg, metrics: dict) -> str:
    """The one by which the config keeps the best checkpoint."""
    wanted = cfg.get('default_hooks', {}).get('checkpoint', {}).get(
        'save_best')
    if isinstance(wanted, str) and wanted in metrics:
        return wanted
    return next((k for k in metrics if '/' not in k), next(iter(metrics)))
