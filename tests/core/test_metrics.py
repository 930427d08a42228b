"""The metric on pictures small enough to count by hand."""

import numpy as np
import pytest

from src.core.geometry import box_to_corners
from src.core.metrics import corner_error, covers_ends, match_boxes, over_ignored

BOX = np.array([0, 0, 100, 20], np.float32)
FAR = np.array([0, 100, 100, 120], np.float32)
NONE = np.zeros((0, 4), np.float32)


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


@pytest.mark.parametrize(
    ("box", "covers"),
    [
        ((0, 0, 100, 20), True),
        ((2.9, 0, 97.1, 20), True),  # the crop adds 1 pixel, and 2 may be missing
        ((3.2, 0, 100, 20), False),
        ((0, 0, 96.8, 20), False),
        ((-50, -40, 150, 60), True),  # however fat: the overlap says so
        ((0, 0, 100, 7), False),  # above the line of text
        ((0, 0, 100, 12), True),
        ((50, 10, 50, 10), False),
    ],
)
def test_a_crop_covers_both_ends_but_for_a_tenth_of_the_height(box: tuple[float, ...], covers: bool) -> None:
    assert covers_ends(box_to_corners(np.array(box, np.float32)), box_to_corners(BOX)) == covers


def test_ends_are_those_along_the_plate() -> None:
    """A plate of 100 x 20, turned: the upright box around it holds its ends, corners 4 pixels short do not."""
    turn = np.deg2rad(30)
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    true = np.array([x * across + y * down for x, y in ((-50, -10), (50, -10), (50, 10), (-50, 10))], np.float32)
    around = box_to_corners(np.array([*true.min(0), *true.max(0)], np.float32))
    assert covers_ends(around, true)
    short = true.copy()
    short[1:3] -= 4 * across
    assert not covers_ends(short.astype(np.float32), true)
    short[1:3] += 2 * across
    assert covers_ends(short.astype(np.float32), true)
