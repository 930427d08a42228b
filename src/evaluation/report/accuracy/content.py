"""The document of a run of ``python -m src.evaluate``."""

from collections.abc import Iterator, Sequence

from src.core.cli import counted
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import SetFigures
from src.evaluation.metrics.calibration import CalibrationReport
from src.evaluation.metrics.errors import ErrorReport
from src.evaluation.report.accuracy import summary
from src.evaluation.report.accuracy.figures import MEANINGS, acceptance_table, flow_tables
from src.evaluation.report.accuracy.illustrations import calibration_plots, error_plots, read_plot
from src.evaluation.report.accuracy.since import since
from src.evaluation.report.document import Block, Card, Cell, DataTable, Document, Gallery, Paragraph, Section
from src.evaluation.report.provenance import provenance, session
from src.evaluation.report.wording import NONE, cell, interval, p_value, percent, signed, value

KINDS = {"scenes": "photographs", "plates": "plates cut out"}
STANDINGS = {"better": "ours is better", "worse": "ours is worse", "even": "no clear difference"}


def document(report: Report, galleries: Sequence[Gallery] = ()) -> Document:
    """What ``report`` says; ``galleries`` are the wrong readings of our system."""
    return Document(
        name="report",
        title=f"Evaluation of {report.created[:10]}",
        headline=summary.headline(report),
        summary=summary.standings(report),
        warning=_warning(report),
        sections=list(_sections(report, galleries)),
    )


def _sections(report: Report, galleries: Sequence[Gallery]) -> Iterator[Section]:
    yield Section("Read exactly right", list(_figures(report)))
    if report.acceptance is not None:
        yield Section("What is accepted and must not be", [acceptance_table(report.acceptance)])
    if report.comparison is not None:
        yield since(report.comparison)
    if report.errors is not None:
        yield Section("Where errors come from", list(_errors(report, report.errors)), detail=True)
    if report.calibration is not None:
        yield Section("Confidence", list(_calibration(report.calibration)), detail=True)
    if galleries:
        words = (
            "Misread plates, the most confident first, then those that were not found. Bars: how sure the reader was "
            "of each character. A dot stands for no character."
        )
        yield Section("Gallery of errors", [Paragraph(words), *galleries], detail=True)
    skipped = [(system.name, s.set, s.image, s.fault) for system in report.systems for s in system.skipped]
    if skipped:
        header = ("system", "set", "picture", "fault")
        yield Section("Skipped pictures", [DataTable("No figure counts them", header, skipped, words=4)], detail=True)
    others = {system.name: f"predictions from {system.predictions}" for system in report.systems[1:]}
    yield provenance(report, session(report) | others)


def _warning(report: Report) -> str:
    n = sum(len(system.skipped) for system in report.systems)
    return f"{counted(n, 'picture')} skipped: no figure counts {'it' if n == 1 else 'them'}." if n else ""


def _figures(report: Report) -> Iterator[Block]:
    beside = summary.system_comparisons(report)
    yield from (_card(figures, beside) for figures in report.ours.sets)
    yield from read_plot(report)
    if beside:
        rows = [
            (
                c.set,
                c.system,
                Cell(f"{signed(c.ours - c.theirs, 'read')} points", p_value(c.p)),
                Cell(c.verdict, mark=c.verdict),
                percent(c.ours),
                percent(c.theirs),
                str(c.n),
            )
            for c in beside
        ]
        yield DataTable(
            "Ours beside other systems, plate by plate",
            ("set", "system", "difference", "ours is", "ours", "theirs", "plates in both"),
            rows,
            "Over the plates that both systems were given, with p by McNemar’s test; even: p is 0.05 or more.",
            words=2,
        )
    yield from flow_tables(report)
    yield MEANINGS


def _card(figures: SetFigures, beside: Sequence[summary.SystemComparison]) -> Card:
    reading, detector, alone = summary.main_reading(figures), figures.detector, figures.ocr
    read, found = reading.read if reading else None, detector.found if detector else None
    facts = {
        "on true boxes": value(alone.read if alone and figures.path else None),
        "found": value(found if reading else None),
        "boxes too many per image": value(detector.extra if detector else None, "extra"),
        "character error rate": value(reading.cer if reading else None),
        "milliseconds, median": f"{figures.median_ms['total']:.0f}" if "total" in figures.median_ms else NONE,
    }
    return Card(
        value(read or found),
        f"read exactly right, 95 % interval {interval(read)}, {counted(read.n, 'plate')}"
        if read
        else "found; no text is known"
        if found
        else "no text is known",
        title=figures.name,
        kind=KINDS[figures.kind],
        bar=(read.low, read.value, read.high) if read else None,
        versus={
            c.system: Cell(STANDINGS[c.verdict], percent(c.theirs), c.verdict) for c in beside if c.set == figures.name
        },
        facts={title: text for title, text in facts.items() if text != NONE},
    )


def _errors(report: Report, errors: ErrorReport) -> Iterator[Block]:
    yield Paragraph(" ".join(summary.error_sentences(report, errors)))
    if errors.mistaken:
        yield Paragraph("Most frequent confusions, true → read: " + ", ".join(summary.frequent_confusions(errors)))
    yield from error_plots(errors)
    rows = [
        (
            shares.by,
            shares.label(g),
            Cell(percent(g.read), f"{percent(g.low)}–{percent(g.high)}"),
            str(g.right),
            str(g.n),
        )
        for shares in errors.breakdowns
        for g in shares.groups
    ]
    yield DataTable(
        "Every group in numbers",
        ("by", "group", "read, 95 % interval (Wilson)", "right", "plates"),
        rows,
        "Brightness: mean grey of the plate, 0 to 255. Sharpness: standard deviation of the Laplacian at a height of "
        "32 pixels. Tilt: of the top edge against the horizontal.",
        words=2,
        folded=True,
    )


def _calibration(calibration: CalibrationReport) -> Iterator[Block]:
    yield Paragraph(
        "A reading's confidence is meant to be the probability that its text is exactly right. On the diagonal it is; "
        "below it, the reader is too sure."
    )
    yield from calibration_plots(calibration)
    rows = [
        (
            name,
            f"{group.n:,}",
            cell(group.read),
            percent(group.confidence),
            cell(group.ece, "ece"),
            cell(group.brier, "brier"),
            cell(group.aurc, "aurc"),
            cell(group.precise.threshold if group.precise else None, "threshold"),
            cell(group.precise.coverage if group.precise else None, "coverage"),
        )
        for name, group in summary.calibration_groups(calibration)
    ]
    header = ("readings", "n", "right", "mean confidence", "calibration error", "Brier score", "area under risk")
    yield DataTable("Calibration", (*header, "99 % right from", "kept there"), rows)
    yield Paragraph(
        facts={
            "calibration error": "the mean gap between confidence and share right, over ten bins of equal numbers",
            "Brier score": "the mean square of confidence minus outcome",
            "area under risk": "the mean share of wrong readings over all thresholds",
            "99 % right from": "the lowest threshold from which 99 % of readings are right",
            "kept there": "the share of readings that it keeps",
        },
        title="What these figures mean",
        folded=True,
    )
