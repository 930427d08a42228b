"""How figures are written, in every report and every form of it."""

from collections.abc import Mapping

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.report.document import Cell

NONE = "–"
_PLACES = {"extra": 2, "overlap": 3, "ap50": 3, "ap": 3, "brier": 3, "aurc": 3}
"""Figures that are plain numbers, and their places after the point; all others are shares."""


def percent(share: float) -> str:
    """One place after the point; what falls short of everything is never rounded up to 100 %."""
    return f"{min(share, 0.999) if share < 1 else share:.1%}"


def number(value: float, figure: str) -> str:
    """A value of the figure of that name: a share in per cent, others as they are."""
    return f"{value:.{_PLACES[figure]}f}" if figure in _PLACES else percent(value)


def value(figure: Figure | None, name: str = "read") -> str:
    """The value alone."""
    return NONE if figure is None else number(figure.value, name)


def interval(figure: Figure, name: str = "read") -> str:
    """``87.0–97.2``: both ends of the 95 % interval, without their unit."""
    return "–".join(number(end, name).rstrip("%") for end in (figure.low, figure.high))


def cell(figure: Figure | None, name: str = "read") -> Cell:
    """The value with its interval."""
    return Cell(value(figure, name), "" if figure is None else interval(figure, name))


def signed(by: float, figure: str) -> str:
    """A difference of two values of the figure of that name, shares in percentage points."""
    written = f"{by:+.{_PLACES[figure]}f}" if figure in _PLACES else f"{100 * by:+.1f}"
    return written.replace("-", "−")


def points(figure: str) -> str:
    """The unit of its differences."""
    return "" if figure in _PLACES else " points"


def p_value(p: float) -> str:
    """``p = 0.012``."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(values: Mapping[str, object]) -> str:
    """``name value, name value``."""
    return ", ".join(f"{name} {value}" for name, value in values.items())
