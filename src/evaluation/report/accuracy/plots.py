"""The plots of a report."""

from collections import Counter
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import findfont, get_font
from matplotlib.patches import Rectangle

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.breakdown import Breakdown, wilson
from src.evaluation.metrics.calibration import CalibrationGroup
from src.evaluation.metrics.errors import ErrorReport
from src.evaluation.report.style import Theme, canvas

CONFUSED = 18
"""Characters of the confusion matrix at most: the ones confused most often."""
LONGEST = 28
"""Characters of a label."""


def read_by_set(read: Mapping[str, Mapping[str, Figure]], theme: Theme) -> Canvas:
    """``read[system][set]`` as points with their intervals, the sets from top to bottom."""
    sets = list(dict.fromkeys(name for figures in read.values() for name in figures))
    figure, axes = canvas(0.9 + (0.22 + 0.2 * len(read)) * len(sets))
    for k, (system, figures) in enumerate(read.items()):
        colour, marker = theme.look(k)
        shift = (k - (len(read) - 1) / 2) * 0.6 / len(read)
        rows = [sets.index(name) + shift for name in figures]
        _points(axes, list(figures.values()), rows, colour, marker, system)
    lowest = min(f.low for figures in read.values() for f in figures.values())
    axes.set_xlim(max(0.0, lowest - 0.05), 1.01)
    axes.set_ylim(len(sets) - 0.5, -0.5)
    axes.set_yticks(range(len(sets)), [_short(name) for name in sets], color=theme.ink)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_formatter(_percent)
    axes.set_xlabel("read exactly right")
    if len(read) > 1:
        figure.legend(loc="outside upper center", ncols=min(3, len(read)), handletextpad=0.2, columnspacing=1.2)
    return figure


def reliability(groups: Mapping[str, CalibrationGroup], theme: Theme) -> Canvas:
    """How often readings of like confidence were right, with 95 % intervals after Wilson."""
    figure, axes = canvas(3.7)
    axes.plot([0, 1], [0, 1], color=theme.faint, linewidth=0.8, linestyle=(0, (4, 3)))
    for k, (name, group) in enumerate(groups.items()):
        colour, marker = theme.look(k)
        bins = group.bins
        ends = [wilson(round(b.right * b.n), b.n) for b in bins]
        axes.vlines([b.confidence for b in bins], *zip(*ends, strict=True), color=colour, linewidth=1, alpha=0.6)
        axes.plot(
            [b.confidence for b in bins],
            [b.right for b in bins],
            color=colour,
            marker=marker,
            markersize=4.5,
            linewidth=1,
            label=f"{name}, n = {group.n:,}",
        )
    axes.set_aspect("equal")
    _percent_axes(axes, "confidence", "exactly right")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.legend(loc="upper left", handlelength=1.2)
    return figure


def risk_coverage(groups: Mapping[str, CalibrationGroup], theme: Theme) -> Canvas:
    """The share that is wrong of the readings kept, the surest first."""
    figure, axes = canvas(3.0)
    for k, (name, group) in enumerate(groups.items()):
        colour, marker = theme.look(k)
        points = group.risk_coverage
        axes.plot(
            [p.coverage for p in points],
            [p.risk for p in points],
            color=colour,
            marker=marker,
            markersize=4,
            markevery=max(1, len(points) // 8),
            linewidth=1.4,
            label=name,
        )
    _percent_axes(axes, "readings kept, the surest first", "of them wrong")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper left", handlelength=1.5)
    return figure


def breakdown(shares: Breakdown, theme: Theme) -> Canvas:
    """A bar per group with its interval and number of plates."""
    groups = shares.groups
    figure, axes = canvas(0.4 + 0.27 * len(groups))
    rows = range(len(groups))
    axes.barh(rows, [g.read for g in groups], height=0.62, color=theme.series[0], alpha=0.75)
    axes.hlines(rows, [g.low for g in groups], [g.high for g in groups], color=theme.ink, linewidth=1.2)
    axes.set_yticks(rows, [_short(shares.label(g)) for g in groups], color=theme.ink)
    counts = axes.twinx()
    counts.set_yticks(rows, [f"{g.read:.0%} of {g.n:,}" for g in groups], color=theme.ink)
    for side in (axes, counts):
        side.set_ylim(len(groups) - 0.5, -0.5)
        side.grid(axis="y", visible=False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1])
    axes.xaxis.set_major_formatter(_percent)
    return figure


def confusion(errors: ErrorReport, theme: Theme) -> Canvas:
    """True characters by read ones, the right ones left out; ∅ stands for none: inserted, or left out."""
    shown = ["", *_confused_most(errors)]
    counts = {(p.truth, p.read): p.n for p in errors.mistaken if {p.truth, p.read} <= set(shown)}
    shade = LogNorm(1, max(2, *counts.values()))
    colours = LinearSegmentedColormap.from_list("errors", [theme.line, theme.series[1]])
    figure, axes = canvas(4.2)
    for (true, read), n in counts.items():
        column, row, strength = shown.index(read), shown.index(true), float(shade(n))
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, color=colours(strength), linewidth=0))
        colour = theme.ground if strength > 0.6 else theme.ink
        axes.text(column, row, str(n), ha="center", va="center", fontsize=6.5, color=colour)
    labels, edges = [_drawable(c) for c in shown], (-0.5, len(shown) - 0.5)
    axes.set_xticks(range(len(shown)), labels, color=theme.ink)
    axes.set_yticks(range(len(shown)), labels, color=theme.ink)
    axes.set(xlim=edges, ylim=edges[::-1], aspect="equal", xlabel="read as", ylabel="true character")
    axes.plot(edges, edges, color=theme.line, linewidth=0.8)
    return figure


def _confused_most(errors: ErrorReport) -> list[str]:
    """At most CONFUSED characters, in their own order."""
    part = Counter[str]()
    for pair in errors.mistaken:
        part.update({pair.truth: pair.n})
        part.update({pair.read: pair.n})
    del part[""]
    return sorted(sorted(part, key=lambda c: (-part[c], c))[:CONFUSED])


def _points(axes: Axes, figures: Sequence[Figure], rows: Sequence[float], colour: str, marker: str, label: str) -> None:
    axes.hlines(rows, [f.low for f in figures], [f.high for f in figures], color=colour, linewidth=1.6, alpha=0.7)
    axes.plot([f.value for f in figures], rows, marker, color=colour, markersize=5.5, label=label)


def _percent(share: float, _: float) -> str:
    return f"{100 * share:.3g}%"


def _percent_axes(axes: Axes, across: str, up: str) -> None:
    axes.xaxis.set_major_formatter(_percent)
    axes.yaxis.set_major_formatter(_percent)
    axes.set_xlabel(across)
    axes.set_ylabel(up)


def _short(label: str) -> str:
    """Labels of any length must leave room for what they label."""
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _drawable(character: str) -> str:
    """The character, or its code point where the typeface of the plots lacks it, as it does the Chinese ones."""
    known = not character or get_font(findfont("DejaVu Sans")).get_char_index(ord(character))
    return (character or "∅") if known else f"{ord(character):04X}"
