"""Figure 4 of the supplement, and beside it what was measured."""
import torch
from matplotlib.figure import Figure

from ..style import GREY, modality_colours, new_figure
from .attraction import attraction_probability, simulate_attraction

BINS = 10
FEWEST = 30  # cases in a bin: below, a frequency says little


def draw_attraction(channels, title: str) -> Figure:
    """Left the theorem by itself; right, under ``title``, the channels.

    Args:
        channels (Channels): What was measured.
        title (str): Of the right plot.
    """
    figure, ((left, right), ) = new_figure(1, 2, (9.4, 4))
    _draw_theorem(left)
    _draw_measured(right, channels)
    right.set_title(title)
    return figure


def _draw_theorem(axis) -> None:
    """Probability by the ratio of gradient and penalty."""
    ratio = torch.logspace(-1, 2, 200, dtype=torch.double)
    axis.plot(
        ratio, 100 * attraction_probability(1., ratio), color=GREY,
        label=r'$2\,\Phi(\lambda\,/\,|g|) - 1$')
    generator = torch.Generator().manual_seed(0)
    dots = torch.logspace(-1, 2, 13, dtype=torch.double)
    pattern = torch.rand(8, 8, generator=generator, dtype=torch.double)
    maps = dots.view(-1, 1, 1) * pattern / pattern.norm()
    axis.plot(
        dots,
        [100 * simulate_attraction(1., g, 4000, generator) for g in maps],
        'o', color='black', markersize=4,
        label='4,000 draws of a Gaussian $\\hat x$ of 8 x 8 pixels')
    axis.set(
        xscale='log', title='Theorem 1',
        xlabel=r"gradient / penalty, $|g|\,/\,\lambda$,"
        r"  with $g = \partial L / \partial x'$",
        ylabel=r'$\gamma = 0$ attracts (% of cases)')
    axis.legend()


def _draw_measured(axis, channels) -> None:
    """Frequency by probability, in bins of equal width."""
    axis.plot([0, 100], [0, 100], color=GREY, linewidth=1)
    colours = modality_colours(channels.modalities)
    for modality, its in channels.modalities.items():
        colour = colours[modality]
        for near in (True, False):
            attracted, probability = (
                values.flatten() for values in channels.of(
                    its & (channels.near == near))[:2])
            places = (probability * BINS).long().clamp(max=BINS - 1)
            bins = [places == b for b in range(BINS)
                    if (places == b).sum() >= FEWEST]
            axis.plot(
                [100 * probability[b].mean() for b in bins],
                [100 * attracted[b].mean() for b in bins],
                'o-' if near else 's--', color=colour, markersize=5,
                linewidth=1, markerfacecolor=colour if near else 'white',
                label=f'{modality}, {"near zero" if near else "other gammas"}')
    axis.set(
        xlabel='predicted by Theorem 1 (% of cases)',
        ylabel=r'measured, $|\partial L / \partial\gamma| < \lambda$'
        ' (% of cases)')
    axis.legend()
