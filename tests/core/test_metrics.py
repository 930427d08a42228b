"""The metric on pictures small enough to count by hand."""

import numpy as np
import pytest

from src.core.metrics import corner_error, edit_distance, match_boxes, over_ignored

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


def test_corner_error_is_in_per_cent_of_the_true_width() -> None:
    true = np.array([[0, 0], [40, 30], [40, 40], [0, 10]], np.float32)  # a plate 50 wide, turned
    moved = true + np.array([[3, 4], [0, 0], [0, 0], [0, 0]], np.float32)  # by 5 at one corner of four
    np.testing.assert_allclose(corner_error(np.stack([moved, true]), np.stack([true, true])), [2.5, 0])


def test_what_lies_over_an_ignored_box_is_told_apart() -> None:
    np.testing.assert_array_equal(over_ignored(np.stack([BOX, FAR + 2]), FAR[None]), [False, True])
    np.testing.assert_array_equal(over_ignored(np.stack([BOX, FAR]), NONE), [False, False])
    assert over_ignored(NONE, FAR[None]).shape == (0,)
