"""What is accepted and must not be, counted by hand."""

import pytest

from src.evaluation.accuracy.plate_result import Figure
from src.evaluation.metrics.acceptance import acceptance_report
from src.evaluation.metrics.calibration import CalibrationReport, PreciseThreshold
from tests.evaluation.reports import calibration, system
from tests.evaluation.rows import outcome, scene


def precise(threshold: float) -> CalibrationReport:
    figure = Figure(value=threshold, low=threshold, high=threshold, n=30)
    group = calibration(30).real
    assert group is not None
    group = group.model_copy(update={"precise": PreciseThreshold(threshold=figure, coverage=figure)})
    return calibration(30).model_copy(update={"real": group})


def empty(image: str, *confidences: float, **changes: object) -> object:
    changed = {"set": "hard/no-plate", "extra_confidences": confidences}
    return scene(image, plates=0, found=0, extra=len(confidences)).model_copy(update=changed | changes)


def test_readings_of_what_is_no_plate_are_counted_by_confidence() -> None:
    images = [empty("1", 0.3, 0.5, 0.9), empty("2"), empty("3", 0.95), empty("4", 0.79, 0.8)]
    report = acceptance_report(system("ours", [], images), precise(0.9))
    assert report is not None
    (found,) = report.sets
    assert (report.threshold, found.name, found.images, found.boxes) == (0.9, "hard/no-plate", 4, 6)
    assert found.by_confidence == (1, 2, 2, 1)  # below 0.5, up from 0.5, from 0.8, from 0.95
    assert (found.accepted.value, found.accepted.n) == (2 / 4, 4)
    assert found.partial is None


def test_of_plates_only_those_that_are_not_whole_are_counted_and_a_missed_one_is_not_accepted() -> None:
    plates = [
        outcome("AB", "AB", whole=False, confidence=0.99, plate=0),
        outcome("AB", "AB", whole=False, confidence=0.7, plate=1),
        outcome(None, "AB", whole=False, plate=2),
        outcome("AB", "AB", confidence=0.99, plate=3),
        outcome("AB", "AB", whole=False, confidence=0.99, plate=0, flow="ocr"),
    ]
    report = acceptance_report(system("ours", plates, [scene()]), precise(0.9))
    assert report is not None
    assert report.sets[0].partial is not None
    assert (report.sets[0].partial.value, report.sets[0].partial.n) == (pytest.approx(1 / 3), 3)


def test_without_a_precise_threshold_or_scenes_there_is_no_report() -> None:
    of_scenes = system("ours", [], [scene()])
    assert acceptance_report(of_scenes, None) is None
    assert acceptance_report(of_scenes, calibration(30)) is None
    assert acceptance_report(system("ours", []), precise(0.9)) is None
