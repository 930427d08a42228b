"""The tables of figures that a report has, wherever they are printed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from src.evaluation.accuracy.comparison import FlowName
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import System
from src.evaluation.metrics.acceptance import EDGES, AcceptanceReport
from src.evaluation.metrics.figures import DetectionFigures, ReadingFigures
from src.evaluation.report.wording import (
    DETECTION,
    FLOWS,
    NONE,
    READING,
    WIDTHS,
    Column,
    counted,
    interval,
    value,
)


def _bands() -> list[str]:
    """How the readings of boxes that are no plate are counted, by confidence."""
    return [f"< {EDGES[0]:g}", *(f"{low:g}–{high:g}" for low, high in pairwise(EDGES)), f"≥ {EDGES[-1]:g}"]


STAGES: dict[FlowName, str] = {"path": "total", "detector": "detect", "ocr": "read"}
"""The milliseconds that a flow takes."""
COLUMNS: dict[FlowName, dict[str, tuple[Column, ...]]] = {
    "path": {"": READING},
    "detector": {"": DETECTION, ", by width of the plate": WIDTHS},
    "ocr": {"": READING},
}
"""The tables of a flow, by what is added to its title."""


@dataclass(frozen=True, slots=True)
class Row:
    """One system on one set."""

    set: str
    system: str
    n: int  # plates that count
    figures: ReadingFigures | DetectionFigures
    ms: float | None  # median per image, decoding left out
    missing: int = 0  # pictures that ours is measured on and this system is not

    @property
    def plates(self) -> str:
        """``n``, with an asterisk where pictures are missing."""
        return f"{self.n}*" if self.missing else str(self.n)


@dataclass(frozen=True, slots=True)
class FlowTable:
    """One flow: a row per set and system, and the columns that some row has a figure for."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def note(self) -> str:
        """What the asterisks say; empty where there are none."""
        missing = [
            f"{counted(row.missing, 'picture')} of {row.set} for {row.system}" for row in self.rows if row.missing
        ]
        return f"* missing: {', '.join(missing)}" if missing else ""


def flow_tables(report: Report) -> list[FlowTable]:
    """The whole path, the detector alone (in two tables) and the reader alone, those of them that ran."""
    tables = []
    for flow, title in FLOWS.items():
        rows = tuple(_rows(report, flow))
        for name, columns in COLUMNS[flow].items():
            if shown := tuple(c for c in columns if any(c.of(row.figures) is not None for row in rows)):
                tables.append(FlowTable(title + name, shown, rows))
    return tables


ACCEPTANCE = ("set", "pictures", "boxes that are none", *_bands(), "accepted per picture", "accepted of hidden plates")


def acceptance_rows(acceptance: AcceptanceReport) -> list[list[str]]:
    """A row of ACCEPTANCE per set of scenes."""
    return [
        [
            of_set.name,
            f"{of_set.images:,}",
            f"{of_set.boxes:,}",
            *(f"{n:,}" for n in of_set.by_confidence),
            f"{value(of_set.accepted, 'extra')} ({interval(of_set.accepted, 'extra')})",
            NONE if of_set.partial is None else f"{value(of_set.partial)} of {of_set.partial.n:,}",
        ]
        for of_set in acceptance.sets
    ]


def acceptance_words(acceptance: AcceptanceReport) -> str:
    """What the table counts."""
    return (
        f"Accepted is a reading with a confidence of {acceptance.threshold:.3f} at least, from which 99 % of those of "
        "whole plates in the photographs are right. No box that is no plate should be, nor a plate that is half hidden."
    )


def _rows(report: Report, flow: FlowName) -> Iterator[Row]:
    """Set by set, ours first."""
    for name in (figures.name for figures in report.ours.sets):
        for system in report.systems:
            for of_set in system.sets:
                figures = getattr(of_set, flow)
                if of_set.name == name and figures is not None:
                    n = of_set.plates if flow == "detector" else of_set.texts
                    missing = _skipped(system, name) - _skipped(report.ours, name)
                    yield Row(name, system.name, n, figures, of_set.median_ms.get(STAGES[flow]), missing)


def _skipped(system: System, name: str) -> int:
    return sum(skipped.set == name for skipped in system.skipped)
