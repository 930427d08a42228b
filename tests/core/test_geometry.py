"""Pixel arithmetic against examples worked out by hand."""

import numpy as np
import pytest

from src.core.geometry import (
    FILL,
    Letterbox,
    box_to_corners,
    canvas_size,
    corners_to_box,
    crop_plate,
    form_plates,
    halved,
    inside_matrix,
    iou_matrix,
    letterbox,
    nms,
    widen,
)


def test_letterbox_centres_a_wide_image_and_fills_above_and_below() -> None:
    canvas, fit = letterbox(np.zeros((10, 40, 3), np.uint8), (20, 20))
    assert fit == Letterbox(0.5, 0, 7)
    assert (canvas[7:12] == 0).all()
    assert (canvas[:7] == FILL).all()
    assert (canvas[12:] == FILL).all()


def test_letterbox_centres_a_tall_image() -> None:
    canvas, fit = letterbox(np.zeros((10, 5, 3), np.uint8), (20, 20))
    assert fit == Letterbox(2.0, 5, 0)
    assert (canvas[:, 5:15] == 0).all()
    assert (canvas[:, :5] == FILL).all()


def test_letterbox_keeps_a_sliver_of_an_extreme_image() -> None:
    canvas, _ = letterbox(np.zeros((1, 5000, 3), np.uint8), (32, 32))
    assert (canvas == 0).any()


def test_letterbox_shrinks_by_area_so_that_a_fine_pattern_turns_grey() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    canvas, _ = letterbox(stripes, (16, 16))
    assert (canvas == 100).all()


@pytest.mark.parametrize("factor", [3, 5, 7])
def test_letterbox_skips_no_part_of_a_picture(factor: int) -> None:
    stripes = np.zeros((24 * factor, 24 * factor, 3), np.uint8)
    stripes[:, ::2] = 200
    canvas, _ = letterbox(stripes, (24, 24))
    assert abs(canvas[:, 1:-1].astype(int) - 100).max() < 45  # one pixel in two, seen alone, would be 0 or 200


def test_letterbox_keeps_things_where_they_are() -> None:
    picture = np.zeros((300, 500, 3), np.uint8)
    picture[90:180, 150:400] = 255
    canvas, fit = letterbox(picture, (60, 100))
    rows, columns = (canvas[..., 0] > 127).nonzero()
    box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    np.testing.assert_array_equal(fit.to_original(box), [150, 90, 400, 180])


@pytest.mark.parametrize(
    ("size", "least", "expected"),
    [
        ((64, 96), (16, 24), (16, 24)),
        ((63, 95), (16, 24), (31, 47)),
        ((64, 96), (33, 10), (64, 12)),
        ((1, 9), (0.1, 0.1), (1, 1)),
        ((8, 8), (20, 20), (8, 8)),
    ],
)
def test_either_side_is_halved_down_to_less_than_twice(
    size: tuple[int, int], least: tuple[float, float], expected: tuple[int, int]
) -> None:
    assert halved(np.zeros((*size, 3), np.uint8), least).shape == (*expected, 3)


def test_a_halved_pixel_is_the_mean_of_four() -> None:
    image = np.random.default_rng(0).integers(0, 256, (6, 10, 3), np.uint8)
    mean = image.reshape(3, 2, 5, 2, 3).mean((1, 3))
    np.testing.assert_allclose(halved(image, (3, 5)), mean, atol=0.5)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3000, 4000), (320, 416)),  # 312 rows
        ((1080, 1920), (256, 416)),  # 234
        ((4000, 3000), (416, 320)),
        ((1920, 1080), (416, 256)),
        ((90, 90), (416, 416)),
        ((300, 390), (320, 416)),  # 320, to the pixel
        ((301, 390), (352, 416)),  # 321.07
        ((1, 5000), (32, 416)),
    ],
)
def test_a_canvas_is_no_larger_than_whole_strides_need(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert canvas_size(size, (416, 416), 32) == expected


def test_a_canvas_fits_into_one_that_is_not_square() -> None:
    assert canvas_size((90, 90), (320, 416), 32) == (320, 320)
    assert canvas_size((100, 130), (320, 416), 32) == (320, 416)
    assert canvas_size((100, 260), (320, 416), 32) == (160, 416)


@pytest.mark.parametrize("size", [(97, 131), (131, 97), (64, 64), (250, 33), (7, 200)])
def test_on_its_own_canvas_a_picture_is_as_large_as_on_the_largest(size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.uint8)
    assert letterbox(picture, canvas_size(size, (96, 96), 32))[1].scale == letterbox(picture, (96, 96))[1].scale


def test_a_point_of_the_canvas_maps_back() -> None:
    fit = Letterbox(0.5, 2, 7)
    np.testing.assert_allclose(fit.to_original(np.array([[2, 7, 12, 9]])), [[0, 0, 20, 4]])
    np.testing.assert_allclose(fit.to_original(np.array([[12, 9]])), [[20, 4]])
    assert fit.to_original(np.zeros((0, 4))).shape == (0, 4)


def test_corners_run_clockwise_from_the_top_left() -> None:
    box = np.array([1, 2, 5, 4])
    corners = box_to_corners(box)
    np.testing.assert_array_equal(corners, [[1, 2], [5, 2], [5, 4], [1, 4]])
    np.testing.assert_array_equal(corners_to_box(corners), box)
    assert box_to_corners(np.zeros((3, 4))).shape == (3, 4, 2)


def test_widen_moves_every_side_by_a_share_of_the_height() -> None:
    wide = widen(box_to_corners(np.array([10, 10, 50, 20])), 0.1)
    np.testing.assert_allclose(corners_to_box(wide), [9, 9, 51, 21], atol=1e-5)


def test_widen_follows_a_turned_plate() -> None:
    turned = np.array([[20, 10], [20, 50], [10, 50], [10, 10]], np.float32)  # by 90 degrees, 40 x 10
    wide = widen(turned, 0.1)
    np.testing.assert_allclose(wide, [[21, 9], [21, 51], [9, 51], [9, 9]], atol=1e-5)


def test_corners_form_a_plate_only_if_convex_clockwise_and_around_their_box() -> None:
    box = np.array([10, 10, 50, 20], np.float32)
    upright = box_to_corners(box)
    tilted = np.array([[10, 13], [49, 10], [50, 17], [11, 20]], np.float32)
    cases = {
        "upright": (upright, True),
        "tilted": (tilted, True),
        "counter-clockwise": (upright[::-1], False),
        "crossed": (upright[[0, 1, 3, 2]], False),
        "dented": (np.array([[10, 10], [50, 10], [20, 12], [10, 20]]), False),
        "a point": (np.full((4, 2), 30), False),
        "a line": (upright * [1, 0], False),
        "off its box": (upright + 20, False),
        "too wide": ((upright - 30) * [2.1, 1] + 30, False),
        "not a number": (upright * np.nan, False),
    }
    corners, boxes = np.array([c for c, _ in cases.values()], np.float32), np.tile(box, (len(cases), 1))
    assert dict(zip(cases, form_plates(corners, boxes).tolist(), strict=True)) == {k: v for k, (_, v) in cases.items()}
    assert form_plates(np.zeros((0, 4, 2)), np.zeros((0, 4))).shape == (0,)


def test_crop_of_its_own_size_is_the_picture_itself() -> None:
    image = np.random.default_rng(0).integers(0, 256, (30, 60, 3), np.uint8)
    crop = crop_plate(image, box_to_corners(np.array([8, 6, 40, 22])), (16, 32), margin=0)
    np.testing.assert_array_equal(crop, image[6:22, 8:40])


def test_crop_keeps_the_channel_order() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    image[..., 0], image[..., 2] = 200, 50
    crop = crop_plate(image, box_to_corners(np.array([4, 4, 16, 10])), (8, 16))
    assert (crop == [200, 0, 50]).all()


def test_crop_turns_a_plate_upright_from_its_corners() -> None:
    upright = np.random.default_rng(0).integers(0, 256, (8, 24, 3), np.uint8)
    turned = np.rot90(upright, -1)  # clockwise: the plate's top left is now the top right
    corners = np.array([[8, 0], [8, 24], [0, 24], [0, 0]], np.float32)
    np.testing.assert_array_equal(crop_plate(np.ascontiguousarray(turned), corners, (8, 24), 0), upright)


def test_crop_shrinks_a_large_plate_without_aliasing() -> None:
    image = np.zeros((160, 320, 3), np.uint8)
    image[:, ::2] = 200
    crop = crop_plate(image, box_to_corners(np.array([0, 0, 320, 160])), (16, 32), margin=0)
    assert abs(crop[2:-2, 2:-2].astype(int) - 100).max() <= 2


@pytest.mark.parametrize("box", [[-30, -30, -10, -20], [95, 45, 140, 80]])
def test_crop_repeats_the_edge_beyond_the_picture(box: list[float]) -> None:
    crop = crop_plate(np.full((50, 100, 3), 77, np.uint8), box_to_corners(np.array(box)), (8, 16))
    assert crop.shape == (8, 16, 3)
    assert (crop == 77).all()


def test_iou_by_hand() -> None:
    boxes = np.array([[0, 0, 10, 10]])
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [10, 0, 20, 10], [0, 0, 0, 0]])
    np.testing.assert_allclose(iou_matrix(boxes, others), [[1, 1 / 3, 0, 0]], atol=1e-6)
    assert iou_matrix(np.zeros((0, 4)), others).shape == (0, 4)


def test_nms_keeps_the_best_of_what_overlaps() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10], [0, 4, 10, 14]])
    scores = np.array([0.7, 0.9, 0.3, 0.6])  # the last overlaps the second by 54 / 146 = 0.37
    assert nms(boxes, scores, 0.5).tolist() == [1, 3, 2]
    assert nms(boxes, scores, 0.3).tolist() == [1, 2]
    assert nms(np.zeros((0, 4)), np.zeros(0), 0.5).tolist() == []


WHOLE = (100, 100, 200, 120)


@pytest.mark.parametrize(
    "other",
    [
        (140, 100, 200, 120),  # its right part
        (100, 100, 150, 118),
        (95, 104, 120, 116),  # most of it
        (80, 70, 240, 150),  # all that is around it
        WHOLE,
    ],
)
@pytest.mark.parametrize("better", [0, 1])
def test_nms_keeps_one_box_of_a_plate_and_its_part(other: tuple[int, ...], better: int) -> None:
    scores = np.array([0.5, 0.5])
    scores[better] = 0.8
    assert nms(np.array([WHOLE, other]), scores, 0.5).tolist() == [better]


@pytest.mark.parametrize(
    "other",
    [
        (200, 100, 300, 120),  # beside it
        (100, 120, 200, 140),  # the second one below, as of a trailer
        (190, 96, 290, 118),  # the next car, seen askew
        (100, 113, 200, 133),  # tilted: their boxes share a third
        (140, 106, 240, 126),  # hidden by it in part
        (120, 90, 160, 104),  # a small one above
    ],
)
@pytest.mark.parametrize("scores", [(0.8, 0.5), (0.5, 0.8)])
def test_nms_keeps_a_plate_close_to_another(other: tuple[int, ...], scores: tuple[float, float]) -> None:
    assert sorted(nms(np.array([WHOLE, other]), np.array(scores), 0.5).tolist()) == [0, 1]


def test_how_much_of_the_smaller_box_lies_in_the_other() -> None:
    boxes = np.array([WHOLE, (150, 110, 250, 120), (120, 105, 130, 115), (0, 0, 10, 10), (5, 5, 5, 9)])
    assert inside_matrix(boxes[:1], boxes).tolist() == [[1, 0.5, 1, 0, 0]]
    assert inside_matrix(np.zeros((0, 4)), boxes).shape == (0, 5)
