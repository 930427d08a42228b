"""Which plots a report on accuracy has, each with the words that stand for it where it cannot be seen."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.accuracy.schema import Report
from src.evaluation.metrics.breakdown import UNKNOWN, Breakdown
from src.evaluation.metrics.calibration import CalibrationGroup, CalibrationReport
from src.evaluation.metrics.errors import ErrorReport
from src.evaluation.report.accuracy import plots
from src.evaluation.report.accuracy.summary import DRAWN, PHOTOGRAPHS, frequent_confusions, main_reading
from src.evaluation.report.document import Plot
from src.evaluation.report.style import Draw
from src.evaluation.report.wording import percent

GROUPS = 16
"""Groups of a breakdown that a plot shows; the tables have all."""


def read_plot(report: Report) -> Iterator[Plot]:
    """What each system reads of each set; nothing where no text is known."""
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
        yield _plot("read", "Read exactly right, with 95 % intervals", words, partial(plots.read_by_set, read))


def error_plots(errors: ErrorReport) -> Iterator[Plot]:
    """The characters that are confused, and a plot of each breakdown that has two known groups."""
    if errors.mistaken:
        words = "Most frequent: " + ", ".join(frequent_confusions(errors))
        yield _plot("confusion", "Characters confused", words, partial(plots.confusion, errors))
    for shares in errors.breakdowns:
        if sum(group.label != UNKNOWN for group in shares.groups) > 1:
            yield _breakdown(shares)


def _breakdown(shares: Breakdown) -> Plot:
    title = f"Read by {shares.by}"
    if len(shares.groups) > GROUPS:
        title += f", {GROUPS} of {len(shares.groups)} groups"
        shares = shares.model_copy(update={"groups": shares.groups[:GROUPS]})
    words = "; ".join(f"{shares.label(g)}: {percent(g.read)} of {g.n}" for g in shares.groups)
    return _plot(shares.by.replace(" ", "-"), title, words, partial(plots.breakdown, shares))


def calibration_plots(calibration: CalibrationReport) -> Iterator[Plot]:
    """Whether the confidence is true, and what refusing unsure readings buys."""
    groups = {PHOTOGRAPHS: calibration.real, DRAWN: calibration.synthetic}
    there = {name: group for name, group in groups.items() if group is not None}
    words = _each(there, lambda g: f"confidence {percent(g.confidence)} on average, right {percent(g.read.value)}")
    yield _plot("reliability", "Is the confidence true?", words, partial(plots.reliability, there))
    words = _each(
        there, lambda g: f"{percent(_risk_of_half(g))} of the surer half are wrong, {percent(1 - g.read.value)} of all"
    )
    yield _plot("risk-coverage", "What refusing unsure readings buys", words, partial(plots.risk_coverage, there))


def _risk_of_half(group: CalibrationGroup) -> float:
    return min(group.risk_coverage, key=lambda point: abs(point.coverage - 0.5)).risk


def _each(groups: Mapping[str, CalibrationGroup], words: Callable[[CalibrationGroup], str]) -> str:
    return "; ".join(f"{name}: {words(group)}" for name, group in groups.items())


def _plot(name: str, title: str, words: str, draw: Draw) -> Plot:
    return Plot(f"plot-{name}.png", title, words, draw)
