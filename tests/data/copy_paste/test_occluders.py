"""An occluder hides a part of its plate and more than the plate, and spares other plates and the fill."""

from dataclasses import replace

import numpy as np
import pytest

from src.data.copy_paste import occluders
from src.data.copy_paste.occluders import occlude
from src.data.copy_paste.photometry import photometry_of

BOXES = np.array([[100, 120, 180, 142], [20, 30, 70, 44]], np.float32)


def street() -> np.ndarray:
    """Two plates of a colour that nothing else has, on a grey of two shades."""
    image = np.full((256, 256, 3), (95, 105, 120), np.uint8)
    image[:90] = (190, 195, 200)
    for x1, y1, x2, y2 in BOXES.astype(int):
        image[y1:y2, x1:x2] = (0, 255, 90)
    return image


def left(image: np.ndarray, box: np.ndarray) -> float:
    """Which share of ``box`` still has its colour, in a shadow perhaps."""
    x1, y1, x2, y2 = box.astype(int)
    red, green, blue = (image[y1:y2, x1:x2, i].astype(int) for i in range(3))
    return float(((green > 2 * red + 40) & (green > 2 * blue)).mean())


@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("maker", dict.fromkeys(occluders.MAKERS), ids=lambda m: m.__name__)
def test_a_part_of_the_plate_is_hidden_and_more_than_the_plate(maker, marked, monkeypatch) -> None:
    monkeypatch.setattr(occluders, "MAKERS", (maker,))
    corners = np.zeros((2, 4, 3), np.float32)
    if marked:
        corners[:, :, 2] = 1
        corners[:, :, :2] = BOXES[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    look, hidden, beyond = replace(photometry_of(street()), noise=0.0, blur=0.4), [], []
    for seed in range(30):
        image, again = street(), street()
        for each in (image, again):
            occlude(each, 0, BOXES, corners, look, np.random.default_rng(seed))
        assert (image == again).all()
        assert left(image, BOXES[1]) > 0.8
        changed = (image != street()).any(-1)
        if changed.any():
            hidden.append(1 - left(image, BOXES[0]))
            changed[120:142, 100:180] = False
            beyond.append(bool(changed.any()))
    assert len(hidden) > 10
    assert max(hidden) < 0.6
    assert min(hidden) > 0.04
    assert np.mean(beyond) > 0.9


def test_an_occluder_is_not_drawn_onto_the_fill() -> None:
    image = street()
    image[:, 150:] = 114
    for seed in range(20):
        after = image.copy()
        occlude(after, 0, BOXES, np.zeros((2, 4, 3), np.float32), photometry_of(street()), np.random.default_rng(seed))
        assert (after[:, 150:] == 114).all()


def test_a_plate_at_the_very_edge_is_no_fault() -> None:
    for box in ((0, 0, 3, 2), (250, 250, 256, 256), (0, 0, 256, 256)):
        image = street()
        boxes = np.array([box], np.float32)
        occlude(image, 0, boxes, np.zeros((1, 4, 3), np.float32), photometry_of(image), np.random.default_rng(0))
