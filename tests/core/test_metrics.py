"""The metric on pictures small enough to count by hand."""

import numpy as np
import pytest

from src.core.metrics import PrecisionCurve, Score, TruePlate, edit_distance, match_boxes

BOX = np.array([0, 0, 100, 20], np.float32)
FAR = np.array([0, 100, 100, 120], np.float32)
NONE = np.zeros((0, 4), np.float32)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("AB1", "AB1", 0), ("AB1", "A1", 1), ("", "AB", 2), ("KITTEN", "SITTING", 3)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


def test_boxes_match_one_to_one_best_overlap_first() -> None:
    true = np.array([[0, 0, 10, 10], [4, 0, 14, 10]], np.float32)
    predicted = np.array([[3, 0, 13, 10], [0, 0, 10, 10]], np.float32)
    assert match_boxes(predicted, true) == [(1, 0), (0, 1)]


def test_an_overlap_of_just_the_limit_is_no_match() -> None:
    assert match_boxes(np.array([[0, 0, 3, 1]]), np.array([[0, 0, 10, 1]]), iou=0.3) == []
    assert match_boxes(np.array([[0, 0, 3.1, 1]]), np.array([[0, 0, 10, 1]]), iou=0.3) == [(0, 0)]


def test_a_plate_counts_as_read_only_with_the_exact_text() -> None:
    score = Score()
    true = [TruePlate(BOX, "AO1"), TruePlate(FAR, "XYZ")]
    score.add("a.jpg", true, np.stack([FAR + 2, BOX + 1]), ["XYZ", "A01"], [0.9, 0.8], NONE)
    assert (score.plates, score.texts, score.found) == (2, 2, 2)
    assert (score.read, score.read_merged) == (1, 2)
    assert (score.edits, score.characters) == (1, 6)
    assert score.misread == [("a.jpg", "AO1", "A01", 0.8)]


def test_a_plate_that_is_missed_costs_all_its_characters() -> None:
    score = Score()
    score.add("a.jpg", [TruePlate(BOX, "ABC")], np.stack([FAR]), ["ABC"], [0.9], NONE)
    assert (score.found, score.read, score.extra, score.edits) == (0, 0, 1, 3)
    assert score.misread == [("a.jpg", "ABC", "", 0.0)]


def test_a_plate_without_a_text_counts_for_found_alone() -> None:
    score = Score()
    score.add("a.jpg", [TruePlate(BOX, None)], np.stack([BOX]), ["ABC"], [0.9], NONE)
    assert (score.plates, score.found, score.texts, score.read) == (1, 1, 0, 0)
    assert score.rates()["read"] is None
    assert score.rates()["found"] == 1


def test_a_second_box_on_one_plate_is_extra_and_one_on_an_ignored_plate_is_not() -> None:
    score = Score()
    score.add("a.jpg", [TruePlate(BOX, "A")], np.stack([BOX, BOX + 1, FAR]), ["A"] * 3, [1.0] * 3, FAR[None])
    assert score.extra == 1


def test_the_published_text_is_scored_beside_the_corrected_one() -> None:
    score = Score()
    score.add_text("a", TruePlate(BOX, "A01", "AO1"), "A01", 0.9)
    score.add_text("b", TruePlate(BOX, "A01", "AO1"), "AO1", 0.9)
    score.add_text("c", TruePlate(BOX, "B22"), "B22", 0.9)
    assert (score.read, score.read_published, score.read_merged) == (2, 2, 3)


def test_rates_divide_sums_and_not_averages_of_images() -> None:
    score = Score()
    score.add("a", [TruePlate(BOX, "A")], np.stack([BOX]), ["A"], [1.0], NONE)
    many = [TruePlate(BOX + 200 * i, "B") for i in range(3)]
    score.add("b", many, NONE, [], [], NONE)
    rates = score.rates()
    assert (rates["images"], rates["plates"], rates["read"], rates["found"]) == (2, 4, 0.25, 0.25)
    assert rates["cer"] == 0.75
    assert Score().rates()["extra_per_image"] is None


def test_average_precision_by_hand() -> None:
    curve = PrecisionCurve()
    # surest first: hit 0.9, miss 0.8 (a second box on the same plate), hit 0.7; one of three plates missed
    curve.add(np.stack([BOX + 1, BOX]), np.array([0.8, 0.9], np.float32), np.stack([BOX, FAR]))
    curve.add(np.stack([FAR]), np.array([0.7], np.float32), np.stack([FAR]))
    assert curve.average_precision() == pytest.approx((1 + 2 / 3) / 3)


def test_average_precision_needs_true_plates() -> None:
    curve = PrecisionCurve()
    curve.add(np.stack([BOX]), np.array([0.8], np.float32), NONE)
    assert curve.average_precision() is None
    curve.add(NONE, np.zeros(0, np.float32), np.stack([BOX]))
    assert curve.average_precision() == 0
