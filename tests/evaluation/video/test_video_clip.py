"""Where plates are in rendered clips, and when they count as legible."""

import numpy as np
import pytest

from src.evaluation.video.clip import Conditions, Pole, has_contrast, legible, truth
from src.evaluation.video.motion import HEIGHT, WIDTH, across, approach, shake, standing, steady, with_a_stop
from tests.evaluation.video.stage import DAY, clip


def row(x: float, y: float = 400, scale: float = 1.0, turn: float = 0.0) -> tuple[float, float, float, float]:
    return x, y, scale, turn


def test_a_plate_is_where_its_path_says() -> None:
    (passage,) = truth(clip([row(500), row(600, 420, 2.0)]))
    assert passage.boxes[0].box == pytest.approx((450, 389, 550, 411))
    assert passage.boxes[1].box == pytest.approx((500, 398, 700, 442))
    assert (passage.first, passage.last, passage.legible) == (0.0, 0.04, 2)


def test_the_camera_moves_everything() -> None:
    (passage,) = truth(clip([row(500)], camera=np.array([[30.0, -10.0]])))
    assert passage.boxes[0].box == pytest.approx((480, 379, 580, 401))


def test_a_plate_that_is_far_cut_or_hidden_is_not_legible() -> None:
    rows = [row(500, scale=0.4), row(500), row(40), row(500)]
    rows[3] = row(860)
    assert legible(clip(rows, poles=(Pole(850, 40),)), 0).tolist() == [False, True, False, False]


def test_a_blurred_plate_is_not_legible() -> None:
    rows = [row(500 + 20 * n) for n in range(3)]  # a character is 16.7 pixels wide
    assert legible(clip(rows), 0).all()
    assert not legible(clip(rows, conditions=Conditions(0.0, 20, 0.9)), 0).any()


def test_noise_takes_the_contrast() -> None:
    assert has_contrast(clip([row(500)]), 0)
    assert not has_contrast(clip([row(500)], conditions=Conditions(60.0, 20, 0.0)), 0)


def test_a_nearer_vehicle_hides_the_one_behind_it() -> None:
    behind, before = [row(500)] * 3, [row(1200, 420), row(520, 420), row(np.nan, np.nan, np.nan, np.nan)]
    both = clip(behind, before)
    assert legible(both, 0).tolist() == [True, False, True]
    assert legible(both, 1).tolist() == [True, True, False]
    first, second = truth(both)
    assert [box.time for box in first.boxes] == [0.0, 0.08]
    assert [box.time for box in second.boxes] == [0.0, 0.04]


def test_an_approach_grows_evenly_in_distance_and_leaves_below() -> None:
    path = approach(steady(101), 0.5, 2.0, np.random.default_rng(0))
    assert path[0, 2] == pytest.approx(0.5)
    assert path[85, 2] == pytest.approx(2.0)
    assert path[-1, 1] > HEIGHT
    distances = 1 / path[:86, 2]
    assert np.diff(distances) == pytest.approx(np.full(85, distances[1] - distances[0]))


def test_a_crossing_vehicle_is_out_of_view_at_both_ends() -> None:
    path = across(30, 1.0, 100.0, 400, rightwards=False, rng=np.random.default_rng(0), still=5)
    assert np.isnan(path[:5]).all()
    assert path[5, 0] > WIDTH + 50
    assert path[-1, 0] < -50


def test_a_stop_is_a_part_of_the_way_without_movement() -> None:
    way = with_a_stop(100, 0.6, 0.4)
    assert (way[0], way[-1]) == (0.0, 1.0)
    assert (np.diff(way) >= 0).all()
    assert 25 <= (np.diff(way) < 1e-9).sum() <= 40


def test_a_standing_vehicle_and_a_shaking_camera() -> None:
    assert np.ptp(standing(9, 1.0, np.random.default_rng(0)), axis=0).tolist() == [0, 0, 0, 0]
    offsets = shake(50, 6.0, np.random.default_rng(1))
    assert np.abs(offsets).max() == pytest.approx(6.0)
    assert DAY.night == 1
