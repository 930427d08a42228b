"""Every figure of the calibration against a count by hand."""

import numpy as np
import pytest

from src.evaluation.accuracy.plate_result import ScoredPlate
from src.evaluation.metrics.calibration import (
    CURVE_POINTS,
    CalibrationReport,
    Readings,
    calibration_error,
    calibration_report,
    measure,
    point_figures,
    selective_risk,
)


def readings(confidence: list[float], right: list[int], image: list[str] | None = None) -> Readings:
    names = image or [str(i) for i in range(len(right))]
    return Readings(np.array(confidence), np.array(right, float), np.array(names))


def outcome(**changes: object) -> ScoredPlate:
    stated = {
        "set": "gate",
        "flow": "ocr",
        "image": "a.jpg",
        "plate": 0,
        "source": "cam",
        "box": (0, 0, 9, 3),
        "truth": "AB1",
        "found": True,
        "iou": 1.0,
        "text": "AB1",
        "confidence": 0.9,
    }
    return ScoredPlate.model_validate(stated | changes)


def test_calibration_error_of_ten_bins_of_two() -> None:
    """Two readings a bin: in each the mean confidence against the share that is right."""
    confidence = np.linspace(0.05, 1.0, 20)
    right = np.array([0, 1] * 10, float)
    by_hand = np.mean([abs((confidence[i] + confidence[i + 1]) / 2 - 0.5) for i in range(0, 20, 2)])
    assert calibration_error(confidence, right) == pytest.approx(by_hand)


def test_calibration_error_of_a_reader_that_is_always_sure() -> None:
    assert calibration_error(np.ones(50), np.array([1, 0] * 25, float)) == pytest.approx(0.5)
    assert calibration_error(np.full(50, 0.5), np.array([1, 0] * 25, float)) == pytest.approx(0)


def test_calibration_error_does_not_depend_on_the_order_among_equals() -> None:
    confidence = np.repeat([0.3, 0.7], 10)
    right = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], float)
    assert calibration_error(confidence, right) == pytest.approx(0)
    assert calibration_error(confidence, np.concatenate([right[9::-1], right[:9:-1]])) == pytest.approx(0)


def test_risk_of_four_readings() -> None:
    """From the surest: right, right, wrong, right. Kept 1 to 4, wrong 0, 0, 1 of 3, 1 of 4."""
    kept, risk = selective_risk(np.array([0.2, 0.4, 0.6, 0.8]), np.array([1, 0, 1, 1.0]))
    assert kept.tolist() == [4, 3, 2, 1]
    np.testing.assert_allclose(risk, [1 / 4, 1 / 3, 0, 0])
    assert measure("", readings([0.6, 0.2, 0.8, 0.4], [1, 1, 1, 0])).aurc.value == pytest.approx((1 / 4 + 1 / 3) / 4)


def test_a_threshold_keeps_all_of_its_own_confidence() -> None:
    kept, risk = selective_risk(np.array([0.5, 0.5, 0.9]), np.array([0, 1, 1.0]))
    assert kept.tolist() == [3, 3, 1]
    np.testing.assert_allclose(risk, [1 / 3, 1 / 3, 0])


def test_brier_mean_and_read() -> None:
    group = measure("gate", readings([0.9, 0.6, 0.8], [1, 0, 1]))
    assert group.brier.value == pytest.approx((0.01 + 0.36 + 0.04) / 3)
    assert group.confidence == pytest.approx(2.3 / 3)
    assert (group.name, group.n, group.read.value) == ("gate", 3, pytest.approx(2 / 3))
    plain = point_figures(readings([0.9, 0.6, 0.8], [1, 0, 1]))
    assert {name: getattr(group, name).value for name in ("read", "ece", "brier", "aurc")}.items() <= plain.items()


def test_the_precise_threshold_is_the_lowest_that_holds() -> None:
    """Of the 100 surest readings one is wrong, below them all are: 100 of 120 can be kept."""
    confidence = [0.3 + 0.005 * i for i in range(120)]
    right = [0] * 20 + [1] * 50 + [0] + [1] * 49
    precise = measure("", readings(confidence, right)).precise
    assert precise is not None
    assert precise.threshold.value == pytest.approx(confidence[20])
    assert precise.coverage.value == pytest.approx(100 / 120)
    assert precise.coverage.low < precise.coverage.value < precise.coverage.high


def test_no_threshold_is_precise_where_the_surest_reading_is_wrong() -> None:
    assert measure("", readings([0.2, 0.9], [1, 0])).precise is None


def test_bins_and_curve_are_the_points_to_draw() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.random(500)
    group = measure("", readings(confidence.tolist(), (rng.random(500) < confidence).astype(int).tolist()))
    assert [b.n for b in group.bins] == [50] * 10
    assert sum(b.confidence * b.n for b in group.bins) / 500 == pytest.approx(group.confidence)
    assert sum(b.right * b.n for b in group.bins) / 500 == pytest.approx(group.read.value)
    assert sum(abs(b.confidence - b.right) for b in group.bins) / 10 == pytest.approx(group.ece.value)
    curve = group.risk_coverage
    assert len(curve) <= CURVE_POINTS
    assert (curve[0].coverage, curve[-1].coverage) == (1 / 500, 1)
    assert curve[-1].risk == pytest.approx(1 - group.read.value)
    assert [p.threshold for p in curve] == sorted((p.threshold for p in curve), reverse=True)


def test_few_readings_make_fewer_bins() -> None:
    assert [b.n for b in measure("", readings([0.2, 0.9], [0, 1])).bins] == [1, 1]


def test_the_interval_is_of_images_not_of_plates() -> None:
    """A hundred readings of two pictures say no more than two: one picture all right, the other all wrong."""
    confidence, right = [0.5] * 100, [1] * 50 + [0] * 50
    together = measure("", readings(confidence, right, ["a"] * 50 + ["b"] * 50)).read
    apart = measure("", readings(confidence, right)).read
    assert (together.low, together.high) == (0, 1)
    assert 0.38 < apart.low < 0.42
    assert 0.58 < apart.high < 0.62


def test_an_interval_holds_its_figure() -> None:
    """Resampled, a perfect calibration of ten readings looks worse in nearly every draw."""
    group = measure("", readings([0.5] * 10, [1, 0] * 5))
    assert group.ece.low == group.ece.value == pytest.approx(0)


def test_readings_with_known_truth_count_once() -> None:
    report = calibration_report(
        [
            outcome(flow="ocr", confidence=0.8),
            outcome(flow="path", confidence=0.6),  # the same plate: this is the reading
            outcome(image="b.jpg", truth=None),  # nobody knows
            outcome(image="c.jpg", flow="path", found=False, text="", confidence=0.0),  # missed, though
            outcome(image="c.jpg", flow="ocr"),  # it would have been read
        ]
    )
    assert report is not None
    assert (report.pooled.n, report.pooled.confidence) == (1, 0.6)


def test_photographs_and_drawn_plates_are_kept_apart() -> None:
    report = calibration_report(
        [
            outcome(confidence=0.9),
            outcome(image="b.jpg", source="street", text="X", confidence=0.4),
            outcome(set="synthetic", image="s-1", source="synthetic", confidence=0.7),
        ]
    )
    assert report is not None
    assert report.real is not None
    assert report.synthetic is not None
    assert (report.pooled.n, report.real.n, report.synthetic.n) == (3, 2, 1)
    assert report.real.read.value == 0.5
    assert [(g.name, g.n) for g in report.sources] == [("cam", 1), ("street", 1)]
    assert CalibrationReport.model_validate_json(report.model_dump_json()) == report


def test_pictures_of_one_name_in_two_sets_are_two() -> None:
    report = calibration_report([outcome(set="a"), outcome(set="b")])
    assert report is not None
    assert report.pooled.n == 2


def test_without_readings_there_is_no_report() -> None:
    assert calibration_report([]) is None
    assert calibration_report([outcome(truth=None)]) is None
    drawn = calibration_report([outcome(source="synthetic")])
    assert drawn is not None
    assert (drawn.real, drawn.sources) == (None, ())
