"""The picture of a robustness run: what is read and found, effect by severity."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Canvas

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.report.style import WIDTH, Theme
from src.evaluation.robustness.run import FIGURES
from src.evaluation.robustness.schema import CLEAN, FigureName, Robustness


def heat_map(report: Robustness, theme: Theme) -> Canvas:
    """A panel for ``read`` and one for ``found``: a row per effect, a column per severity, shares written in."""
    effects = [relative.effect for relative in report.relative[1:]]
    canvas = Canvas(figsize=(WIDTH * 1.2, 0.9 + 0.26 * len(effects)), layout="constrained")
    FigureCanvasAgg(canvas)
    for axes, figure in zip(canvas.subplots(1, 2, sharey=True), FIGURES, strict=True):
        _panel(axes, report, figure, effects, theme)
    canvas.supxlabel("severity", fontsize=9, color=theme.faint)
    return canvas


def _panel(axes: Axes, report: Robustness, name: FigureName, effects: list[str], theme: Theme) -> None:
    rates = {(c.effect, c.severity): getattr(c, name) for c in report.conditions}
    severities = sorted({severity for effect, severity in rates if effect != CLEAN})
    shares = np.array([[_value(rates[effect, severity]) for severity in severities] for effect in effects])
    colours = LinearSegmentedColormap.from_list("shares", [theme.series[1], theme.ground, theme.series[0]])
    axes.imshow(shares, cmap=colours, vmin=0, vmax=1, alpha=0.6, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if not np.isnan(share):
            axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=8, color=theme.ink)
    axes.set_xticks(range(len(severities)), [str(s) for s in severities], color=theme.ink)
    axes.set_yticks(range(len(effects)), [effect.replace("-", " ") for effect in effects], color=theme.ink)
    axes.set_title(f"{name}, clean {_value(rates[CLEAN, 0]):.0%}", fontsize=9, color=theme.ink)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def _value(figure: Figure | None) -> float:
    return np.nan if figure is None else figure.value
