"""The document of a run of ``python -m src.robustness``."""

from collections.abc import Iterator, Sequence
from functools import partial

from src.core.cli import counted
from src.core.types import Image
from src.evaluation.report.document import Block, Card, Cell, ContactSheet, DataTable, Document, Plot, Section
from src.evaluation.report.provenance import provenance, session
from src.evaluation.report.robustness_plot import heat_map
from src.evaluation.report.wording import cell, interval, listed, p_value, percent, signed, value
from src.evaluation.robustness.schema import (
    CLEAN,
    Condition,
    ConditionChange,
    MeanChange,
    Relative,
    Robustness,
    RobustnessComparison,
)

SHEET_WORDS = "One photograph under every effect and severity, its plate enlarged below it"


def document(report: Robustness, sheet: Image) -> Document:
    """What ``report`` says; ``sheet`` is one photograph (RGB) under every effect."""
    further = {"pictures": listed(report.sets), **session(report)}
    skipped = "; ".join(f"{picture.image}: {picture.fault}" for picture in report.skipped)
    read = report.relative[0].read
    return Document(
        name="robustness",
        title="Robustness",
        headline=f"{value(read)} of what is read on clean pictures is read on worse ones, on average",
        sections=[
            Section("Effects and severities", list(_figures(report))),
            *([Section("Since the baseline", [_changes(report.comparison)])] if report.comparison else []),
            Section("What the effects look like", [ContactSheet(SHEET_WORDS, sheet)], detail=True),
            provenance(report, further | ({"left out": skipped} if skipped else {})),
        ],
    )


def _figures(report: Robustness) -> Iterator[Block]:
    yield from _cards(report)
    words = "read and found under each effect and severity; the table below holds the same figures"
    yield Plot("robustness.png", "Shares by severity", words, partial(heat_map, report))
    yield _table(report)


def _cards(report: Robustness) -> Iterator[Card]:
    """What is to be remembered: the mean figures, and the clean ones that they refer to."""
    clean, every = report.conditions[0], report.relative[0]
    meanings = {
        "of what is read on the clean pictures, on average": every.read,
        "of what is found on the clean pictures, on average": every.found,
        "read exactly right on the clean pictures": clean.read,
        "found on the clean pictures": clean.found,
    }
    for meaning, figure in meanings.items():
        yield Card(value(figure), f"{meaning} ({interval(figure)})" if figure else meaning)


def _table(report: Robustness) -> DataTable:
    conditions = {(c.effect, c.severity): c for c in report.conditions}
    severities = sorted({severity for _, severity in conditions if severity})
    header = [
        "effect",
        *(f"read {s}" for s in severities),
        "read / clean",
        *(f"found {s}" for s in severities),
        "found / clean",
    ]
    blank = [""] * len(severities)
    clean, every = report.conditions[0], report.relative[0]
    rows: list[list[Cell | str]] = [
        [CLEAN, value(clean.read), *blank, value(clean.found), *blank],
        *(_row(relative, [conditions[relative.effect, s] for s in severities]) for relative in report.relative[1:]),
        ["mean", *blank, cell(every.read), *blank, cell(every.found)],
    ]
    pictures = counted(sum(report.sets.values()), "picture")
    plates, texts = len(report.plates), sum(plate.text is not None for plate in report.plates)
    note = (
        f"Whole path over {pictures} with {counted(plates, 'plate')}, {texts} of them with a known "
        "text. Read: exactly right; found: an overlap over 0.3; plates that leave the frame do not count. "
        "The columns “/ clean”: mean over the severities by the figure of the same pictures as they are, with its "
        "95 % interval (bootstrap over pictures)."
    )
    return DataTable("Read and found by severity", header, rows, note)


def _row(relative: Relative, conditions: Sequence[Condition]) -> list[Cell | str]:
    read, found = ([value(getattr(c, name)) for c in conditions] for name in ("read", "found"))
    return [relative.effect, *read, cell(relative.read), *found, cell(relative.found)]


def _changes(comparison: RobustnessComparison) -> DataTable:
    rows = [_mean_row(mean) for mean in comparison.means]
    changed = [change for change in comparison.changes if change.gained or change.lost]
    rows += [_change_row(change) for change in sorted(changed, key=lambda c: (not c.beyond_noise, c.p))]
    note = (
        f"Against {comparison.baseline} of {comparison.created}, commit {comparison.commit}, over the plates that "
        "both have; conditions under which no plate changed are left out. Beyond noise: of the mean, a 95 % interval "
        "of the difference without 0 (paired bootstrap over pictures); of one condition, the exact McNemar test at a "
        "false discovery rate of 5 % over all conditions."
    )
    header = ["figure", "before", "after", "gained", "lost", "certainty", "verdict"]
    return DataTable("Conditions under which plates changed", header, rows, note)


def _mean_row(mean: MeanChange) -> list[Cell | str]:
    certainty = f"{signed(mean.low, 'read')} to {signed(mean.high, 'read')} points"
    verdict = _verdict(mean.before, mean.after, mean.beyond_noise)
    return [f"{mean.figure}, mean by clean", percent(mean.before), percent(mean.after), "", "", certainty, verdict]


def _change_row(change: ConditionChange) -> list[Cell | str]:
    name = f"{change.figure}, {change.effect}" + (f" {change.severity}" if change.severity else "")
    counts = [str(change.gained), str(change.lost), p_value(change.p)]
    verdict = _verdict(change.before, change.after, change.beyond_noise)
    return [name, percent(change.before), percent(change.after), *counts, verdict]


def _verdict(before: float, after: float, beyond_noise: bool) -> Cell:
    if not beyond_noise:
        return Cell("within noise")
    return Cell("better", mark="better") if after > before else Cell("worse", mark="worse")
