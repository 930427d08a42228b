import numpy as np
import pytest

from src.core.geometry import box_to_corners
from src.training.detection_metrics import DetectionMetrics, suppressed

PLATES = np.array([[0, 0, 20, 5], [0, 50, 60, 65], [100, 0, 300, 40]], np.float32)


NONE = np.zeros((0, 4), np.float32)


def known(boxes: np.ndarray, *visible: int) -> np.ndarray:
    """Corners ``[M, 4, 3]`` of the boxes."""
    return np.concatenate([box_to_corners(boxes), np.repeat(visible, 4).reshape(-1, 4, 1)], -1).astype(np.float32)


def test_suppressed_keeps_the_best_of_overlapping_boxes() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60], [90, 90, 95, 95]], np.float32)
    assert suppressed(boxes, np.array([0.6, 0.9, 0.5, 0.0001], np.float32)).tolist() == [1, 2]


def test_recall_is_counted_by_the_width_of_the_true_plate() -> None:
    metrics = DetectionMetrics()
    for boxes in ([[1, 0, 20, 5], [100, 0, 290, 40]], [[0, 50, 60, 65], [400, 400, 440, 410]]):
        found = np.array(boxes, np.float32)
        metrics.add(
            found, np.array([0.9, 0.25], np.float32), box_to_corners(found), PLATES, known(PLATES, 0, 0, 0), NONE
        )
    values = metrics.compute()
    assert values["recall"] == pytest.approx(3 / 6)
    assert [values[f"recall_{r}"] for r in ("0_24", "48_96", "96_10000")] == [0.5, 0.5, 0.5]
    assert "recall_24_48" not in values


def test_what_is_perfect_has_full_marks_and_what_is_unsure_no_recall() -> None:
    metrics = DetectionMetrics()
    scores = np.array([0.9, 0.8, 0.1], np.float32)
    metrics.add(PLATES, scores, box_to_corners(PLATES), PLATES, known(PLATES, 0, 1, 1), NONE)
    values = metrics.compute()
    assert (values["ap50"], values["ap"], values["corner_error"]) == pytest.approx((1, 1, 0))
    assert values["recall"] == pytest.approx(2 / 3)


def test_corner_error_is_of_the_matched_plates_whose_corners_are_known() -> None:
    metrics = DetectionMetrics()
    corners = box_to_corners(PLATES)
    corners[0] += 100  # nobody marked this plate's
    corners[1, 3, 0] += 12  # a corner of four, by a fifth of the width: 5 % on average
    corners[2] += np.array([6, 8])  # all of them by a twentieth
    metrics.add(PLATES, np.full(3, 0.9, np.float32), corners, PLATES, known(PLATES, 0, 1, 1), NONE)
    # pulled in, the lower edge is still measured on the truth
    assert metrics.compute()["corner_error"] == pytest.approx(5)


def test_without_marked_corners_there_is_no_corner_error_and_a_reset_forgets_all() -> None:
    metrics = DetectionMetrics()
    metrics.add(PLATES, np.full(3, 0.9, np.float32), box_to_corners(PLATES), PLATES, known(PLATES, 1, 1, 1), NONE)
    metrics.reset()
    nowhere = np.zeros((0, 4, 3), np.float32)
    metrics.add(PLATES, np.full(3, 0.9, np.float32), box_to_corners(PLATES), NONE, nowhere, NONE)
    values = metrics.compute()
    assert values["recall"] == 0
    assert "corner_error" not in values


def test_what_lies_over_an_ignored_box_costs_nothing() -> None:
    boxes, scores = PLATES[[2, 0]], np.array([0.9, 0.8], np.float32)  # the surer one is no plate
    true, ignore = PLATES[:1], PLATES[2:]
    values = []
    for ignored in (ignore, NONE):
        metrics = DetectionMetrics()
        metrics.add(boxes, scores, box_to_corners(boxes), true, known(true, 0), ignored)
        values.append(metrics.compute())
    assert [v["ap50"] for v in values] == pytest.approx([1, 0.5])
    assert [v["recall"] for v in values] == [1, 1]
