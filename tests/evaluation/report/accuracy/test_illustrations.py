"""Which plots a report gets, and their words."""

from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.metrics.errors import error_report
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.document import Plot
from tests.evaluation.reports import calibration, report, system
from tests.evaluation.rows import outcome, scene

ROWS = [outcome("AB1"), outcome("A81", image="b.jpg", region="DE"), outcome("AB1", image="c.jpg", region="RU")]


def of(rows: list[ScoredPlate]) -> dict[str, Plot]:
    built = report(system("ours", rows), errors=error_report(rows), calibration=calibration(9))
    return {plot.file: plot for plot in document(built).plots}


def test_a_breakdown_needs_two_known_groups() -> None:
    assert list(of(ROWS)) == [
        "plot-read.png",
        "plot-confusion.png",
        "plot-region.png",
        "plot-reliability.png",
        "plot-risk-coverage.png",
    ]


def test_words_stand_for_what_is_seen() -> None:
    plots = of(ROWS)
    assert plots["plot-read.png"].words == "gate, ours: 66.7%"
    assert plots["plot-confusion.png"].words == "Most frequent: B → 8 (1)"
    assert plots["plot-region.png"].words == "DE: 0.0% of 1; RU: 100.0% of 1; unknown: 100.0% of 1"
    assert plots["plot-reliability.png"].words == "photographs: confidence 50.0% on average, right 60.0%"
    words = plots["plot-risk-coverage.png"].words
    assert words == "photographs: 0.0% of the surer half are wrong, 40.0% of all"


def test_without_errors_there_is_no_matrix() -> None:
    assert "plot-confusion.png" not in of(ROWS[:1])


def test_a_report_without_texts_has_no_plots() -> None:
    assert document(report(system("ours", [outcome("A", None)], [scene()]))).plots == []
