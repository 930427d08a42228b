"""Which plots a report has, each with the words that stand for it where it cannot be seen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import Report
from src.evaluation.metrics.breakdown import UNKNOWN, Breakdown
from src.evaluation.metrics.calibration import CalibrationGroup, CalibrationReport
from src.evaluation.metrics.errors import ErrorReport
from src.evaluation.report import plots
from src.evaluation.report.style import Draw
from src.evaluation.report.summary import DRAWN, PHOTOGRAPHS, frequent_confusions, main_reading
from src.evaluation.report.wording import percent

PREFIX = "plot-"
"""Of the files' names: those of an older report are known by it."""
GROUPS = 16
"""Groups of a breakdown that a plot shows; the tables have all."""
Section = Literal["systems", "errors", "calibration"]


@dataclass(frozen=True, slots=True)
class Illustration:
    """One plot: its file, where it belongs, its title, what it shows in words, and how it is drawn."""

    file: str
    section: Section
    title: str
    words: str
    draw: Draw


def illustrations(report: Report) -> list[Illustration]:
    """The plots of ``report``, in their order; none of what it does not have."""
    found = list(_systems(report))
    if report.errors is not None and report.errors.texts:
        found += _errors(report.errors)
    if report.calibration is not None:
        found += _calibration(report.calibration)
    return found


def _systems(report: Report) -> Iterator[Illustration]:
    read: dict[str, dict[str, Figure]] = {}
    for system in report.systems:
        for figures in system.sets:
            reading = main_reading(figures)
            if reading is not None and reading.read is not None:
                read.setdefault(system.name, {})[figures.name] = reading.read
    if read:
        words = "; ".join(
            f"{name}, {system}: {percent(figure.value)}" for system, of in read.items() for name, figure in of.items()
        )
        yield _plot(
            "read", "systems", "Read exactly right, with 95 % intervals", words, partial(plots.read_by_set, read)
        )


def _errors(errors: ErrorReport) -> Iterator[Illustration]:
    if errors.mistaken:
        words = "Most frequent: " + ", ".join(frequent_confusions(errors))
        yield _plot("confusion", "errors", "Characters confused", words, partial(plots.confusion, errors))
    for shares in errors.breakdowns:
        if sum(group.label != UNKNOWN for group in shares.groups) > 1:
            yield _breakdown(shares)


def _breakdown(shares: Breakdown) -> Illustration:
    title = f"Read by {shares.by}"
    if len(shares.groups) > GROUPS:
        title += f", {GROUPS} of {len(shares.groups)} groups"
        shares = shares.model_copy(update={"groups": shares.groups[:GROUPS]})
    words = "; ".join(f"{shares.label(g)}: {percent(g.read)} of {g.n}" for g in shares.groups)
    return _plot(shares.by.replace(" ", "-"), "errors", title, words, partial(plots.breakdown, shares))


def _calibration(calibration: CalibrationReport) -> Iterator[Illustration]:
    groups = {PHOTOGRAPHS: calibration.real, DRAWN: calibration.synthetic}
    there = {name: group for name, group in groups.items() if group is not None}
    words = _each(there, lambda g: f"confidence {percent(g.confidence)} on average, right {percent(g.read.value)}")
    yield _plot("reliability", "calibration", "Is the confidence true?", words, partial(plots.reliability, there))
    words = _each(
        there, lambda g: f"{percent(_risk_of_half(g))} of the surer half are wrong, {percent(1 - g.read.value)} of all"
    )
    yield _plot(
        "risk-coverage", "calibration", "What refusing unsure readings buys", words, partial(plots.risk_coverage, there)
    )


def _risk_of_half(group: CalibrationGroup) -> float:
    return min(group.risk_coverage, key=lambda point: abs(point.coverage - 0.5)).risk


def _each(groups: Mapping[str, CalibrationGroup], words: Callable[[CalibrationGroup], str]) -> str:
    return "; ".join(f"{name}: {words(group)}" for name, group in groups.items())


def _plot(name: str, section: Section, title: str, words: str, draw: Draw) -> Illustration:
    return Illustration(f"{PREFIX}{name}.png", section, title, words, draw)
