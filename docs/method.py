"""Draw the picture of the method for README.md.

    python docs/method.py

It writes ``method_light.svg`` and ``method_dark.svg`` beside itself.
"""
from pathlib import Path

import matplotlib

from cen_mm.analysis.style import BLUE, SKY, VERMILION, plt

matplotlib.rc('svg', hashsalt='cen_mm')  # the same file whenever it is drawn
matplotlib.rc('font', size=9.5)

THRESHOLD = 0.14
# Scales of the norms, of which each stream has one near zero.
GAMMAS = dict(RGB=(0.9, 0.04, 0.6, 0.8, 0.5), depth=(0.7, 1.0, 0.8, 0.03, 0.6))
THEMES = dict(
    light=dict(back='#ffffff', ink='#1f2328', box='#e6e8eb', rgb=VERMILION,
               depth=BLUE),
    dark=dict(back='#0d1117', ink='#e6edf3', box='#30363d', rgb=VERMILION,
              depth=SKY))
WIDTH, HEIGHT = 14., 6.2  # of the plane that is drawn on
TOPS = dict(RGB=5., depth=2.3)  # of the two streams
STEP = 0.36  # from one channel to the next


class Picture:
    """The drawing in the colours of one theme."""

    def __init__(self, back: str, ink: str, box: str, rgb: str,
                 depth: str) -> None:
        self.ink, self.box, self.back = ink, box, back
        self.colours = dict(RGB=rgb, depth=depth)
        self.figure = plt.figure(figsize=(7, 3.1), facecolor=back)
        self.axes = self.figure.add_axes([0, 0, 1, 1])
        self.axes.set(xlim=(0, WIDTH), ylim=(0, HEIGHT))
        self.axes.axis('off')

    def rectangle(self, x, y, width, height, colour, **kwargs) -> None:
        """Its lower left corner is at x, y."""
        self.axes.add_patch(plt.Rectangle(
            (x, y), width, height, facecolor=colour, **kwargs))

    def text(self, x, y, words, **kwargs) -> None:
        """Centred, unless it is told otherwise."""
        self.axes.text(x, y, words, **{
            'color': self.ink, 'ha': 'center', 'va': 'center', **kwargs})

    def arrow(self, start, end, colour='', **kwargs) -> None:
        """From one point to another."""
        self.axes.annotate('', end, start, arrowprops=dict(
            arrowstyle='-|>', color=colour or self.ink, lw=1.2, shrinkA=0,
            shrinkB=0, **kwargs))

    def place(self, stream: str, channel: int) -> float:
        """The lower edge of a channel."""
        return TOPS[stream] - STEP * (channel + 1)

    def channels(self, x: float, stream: str, closed=()) -> None:
        """A column of channels; those closed have the other's colour."""
        other, = set(TOPS) - {stream}
        for channel in range(len(GAMMAS[stream])):
            owner = other if channel in closed else stream
            self.rectangle(x, self.place(stream, channel), 0.8, 0.8 * STEP,
                           self.colours[owner])

    def convolution(self, x: float) -> None:
        """One box for both streams."""
        bottom = self.place('depth', 4) - 0.1
        self.rectangle(x, bottom, 1.5, TOPS['RGB'] + 0.1 - bottom, self.box)
        self.text(x + 0.75, (bottom + TOPS['RGB']) / 2, 'conv', size=11)

    def norm(self, x: float, stream: str) -> None:
        """The scales of a stream beside the threshold."""
        colour = self.colours[stream]
        bottom = self.place(stream, 4)
        self.rectangle(x, bottom - 0.1, 2.2, 5 * STEP + 0.2, 'none',
                       edgecolor=colour, lw=1.5)
        for channel, gamma in enumerate(GAMMAS[stream]):
            self.rectangle(x + 0.12, self.place(stream, channel),
                           1.9 * gamma, 0.8 * STEP, colour)
        threshold = x + 0.12 + 1.9 * THRESHOLD
        self.axes.plot([threshold] * 2, [bottom - 0.1, TOPS[stream] + 0.1],
                       color=self.ink, lw=1.2, ls=(0, (2, 1.5)))

    def draw(self) -> None:
        """All of it, from the left to the right."""
        titles = {2.55: 'shared\nconvolution', 6.6: 'private norms,\n'
                  'scales $|\\gamma|$', 10.15: 'channel\nexchange',
                  12.65: 'shared\nconvolution'}
        for x, words in titles.items():
            self.text(x, 5.72, words, linespacing=1.15)
        self.convolution(1.8)
        self.convolution(11.9)
        for stream, gammas in GAMMAS.items():
            middle = self.place(stream, 2) + 0.4 * STEP
            self.rectangle(0.15, middle - 0.55, 1.15, 1.1,
                           self.colours[stream])
            self.text(0.72, middle, stream, color=self.back, weight='bold')
            self.channels(4.05, stream)
            self.norm(5.5, stream)
            for start, end in ((1.35, 1.75), (3.4, 3.95), (4.95, 5.4),
                               (7.8, 9.65), (10.65, 11.8), (13.5, 13.95)):
                self.arrow((start, middle), (end, middle))
            closed = [c for c, gamma in enumerate(gammas)
                      if gamma < THRESHOLD]
            self.channels(9.75, stream, closed)
            other, = set(TOPS) - {stream}
            for channel in closed:
                half = 0.4 * STEP
                self.arrow((7.8, self.place(other, channel) + half),
                           (9.65, self.place(stream, channel) + half),
                           self.colours[other])
        self.text(5.89, 0.16, r'threshold $\theta$')
        self.text(10.4, 0.16, r'$|\gamma| < \theta$: closed, replaced by the '
                  "other modality's")


def main() -> None:
    for name, theme in THEMES.items():
        picture = Picture(**theme)
        picture.draw()
        picture.figure.savefig(
            Path(__file__).with_name(f'method_{name}.svg'),
            facecolor=theme['back'], metadata=dict(Date=None))
        plt.close(picture.figure)


if __name__ == '__main__':
    main()
