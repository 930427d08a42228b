"""Where pixels move, the truth moves with them."""

import cv2
import numpy as np
import pytest

from src.core.types import Image
from src.data.annotations.manifest import Box, PlateLabel, Record
from src.evaluation.robustness.corruptions import CORRUPTIONS
from src.evaluation.robustness.distort import distort

MOVING = ["rotation", "perspective"]
PLATE = (140.0, 150.0, 260.0, 180.0)
CORNERS = ((140.0, 150.0), (260.0, 150.0), (260.0, 180.0), (140.0, 180.0))
FAR = (300.0, 60.0, 340.0, 80.0)


def drawn(*boxes: Box, size: tuple[int, int] = (300, 400)) -> Image:
    """White rectangles on black."""
    image = np.zeros((*size, 3), np.uint8)
    for x1, y1, x2, y2 in boxes:
        image[int(y1) : int(y2), int(x1) : int(x2)] = 255
    return image


def seen(image: Image) -> tuple[float, float, float, float]:
    """The box of what is more than half white; edges, not pixels."""
    ys, xs = np.nonzero(image[..., 1] > 185)  # what had not been seen is grey, 114
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


@pytest.mark.parametrize("effect", MOVING)
@pytest.mark.parametrize("severity", [1, 3, 5])
@pytest.mark.parametrize("name", ["a", "b", "c"])  # of which one at least turns to either side
def test_the_box_is_where_the_rectangle_is(effect: str, severity: int, name: str) -> None:
    changed = distort(drawn(PLATE), Record(image=name, plates=(PlateLabel(box=PLATE, text="A"),)), effect, severity)
    (plate,) = changed.record.plates
    assert changed.plates == (0,)
    assert (plate.text, plate.corners) == ("A", None)
    np.testing.assert_allclose(plate.box, seen(changed.image), atol=1.5)


@pytest.mark.parametrize("effect", MOVING)
def test_corners_keep_their_order(effect: str) -> None:
    image = drawn(PLATE)
    image[150:158, 140:148] = (255, 0, 0)  # the plate's own top left
    record = Record(image="a", plates=(PlateLabel(box=PLATE, corners=CORNERS, chars=(PLATE,), text="A"),))
    changed = distort(image, record, effect, 5)
    (plate,) = changed.record.plates
    red = np.nonzero((changed.image[..., 0] > 185) & (changed.image[..., 2] < 70))
    distances = [np.hypot(red[1].mean() - x, red[0].mean() - y) for x, y in plate.corners]
    assert int(np.argmin(distances)) == 0
    white = (changed.image[..., 0] > 185).astype(np.uint8)
    outline = cv2.boxPoints(cv2.minAreaRect(cv2.findNonZero(white)))
    if effect == "rotation":  # which leaves a rectangle
        gaps = np.linalg.norm(np.array(plate.corners)[:, None] - outline[None], axis=-1).min(1)
        assert gaps.max() < 2
    assert plate.chars is None  # they would be wrong now


@pytest.mark.parametrize("effect", MOVING)
def test_ignored_boxes_move_too(effect: str) -> None:
    changed = distort(drawn(FAR), Record(image="a", plates=(PlateLabel(box=PLATE),), ignore=(FAR,)), effect, 3)
    np.testing.assert_allclose(changed.record.ignore[0], seen(changed.image), atol=1.5)


def test_a_plate_that_leaves_the_frame_is_ignored() -> None:
    """Near both edges of its corner: turned by 20 degrees, part of it is outside whichever way."""
    edge, hidden = (5.0, 5.0, 125.0, 45.0), (0.0, 0.0, 8.0, 6.0)
    plates = (PlateLabel(box=edge, text="A"), PlateLabel(box=PLATE, text="B"))
    changed = distort(drawn(edge, PLATE), Record(image="a", plates=plates, ignore=(hidden,)), "rotation", 5)
    assert changed.plates == (1,)
    assert [plate.text for plate in changed.record.plates] == ["B"]
    (box,) = changed.record.ignore  # the plate; of `hidden` nothing is left
    assert 0 <= box[0] < box[2] <= 400
    assert 0 <= box[1] < box[3] <= 300


@pytest.mark.parametrize("effect", sorted(set(CORRUPTIONS) - set(MOVING)))
def test_what_does_not_move_keeps_its_record(effect: str) -> None:
    record = Record(image="a", plates=(PlateLabel(box=PLATE, corners=CORNERS, text="A"),), ignore=(FAR,))
    changed = distort(drawn(PLATE), record, effect, 1)
    assert changed.record is record
    assert changed.plates == (0,)


@pytest.mark.parametrize(("effect", "severity"), [("hail", 1), ("rain", 0), ("rain", 6)])
def test_unknown_effects_and_severities_are_errors(effect: str, severity: int) -> None:
    with pytest.raises(KeyError):
        distort(drawn(PLATE), Record(image="a", plates=(PlateLabel(box=PLATE),)), effect, severity)
