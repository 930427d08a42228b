"""What a person sees at the end of a run."""

from typing import Any

import pytest

from src.evaluation.accuracy.comparison import Comparison
from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.accuracy.schema import Report
from src.evaluation.accuracy.system_result import SetFigures, System
from src.evaluation.metrics.acceptance import acceptance_report
from src.evaluation.metrics.figures import detection_figures, reading_figures
from src.evaluation.metrics.significance import compare_systems
from src.evaluation.report.accuracy.content import document
from src.evaluation.report.terminal import LISTED, show
from tests.evaluation.accuracy.test_schema import REPORT
from tests.evaluation.metrics.test_acceptance import empty, precise
from tests.evaluation.reports import system
from tests.evaluation.rows import outcome, scene


def measured(texts: str, name: str = "ours") -> System:
    """An image per letter of ``texts``, each with a plate that says A."""
    outcomes: list[ScoredPlate] = [outcome(text, "A", image=f"{n}.jpg") for n, text in enumerate(texts)]
    images = [scene(f"{n}.jpg") for n in range(len(texts))]
    stated: dict[str, Any] = {"name": "gate", "kind": "scenes", "images": len(texts), "plates": len(texts)}
    figures = SetFigures(
        **stated,
        texts=len(texts),
        detector=detection_figures(images),
        ocr=None,
        path=reading_figures(outcomes),
        median_ms={"total": 41.26},
    )
    return System(name=name, sets=(figures,), outcomes=tuple(outcomes), images=tuple(images))


def report(*systems: System, before: System | None = None) -> Report:
    comparison = None
    if before is not None:
        flows, _ = compare_systems([before], systems)
        comparison = Comparison(baseline="old.json", commit="abc", created="then", flows=flows, not_compared=("x: y",))
    return REPORT.model_copy(update={"systems": systems, "comparison": comparison})


def test_every_flow_that_ran_has_a_table_with_all_systems(capsys: pytest.CaptureFixture[str]) -> None:
    show(document(report(measured("AABA"), measured("AAAA", name="peer"))))
    shown = capsys.readouterr().out
    rows = [line.split() for line in shown.splitlines() if line.strip().startswith("gate")]
    assert [row[:3] for row in rows[1:3]] == [["gate", "ours", "75.0%"], ["gate", "peer", "100.0%"]]
    assert rows[1][-2:] == ["4", "41.3"]
    assert "Whole path" in shown
    assert "Detector alone" in shown
    assert "Reader alone" not in shown
    assert "country" not in shown  # no set has a figure for it


def test_what_is_accepted_is_shown_by_set(capsys: pytest.CaptureFixture[str]) -> None:
    ours = system("ours", [], [empty("1", 0.3, 0.97), empty("2")])
    show(document(report(ours).model_copy(update={"acceptance": acceptance_report(ours, precise(0.9))})))
    shown = capsys.readouterr().out
    assert "Accepted from a confidence of 0.900" in shown
    assert ["hard/no-plate", "2", "2", "1", "0", "0", "1"] in [line.split()[:7] for line in shown.splitlines()]


def test_a_comparison_says_what_changed_and_names_the_plates(capsys: pytest.CaptureFixture[str]) -> None:
    show(document(report(measured("AABAAAAA"), before=measured("BBABBBBB"))))
    shown = capsys.readouterr().out
    assert "Compared with old.json (commit abc, then)." in shown
    assert "Only in one of the reports: x: y" in shown
    assert "gate, ours, whole path: 7 became right, 1 wrong, of 8 in both" in shown
    (read,) = [line for line in shown.splitlines() if "whole path" in line and " read " in line]
    assert read.split()[4:7] == ["read", "12.5%", "87.5%"]
    assert "within noise" in read  # seven won, one lost: p = 0.07
    (changed,) = [line for line in shown.splitlines() if "2.jpg" in line]
    assert changed.split() == ["A", "A", "B", "wrong", "2.jpg"]
    assert "detector alone" not in shown[shown.index("Since the baseline") :]  # nothing changed there


def test_of_many_changed_plates_the_first_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show(document(report(measured("A" * 30), before=measured("B" * 30))))
    shown = capsys.readouterr().out
    assert sum(".jpg" in line for line in shown.splitlines()) == LISTED
    assert "and 10 more rows in the report" in shown


@pytest.mark.parametrize(("before", "after", "verdict"), [("B" * 8, "A" * 8, "better"), ("A" * 8, "B" * 8, "worse")])
def test_a_change_beyond_noise_is_better_or_worse(
    capsys: pytest.CaptureFixture[str], before: str, after: str, verdict: str
) -> None:
    show(document(report(measured(after), before=measured(before))))
    shown = capsys.readouterr().out.splitlines()
    words = [line.split() for line in shown if "whole path" in line]
    rows = {word: row[-1] for word in ("read", "CER") for row in words if word in row and "points" in row}
    assert rows == {"read": verdict, "CER": verdict}
