"""``report.md``: a report for reading without a browser, and for pasting."""

from collections.abc import Iterable, Iterator, Sequence

from src.evaluation.accuracy.comparison import Comparison
from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import Report
from src.evaluation.metrics.calibration import CalibrationReport
from src.evaluation.metrics.errors import ErrorReport
from src.evaluation.report import summary
from src.evaluation.report.gallery import faults
from src.evaluation.report.illustrations import Illustration, Section
from src.evaluation.report.tables import ACCEPTANCE, FlowTable, acceptance_rows, acceptance_words, flow_tables
from src.evaluation.report.wording import (
    FLOWS,
    NONE,
    TITLES,
    certainty,
    change,
    interval,
    number,
    p_value,
    percent,
    value,
    verdict,
)

WORST = 20
"""Faults that are listed of each set."""


def markdown(report: Report, plots: Sequence[Illustration]) -> str:
    """The whole report; ``plots`` are files beside it."""
    parts = ["# Evaluation", summary.headline(report), *summary.standings(report)]
    for flow in flow_tables(report):
        parts += [f"## {flow.title.capitalize()}", _figures(flow), *([_literal(flow.note)] if flow.note else [])]
    parts += _contests(report)
    parts += _plots(plots, "systems")
    if report.acceptance is not None:
        parts += ["## What is accepted and must not be", acceptance_words(report.acceptance)]
        parts += [table(ACCEPTANCE, acceptance_rows(report.acceptance))]
    if report.comparison is not None:
        parts += ["## Since the baseline", *_comparison(report.comparison)]
    if report.errors is not None:
        parts += ["## Where errors come from", *_errors(report, report.errors), *_plots(plots, "errors")]
    if report.calibration is not None:
        parts += ["## Confidence", _calibration(report.calibration), *_plots(plots, "calibration")]
    parts += [*_worst(report), *_skipped(report), "## How this was made", *_provenance(report)]
    return "\n\n".join(parts) + "\n"


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars inside its cells are escaped."""
    cells = [header, ["---"] * len(header), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in cells)


def _figures(of_flow: FlowTable) -> str:
    lines = [
        [row.set, row.system, *(_figure(c.of(row.figures), c.field) for c in of_flow.columns), _literal(row.plates)]
        for row in of_flow.rows
    ]
    return table(["set", "system", *(column.title for column in of_flow.columns), "plates"], lines)


def _literal(text: str) -> str:
    return text.replace("*", r"\*")


def _figure(figure: Figure | None, name: str) -> str:
    return NONE if figure is None else f"{value(figure, name)} ({interval(figure, name)})"


def _contests(report: Report) -> Iterator[str]:
    lines = [
        [c.set, c.system, str(c.n), percent(c.ours), percent(c.theirs), p_value(c.p), c.verdict]
        for c in summary.contests(report)
    ]
    if lines:
        yield "## Ours beside other systems"
        yield table(["set", "system", "plates in both", "ours", "theirs", "McNemar", "ours is"], lines)


def _comparison(comparison: Comparison) -> Iterator[str]:
    yield f"{comparison.baseline} (commit {comparison.commit}, {comparison.created})"
    header = ["set", "system", "flow", "figure", "before", "now", "change", "test", "verdict"]
    lines = [
        [
            *where,
            TITLES[d.figure],
            *(number(v, d.figure) for v in (d.before, d.after)),
            change(d),
            certainty(d),
            verdict(d),
        ]
        for flow in comparison.flows
        for where in [(flow.set, flow.system, FLOWS[flow.flow])]
        for d in flow.differences
        if d.before != d.after
    ]
    yield table(header, lines) if lines else "Every figure is the same."
    if comparison.not_compared:
        yield "Only in one of the reports: " + ", ".join(comparison.not_compared)


def _errors(report: Report, errors: ErrorReport) -> Iterator[str]:
    yield " ".join(summary.error_sentences(report, errors))
    if errors.mistaken:
        yield "Most frequent confusions, true → read: " + ", ".join(summary.frequent_confusions(errors))
    header = ["by", "group", "read", "95 % interval", "plates"]
    yield table(
        header,
        [
            [
                shares.by,
                shares.label(g),
                percent(g.read),
                f"{percent(g.low)}–{percent(g.high)}",
                str(g.n),
            ]
            for shares in errors.breakdowns
            for g in shares.groups
        ],
    )


def _calibration(calibration: CalibrationReport) -> str:
    header = ["readings", "n", "right", "mean confidence", "calibration error", "Brier score", "area under risk"]
    lines = []
    for name, group in summary.calibration_groups(calibration):
        precise = (group.precise.threshold, group.precise.coverage) if group.precise else (None, None)
        figures = {"read": group.read, "ece": group.ece, "brier": group.brier, "aurc": group.aurc}
        cells = [_figure(figure, title) for title, figure in figures.items()]
        cells.insert(1, percent(group.confidence))
        lines.append([name, str(group.n), *cells, *(_figure(figure, "share") for figure in precise)])
    return table([*header, "99 % right from", "kept there"], lines)


def _worst(report: Report) -> Iterator[str]:
    for name in (figures.name for figures in report.ours.sets):
        wrong = faults(o for o in summary.main_outcomes(report.ours.outcomes) if o.set == name)[:WORST]
        if wrong:
            yield f"## {name}: worst readings"
            lines = [
                [o.truth or "", o.text or NONE, percent(o.confidence) if o.found else "not found", o.image]
                for o in wrong
            ]
            yield table(["true", "read", "confidence", "image"], lines)


def _skipped(report: Report) -> Iterator[str]:
    lines = [[system.name, s.set, s.image, s.fault] for system in report.systems for s in system.skipped]
    if lines:
        yield "## Skipped pictures"
        yield table(["system", "set", "picture", "fault"], lines)


def _provenance(report: Report) -> Iterator[str]:
    yield "\n".join(f"- {name}: {stated}" for name, stated in summary.provenance(report).items())


def _plots(plots: Sequence[Illustration], section: Section) -> Iterator[str]:
    return (f"![{plot.title}. {plot.words}]({plot.file})" for plot in plots if plot.section == section)
