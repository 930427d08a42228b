"""The one look of every plot: matplotlib figures without global state, drawn for a light and for a dark page.

Colours are those of Okabe and Ito, which people with any colour vision tell apart, and every series has a marker of
its own. Sizes and type are chosen for the width of a phone, where a figure is shown at about its nominal size.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

WIDTH = 4.2
"""Inches."""
DPI = 200
MARKERS = "osD^vPX"
"""Two more than there are colours, so that no two of the first 35 series look alike."""


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a page: its ground, text, minor text, lines, and one colour per series."""

    ground: str
    ink: str
    faint: str
    line: str
    series: tuple[str, ...]

    def look(self, k: int) -> tuple[str, str]:
        """Colour and marker of the k-th series."""
        return self.series[k % len(self.series)], MARKERS[k % len(MARKERS)]


LIGHT = Theme("#ffffff", "#1b1f24", "#5b6470", "#dfe3e8", ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a6a00"))
DARK = Theme("#1b2027", "#e8ebef", "#a3adb9", "#363e49", ("#56b4e9", "#f0914e", "#2fc39a", "#e29cc4", "#f0e442"))

Draw = Callable[[Theme], Canvas]


def png(draw: Draw, theme: Theme) -> bytes:
    """The file of a plot."""
    file = io.BytesIO()
    with mpl.rc_context(
        {
            "font.size": 9,
            "axes.facecolor": theme.ground,
            "axes.edgecolor": theme.line,
            "axes.labelcolor": theme.faint,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "axes.grid": True,
            "grid.color": theme.line,
            "grid.linewidth": 0.6,
            "legend.frameon": False,
            "text.color": theme.ink,
            "xtick.color": theme.faint,
            "ytick.color": theme.faint,
            "xtick.major.size": 0,
            "ytick.major.size": 0,
        }
    ):
        figure = draw(theme)
        figure.savefig(file, format="png", dpi=DPI, facecolor=theme.ground)
    return file.getvalue()


def canvas(height: float) -> tuple[Canvas, Axes]:
    """A figure as wide as a phone, ``height`` inches high, with its one pair of axes."""
    figure = Canvas(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots()
