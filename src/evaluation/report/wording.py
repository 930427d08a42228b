"""How figures are written, in Markdown, on the page and on the terminal alike."""

from dataclasses import dataclass

from src.evaluation.accuracy.comparison import Difference, FlowName
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.figures import DetectionFigures, ReadingFigures

NONE = "–"
FLOWS: dict[FlowName, str] = {
    "path": "whole path",
    "detector": "detector alone",
    "ocr": "reader alone, on true boxes and crops",
}
_PLACES = {"extra": 2, "overlap": 3, "ap50": 3, "ap": 3, "brier": 3, "aurc": 3}
"""Figures that are plain numbers, and their places after the point; all others are shares."""


def counted(n: int, noun: str) -> str:
    """``1 picture``, ``1,200 pictures``."""
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


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


def change(difference: Difference) -> str:
    """What changed, signed: percentage points, or plain numbers."""
    return signed(difference.after - difference.before, difference.figure) + points(difference.figure)


def certainty(difference: Difference) -> str:
    """What the test says of a change."""
    if difference.p is not None:
        return p_value(difference.p)
    if difference.low is not None and difference.high is not None:
        ends = (signed(end, difference.figure) for end in (difference.low, difference.high))
        return f"95 % interval {' to '.join(ends)}{points(difference.figure)}"
    return "not tested"


def verdict(difference: Difference) -> str:
    """Whether a change is one, and for the better."""
    if difference.before == difference.after:
        return "the same"
    if difference.beyond_noise is None:
        return "not tested"
    return ("better" if difference.better else "worse") if difference.beyond_noise else "within noise"


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


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a table: its title, its field, and what it is in a few words."""

    title: str
    field: str
    meaning: str

    def of(self, figures: ReadingFigures | DetectionFigures | None) -> Figure | None:
        """The figure; None where there is none."""
        found: Figure | None = None if figures is None else getattr(figures, self.field)
        return found


READING = (
    Column("read", "read", "text exactly right, of the plates whose text is known"),
    Column("published", "read_published", "the same by the texts as published, faults and all"),
    Column("O=0, I=1", "read_merged", "the same with O counted as 0 and I as 1"),
    Column("CER", "cer", "character error rate: edits per true character"),
    Column("country", "region", "country right, of the plates whose country is known"),
)
DETECTION = (
    Column("found", "found", "plates that a box overlaps by more than 0.3"),
    Column("covered", "covered", "plates found of which the reader’s crop reaches both ends"),
    Column("overlap", "overlap", "mean overlap of the boxes with the plates found"),
    Column("precision", "precision", "boxes that are a plate"),
    Column("extra/image", "extra", "boxes per image that are none"),
    Column("AP50", "ap50", "average precision at an overlap of 0.5"),
    Column("AP50–95", "ap", "its mean over overlaps of 0.50, 0.55, … 0.95"),
)
WIDTHS = (
    Column("found < 24 px", "found_to_24", "plates found, of those less than 24 pixels wide"),
    Column("24–48 px", "found_to_48", "plates found, of those 24 to 48 pixels wide"),
    Column("48–96 px", "found_to_96", "plates found, of those 48 to 96 pixels wide"),
    Column("≥ 96 px", "found_from_96", "plates found, of those 96 pixels wide and more"),
    Column("corners", "corners", "mean distance of the four corners from the marked ones, by the plate’s width"),
)
TITLES = {column.field: column.title for column in (*READING, *DETECTION, *WIDTHS)}
