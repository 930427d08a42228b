"""Turned pictures show no corner of the photograph's edge, and corners stay exact."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from src.core.geometry import tilt
from src.evaluation.datasets.hard.turned import BORDER, DEGREES, NARROWEST, SLIMMEST, turned
from tests.evaluation.datasets.hard.drawings import GROUND, blue_box, label, photograph, quad


def test_plates_are_turned_both_ways_and_their_corners_with_them(tmp_path: Path) -> None:
    angles = []
    for n in range(12):
        (tmp_path / str(n)).mkdir()
        plate = label(quad((70 + 15 * n, 140), 80, 20, degrees=2), text="AB1")
        (made,) = turned([photograph(tmp_path / str(n), plate)])
        (moved,) = made.record.plates or ()
        angles.append(tilt(np.array(moved.corners)) - 2)
        assert moved.text == "AB1"
        assert blue_box(made.image) == pytest.approx(moved.box, abs=1.5)
        height, width = made.image.shape[:2]
        border = BORDER * (moved.box[2] - moved.box[0]) - 1
        assert min(moved.box[0], moved.box[1], width - moved.box[2], height - moved.box[3]) >= border
        assert min(height, width) >= SLIMMEST * max(height, width) - 2
    assert min(angles) < -DEGREES[0] < DEGREES[0] < max(angles)
    assert all(DEGREES[0] - 0.1 < abs(angle) < DEGREES[1] + 0.1 for angle in angles)


def test_nothing_beyond_the_photograph_is_seen(tmp_path: Path) -> None:
    """The outermost pixels are red; a picture that repeated them would show some."""
    taken = photograph(tmp_path, label(quad((200, 150), 80, 20)))
    image = taken.read().copy()
    image[[0, -1]] = image[:, [0, -1]] = (255, 0, 0)
    np.testing.assert_array_equal(image[5, 5], GROUND)

    Image.fromarray(image).save(taken.path)
    (made,) = turned([taken])
    red = (made.image[..., 0] > 200) & (made.image[..., 1] < 60)
    assert red.mean() < 0.002  # where its corners touch the edge


def test_a_plate_without_corners_too_small_or_without_room_is_left_out(tmp_path: Path) -> None:
    for name, plate in (
        ("unmarked", label(quad((200, 150), 80, 20), marked=False)),
        ("small", label(quad((200, 150), NARROWEST - 1, 12))),
        ("corner", label(quad((45, 15), 80, 20))),
        ("edge", label(quad((200, 54), 80, 20))),  # there is room for the plate, and hardly any around it
    ):
        (tmp_path / name).mkdir()
        assert not list(turned([photograph(tmp_path / name, plate)])), name


def test_the_largest_plate_is_the_one_to_be_seen(tmp_path: Path) -> None:
    far, near = label(quad((80, 40), 50, 12)), label(quad((220, 170), 80, 20))
    (made,) = turned([photograph(tmp_path, far, near)])
    widths = [np.linalg.norm(np.subtract(p.corners[1], p.corners[0])) for p in made.record.plates or () if p.corners]
    assert max(widths) == pytest.approx(80, abs=0.1)
    assert made.record.image.endswith("-1")
