import numpy as np
import pytest

from src.core.types import Boxes
from src.video.tracking import Likeness, Motion, associate

STEP = 1 / 12
SAME, OTHER, BLURRED = Likeness(1.0, 0.9), Likeness(0.001, 0.001), Likeness(0.5, 0.001)


def box(x: float, y: float, width: float = 60, height: float = 14) -> Boxes:
    return np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2], np.float32)


def followed(path: list[Boxes], step: float = STEP) -> Motion:
    motion = Motion.at(path[0], 0.0)
    for number, place in enumerate(path[1:], 1):
        motion.move(place, number * step)
    return motion


def nobody_knows(i: int, j: int) -> Likeness | None:
    return None


def asked(*args: int) -> Likeness | None:
    raise AssertionError("places leave no doubt, so that nothing need be read")


def certain(i: int) -> bool:
    return False


def doubtful(i: int) -> bool:
    return True


def matched(motions: list[Motion], boxes: list[Boxes], time: float, likeness=nobody_knows, unsure=certain):
    found = np.array(boxes, np.float32).reshape(-1, 4)
    return associate(motions, found, time, likeness, unsure)


def test_a_small_plate_that_moves_by_six_of_its_heights_between_frames_is_one_plate():
    motion = Motion.at(box(100, 100), 0.0)
    for number in range(1, 8):
        place = box(100 + 84 * number, 100)
        assert matched([motion], [place], number * STEP, asked) == [0]
        motion.move(place, number * STEP)


def test_a_plate_is_expected_where_its_movement_leads_and_as_large_as_it_grows():
    motion = followed([box(100 + 20 * n, 100 + 5 * n, 60 * 1.05**n, 14 * 1.05**n) for n in range(8)])
    x1, y1, x2, y2 = motion.box(8 * STEP)
    assert (x1 + x2) / 2 == pytest.approx(260, abs=4)
    assert (y1 + y2) / 2 == pytest.approx(140, abs=2)
    assert x2 - x1 == pytest.approx(60 * 1.05**8, rel=0.05)


def test_a_plate_out_of_sight_is_not_sent_away():
    motion = followed([box(100 + 40 * n, 100) for n in range(6)])
    x1, _, x2, _ = motion.box(5 * STEP + 3.0)
    assert (x1 + x2) / 2 < 300 + 40 / STEP


def test_two_cars_that_cross_keep_their_numbers():
    left = [box(100 + 30 * n, 100) for n in range(12)]
    right = [box(430 - 30 * n, 104) for n in range(12)]
    motions = [Motion.at(left[0], 0.0), Motion.at(right[0], 0.0)]
    for n in range(1, 12):
        assert matched(motions, [right[n], left[n]], n * STEP) == [1, 0]
        motions[0].move(left[n], n * STEP)
        motions[1].move(right[n], n * STEP)


def test_what_is_read_decides_where_places_leave_a_doubt():
    motions = [Motion.at(box(100, 100), 0.0), Motion.at(box(220, 100), 0.0)]
    boxes = [box(150, 100), box(170, 100)]
    texts = ["first", "second"]

    def likeness(i: int, j: int) -> Likeness:
        return SAME if texts[i] == ["second", "first"][j] else OTHER

    assert matched(motions, boxes, STEP, likeness) == [1, 0]


def test_another_text_at_the_place_of_a_plate_that_was_hidden_is_another_plate():
    motion = followed([box(100, 100)] * 5)
    assert matched([motion], [box(102, 100)], 1.2, lambda i, j: OTHER, doubtful) == [None]
    assert matched([motion], [box(102, 100)], 1.2, lambda i, j: SAME, doubtful) == [0]
    assert matched([motion], [box(102, 100)], 1.2, nobody_knows, doubtful) == [0]
    assert matched([motion], [box(250, 140)], 1.2, nobody_knows, doubtful) == [None]
    assert matched([motion], [box(250, 140)], 1.2, lambda i, j: SAME, doubtful) == [0]


def test_a_plate_that_jumped_is_the_same_only_if_it_is_read_as_before():
    motion = followed([box(100 + 5 * n, 100) for n in range(6)])
    far = box(125 + 60 * 1.6, 100)
    assert matched([motion], [far], 6 * STEP) == [None]
    assert matched([motion], [far], 6 * STEP, lambda i, j: SAME) == [0]
    assert matched([motion], [box(125 + 60 * 8, 100)], 6 * STEP, lambda i, j: SAME) == [None]


def test_a_plate_does_not_become_three_times_as_wide():
    motion = followed([box(100, 100)] * 5)
    assert matched([motion], [box(100, 100, 200, 46)], 5 * STEP) == [None]


def test_no_tracks_and_no_boxes_are_no_fault():
    assert matched([], [box(1, 1), box(200, 1)], 0.0) == [None, None]
    assert matched([Motion.at(box(1, 1), 0.0)], [], 0.0) == []


def test_the_next_car_with_a_like_text_is_another_where_it_is_not_expected():
    leaving = followed([box(400, 300 + 30 * n, 150, 35) for n in range(8)])  # towards the lower edge
    coming = box(400, 340, 150, 35)
    assert matched([leaving], [coming], 9 * STEP, lambda i, j: BLURRED) == [None]
    assert matched([leaving], [box(400, 555, 150, 35)], 9 * STEP, lambda i, j: BLURRED) == [0]
