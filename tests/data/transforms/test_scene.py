"""Boxes, corners and ignore boxes stay on their pixels, whatever is done to the picture."""

import numpy as np
import pytest

from src.data.transforms.scene import Scene, fit, flip_horizontally, mosaic, no_boxes, warp

SQUARE = np.array([[50, 40, 110, 60]], np.float32)


def white_plate(height: int = 100, width: int = 200, box: tuple[int, ...] = (50, 40, 110, 60), marked: bool = True):
    """A white plate, and a red thing to ignore right of it, on black."""
    image = np.zeros((height, width, 3), np.uint8)
    x1, y1, x2, y2 = box
    image[y1:y2, x1:x2] = 255
    image[10:30, 130:170] = (255, 0, 0)
    corners = np.array([[[x1, y1, 1], [x2, y1, 1], [x2, y2, 1], [x1, y2, 1]]], np.float32) * marked
    return Scene(image, np.array([box], np.float32), corners, np.array([[130, 10, 170, 30]], np.float32))


def inside(image, box, channel: int = 1) -> float:
    """Mean of one channel within ``box``."""
    x1, y1, x2, y2 = np.round(box).astype(int)
    return float(image[y1:y2, x1:x2, channel].mean())


def turned(degrees: float, scale: float, size: int) -> np.ndarray:
    """Turns the plate about its middle, which comes to the middle of the canvas."""
    angle = np.deg2rad(degrees)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([linear, np.full(2, size / 2) - linear @ [80, 50]])


def test_fit_moves_all_with_the_pixels() -> None:
    scene = fit(white_plate(), 64)
    assert scene.image.shape == (64, 64, 3)
    assert scene.boxes[0].tolist() == pytest.approx([16, 28.8, 35.2, 35.2], abs=0.01)
    assert scene.corners[0, 2].tolist() == pytest.approx([35.2, 35.2, 1], abs=0.01)
    assert scene.ignore[0].tolist() == pytest.approx([41.6, 19.2, 54.4, 25.6], abs=0.01)


def test_a_flip_renumbers_the_corners() -> None:
    scene = flip_horizontally(white_plate())
    assert scene.boxes[0].tolist() == [90, 40, 150, 60]
    assert scene.corners[0, :2].tolist() == [[90, 40, 1], [150, 40, 1]]
    assert inside(scene.image, scene.boxes[0]) == 255
    assert inside(scene.image, scene.ignore[0], 0) == 255
    assert inside(scene.image, scene.ignore[0], 1) == 0


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_a_warp_keeps_corners_on_the_pixels(scale: float) -> None:
    scene = warp(white_plate(), turned(20, scale, 240), 240, 0.4)
    bright = np.argwhere(scene.image[..., 1] > 160)[:, ::-1] + 0.5
    reach = scene.corners[0, :, :2] - 120
    axes = np.array([[np.cos(np.pi / 9), -np.sin(np.pi / 9)], [np.sin(np.pi / 9), np.cos(np.pi / 9)]])
    assert reach @ axes == pytest.approx(np.array([[-30, -10], [30, -10], [30, 10], [-30, 10]]) * scale, abs=1e-3)
    found = np.abs((bright - 120) @ axes).max(0)
    assert found == pytest.approx(np.array([30, 10]) * scale, abs=1.0)


def test_known_corners_make_a_tight_box_and_a_box_alone_a_wide_one() -> None:
    tight = warp(white_plate(), turned(20, 1, 240), 240, 0.4)
    corners = tight.corners[0, :, :2]
    assert tight.boxes[0].tolist() == pytest.approx([*corners.min(0), *corners.max(0)], abs=1e-3)
    little, alone = (warp(white_plate(marked=marked), turned(3, 1, 240), 240, 0.4) for marked in (True, False))
    assert alone.corners[..., 2].sum() == 0
    assert alone.boxes[0].tolist() == pytest.approx(little.boxes[0].tolist(), abs=1e-3)  # both from a level box


def test_a_box_without_corners_that_turns_far_is_not_learnt() -> None:
    turned_far = warp(white_plate(marked=False), turned(20, 1, 240), 240, 0.4)
    assert (len(turned_far.boxes), len(turned_far.corners)) == (0, 0)
    known = warp(white_plate(), turned(20, 1, 240), 240, 0.4)
    assert turned_far.ignore[-1].tolist() == pytest.approx(known.boxes[0].tolist(), abs=1e-3)


@pytest.mark.parametrize(("left", "kept"), [(-15, 1), (-45, 0)])
def test_a_plate_cut_off_is_dropped(left: int, kept: int) -> None:
    matrix = np.array([[1, 0, left - 50], [0, 1, 0]], float)
    scene = warp(white_plate(), matrix, 240, 0.4)
    assert len(scene.boxes) == len(scene.corners) == kept
    if kept:
        assert scene.boxes[0].tolist() == [0, 40, 45, 60]


def test_a_plate_too_small_to_ask_for_is_ignored() -> None:
    scene = warp(white_plate(), np.array([[0.1, 0, 20], [0, 0.1, 20]]), 64, 0.4)
    assert len(scene.boxes) == 0
    assert len(scene.corners) == 0
    assert scene.ignore.tolist() == [pytest.approx([33, 21, 37, 23]), pytest.approx([25, 24, 31, 26])]


def test_mosaic_marks_lie_on_their_pixels() -> None:
    kept = 0
    for seed in range(20):
        scene = mosaic([white_plate()] * 4, 128, np.random.default_rng(seed))
        assert len(scene.boxes) == len(scene.corners)
        for box in scene.boxes:
            assert box.min() >= 0
            assert box.max() <= 128
            assert inside(scene.image, box) > 150
        for box in scene.ignore:
            kept += 1
            if (box[2:] - box[:2] > 2).all():
                assert inside(scene.image, box, 0) > 150
                assert inside(scene.image, box, 1) < 60
    assert kept > 20


def test_a_plate_cut_by_its_tile_keeps_the_box_that_is_seen() -> None:
    """Its corners beyond the tile do not bring the whole box back when the mosaic is moved."""
    wide = white_plate(60, 200, (20, 20, 180, 50))
    empty = Scene(np.zeros((60, 200, 3), np.uint8), no_boxes(), np.zeros((0, 4, 3), np.float32))
    for seed in range(20):
        four = mosaic([wide, empty, empty, empty], 120, np.random.default_rng(seed), 0.1)
        for box, corners in zip(four.boxes, four.corners, strict=True):
            if corners[:, 2].all():
                continue
            moved = warp(four, np.array([[1.0, 0, 5], [0, 1, 3]]), 240, 0.1)
            assert moved.boxes[0].tolist() == pytest.approx((box + np.array([5, 3, 5, 3])).tolist(), abs=1e-3)
            return
    pytest.fail("no mosaic has cut the plate")
