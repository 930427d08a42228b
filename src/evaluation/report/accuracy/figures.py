"""The tables of figures: each flow of each system on each set, and what is accepted that must not be."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from src.core.cli import counted
from src.evaluation.accuracy.comparison import FlowName
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import SetFigures, System
from src.evaluation.metrics.acceptance import EDGES, AcceptanceReport
from src.evaluation.report.document import Cell, DataTable, Paragraph
from src.evaluation.report.wording import NONE, cell, value

FLOWS: dict[FlowName, str] = {
    "path": "whole path",
    "detector": "detector alone",
    "ocr": "reader alone, on true boxes and crops",
}
STAGES: dict[FlowName, str] = {"path": "total", "detector": "detect", "ocr": "read"}
"""The milliseconds that a flow takes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a table: its title, its field, and what it is in a few words."""

    title: str
    field: str
    meaning: str


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
COLUMNS: dict[FlowName, dict[str, tuple[Column, ...]]] = {
    "path": {"": READING},
    "detector": {"": DETECTION, ", by width of the plate": WIDTHS},
    "ocr": {"": READING},
}
"""The tables of a flow, by what is added to its title."""
TITLES = {column.field: column.title for column in (*READING, *DETECTION, *WIDTHS)}
MEANINGS = Paragraph(
    "With each figure stands its 95 % interval, by bootstrap over images. Plates missed count as not read.",
    {column.title: column.meaning for column in (*READING, *DETECTION, *WIDTHS)},
    title="What the figures mean",
    folded=True,
)


def flow_tables(report: Report) -> Iterator[DataTable]:
    """The whole path, the detector alone (in two tables) and the reader alone, those of them that ran.

    A table has a row per set and system, ours first, and the columns that some row has a figure for. An asterisk marks
    a row over fewer pictures than ours.
    """
    for flow, title in FLOWS.items():
        rows = [
            (system, figures)
            for name in (figures.name for figures in report.ours.sets)
            for system in report.systems
            for figures in system.sets
            if figures.name == name and getattr(figures, flow) is not None
        ]
        for addition, columns in COLUMNS[flow].items():
            shown = [c for c in columns if any(getattr(getattr(f, flow), c.field) is not None for _, f in rows)]
            if shown:
                yield DataTable(
                    (title + addition).capitalize(),
                    ("set", "system", *(column.title for column in shown), "plates", "ms"),
                    [_row(report, system, figures, flow, shown) for system, figures in rows],
                    _missing_note(report, rows),
                    words=2,
                )


def _row(
    report: Report, system: System, figures: SetFigures, flow: FlowName, columns: list[Column]
) -> list[Cell | str]:
    of_flow, ms = getattr(figures, flow), figures.median_ms.get(STAGES[flow])
    plates = figures.plates if flow == "detector" else figures.texts
    return [
        figures.name,
        system.name,
        *(cell(getattr(of_flow, column.field), column.field) for column in columns),
        f"{plates}*" if _missing(report, system, figures.name) else str(plates),
        "" if ms is None else f"{ms:.1f}",
    ]


def _missing_note(report: Report, rows: list[tuple[System, SetFigures]]) -> str:
    """What the asterisks say; empty where there are none."""
    missing = [
        f"{counted(n, 'picture')} of {figures.name} for {system.name}"
        for system, figures in rows
        if (n := _missing(report, system, figures.name))
    ]
    return f"* missing: {', '.join(missing)}" if missing else ""


def _missing(report: Report, system: System, name: str) -> int:
    """Pictures of a set that ours is measured on and ``system`` is not."""
    of_system, of_ours = (sum(s.set == name for s in who.skipped) for who in (system, report.ours))
    return max(0, of_system - of_ours)


def acceptance_table(acceptance: AcceptanceReport) -> DataTable:
    """A row per set of scenes: the readings of boxes that are no plate, by confidence."""
    bands = [f"< {EDGES[0]:g}", *(f"{low:g}–{high:g}" for low, high in pairwise(EDGES)), f"≥ {EDGES[-1]:g}"]
    rows: list[list[Cell | str]] = [
        [
            of_set.name,
            f"{of_set.images:,}",
            f"{of_set.boxes:,}",
            *(f"{n:,}" for n in of_set.by_confidence),
            cell(of_set.accepted, "extra"),
            NONE if of_set.partial is None else f"{value(of_set.partial)} of {of_set.partial.n:,}",
        ]
        for of_set in acceptance.sets
    ]
    return DataTable(
        f"Accepted from a confidence of {acceptance.threshold:.3f}",
        ("set", "pictures", "boxes that are none", *bands, "accepted per picture", "accepted of hidden plates"),
        rows,
        f"Accepted is a reading with a confidence of {acceptance.threshold:.3f} at least, from which 99 % of those of "
        "whole plates in the photographs are right. No box that is no plate should be, nor a half hidden plate.",
    )
