"""Where on a canvas a paste comes to lie: over a real plate, or on its own."""

import cv2
import numpy as np

from src.core.geometry import FILL, box_to_corners, corners_to_box, iou_matrix
from src.core.types import Boxes, Corners, Image
from src.data.synthesis.capture.pose import transform
from src.data.transforms.scene import Floats

LONG, SHORT = 520.0, 305.0
"""Widths in millimetres of plates in one line and of squarer ones."""
SQUARER = 2.9
"""The aspect under which a plate is taken for one of the latter."""
WIDTHS = (20.0, 460.0)
"""Of a paste that stands alone, in pixels: on a patch narrower than that nobody could see that it is a plate."""
FILLED = 0.95
"""Of the canvas's width at most."""
LEAST_BESIDE = 4.0
"""Pixels of either side under which a thing beside a plate could not be seen."""
TRIES = 8
ON_VEHICLE = 0.7
"""Share of pastes that stand alone near a plate of the scene, where there is one."""
TURNS = 55.0
"""Degrees to either side by which a paste may be turned: motorcycles lean, cameras are held aslant."""


def over(
    box: Boxes,
    corners: Floats,
    aspect: float,
    rng: np.random.Generator,
    millimetres: float | None = None,
    turned: float = 0.0,
) -> Corners:
    """Corners [4, 2] for a thing of ``aspect`` where the plate ``box`` [4] is, as large as it would be there.

    ``corners`` [4, 3] of the old plate give its pose where they are visible; a box alone gets a small random one, or
    with the odds of ``turned`` any turn. Where a squarer thing takes the place of a long plate or a long one that of a
    squarer, their widths in ``millimetres`` say how large it is (None: LONG or SHORT); else it is as wide as the old
    one, of which nobody knows whether a car or a motorcycle carries it.
    """
    width, height = float(box[2] - box[0]), float(box[3] - box[1])
    across = width * float(rng.uniform(0.9, 1.15))
    if is_squarer(aspect) != is_squarer(width / height):
        across *= (millimetres or _millimetres(aspect)) / _millimetres(width / height)
    if corners[:, 2].all():
        return _in_the_pose_of(corners[:, :2], aspect, across / width)
    middle = (box[:2] + box[2:]) / 2 + rng.normal(0, 0.04, 2).astype(np.float32) * height
    return _posed(middle, across, aspect, turned, rng)


def is_squarer(aspect: float) -> bool:
    """Whether a thing ``aspect`` times as wide as high has the shape of plates of two lines or of American ones."""
    return aspect <= SQUARER


def _millimetres(aspect: float) -> float:
    return SHORT if is_squarer(aspect) else LONG


def _in_the_pose_of(corners: Corners, aspect: float, wide: float) -> Corners:
    """The old plate's own perspective; ``wide`` against its width."""
    span = [np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])]
    high = wide * float(span[0]) / aspect / float(span[1])
    unit = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]], np.float32) / 2
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]], np.float32)
    return transform(cv2.getPerspectiveTransform(square, corners.astype(np.float32)), unit)


def _posed(middle: Floats, width: float, aspect: float, turned: float, rng: np.random.Generator) -> Corners:
    """A rectangle around ``middle`` [2], seen a little from the side and from above, turned a little or by any TURNS.

    ``turned`` are the odds of the latter.
    """
    half, high = width / 2, width / aspect / 2 * float(rng.uniform(0.92, 1.3))
    quad = np.array([[-half, -high], [half, -high], [half, high], [-half, high]], np.float32)
    quad[:, 1] *= 1 + quad[:, 0] / half * float(rng.normal(0, 0.04))
    quad[:, 0] += quad[:, 1] * float(rng.normal(0, 0.06))
    quad[:, 1] += quad[:, 0] * float(rng.normal(0, 0.06))  # from the side and above, upright edges stay upright
    angle = np.deg2rad(float(rng.uniform(-TURNS, TURNS) if rng.random() < turned else rng.normal(0, 4)))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    corners: Corners = (quad @ turn + middle).astype(np.float32)
    return corners


def alone(image: Image, taken: Boxes, aspect: float, rng: np.random.Generator, turned: float = 0.0) -> Corners | None:
    """Corners [4, 2] for a thing of ``aspect`` clear of the boxes ``taken`` [M, 4]; None where no room was found.

    Every other one is about as large as the plates that are there, the others have any width of WIDTHS. With the odds
    of ``turned`` it has any turn.
    """
    size = np.array(image.shape[1::-1], np.float32)
    for _ in range(TRIES):
        width = _width(taken, float(size[0]), rng) * min(1.0, _millimetres(aspect) / LONG * 1.2)
        corners = _moved_in(_posed(_near(taken, size, rng), max(width, WIDTHS[0]), aspect, turned, rng), size)
        box = corners_to_box(corners)
        if (box[:2] >= 2).all() and (box[2:] <= size - 2).all() and _is_free(image, box, taken):
            return corners
    return None


def _moved_in(corners: Corners, size: Floats) -> Corners:
    """``corners`` [4, 2] moved onto a canvas of ``size`` [2], so that what is large finds its place too."""
    box = corners_to_box(corners)
    moved: Corners = corners + np.maximum(2 - box[:2], 0) - np.maximum(box[2:] - (size - 2), 0)
    return moved


def beside(image: Image, taken: Boxes, aspect: float, rng: np.random.Generator) -> Corners | None:
    """Corners [4, 2] for a thing of ``aspect`` right above, below or next to one of the boxes ``taken`` [M, 4].

    So hang stickers, dealers' names and badges. None where that would meet a box, or leave the picture.
    """
    if not len(taken):
        return None
    old = taken[int(rng.integers(len(taken)))]
    size = old[2:] - old[:2]
    high = min(float(size[0] * rng.uniform(0.3, 1.1)) / aspect, float(size[1]) * 1.2)
    thing = np.array([high * aspect, high], np.float32)
    way = int(rng.random() < 0.75)  # 1: above or below
    middle = (old[:2] + old[2:]) / 2 + size * rng.uniform(-0.4, 0.4, 2).astype(np.float32)
    gap = (size[way] + thing[way]) / 2 + float(rng.uniform(0.08, 0.5)) * size[1]
    middle[way] = (old[way] + old[way + 2]) / 2 + (gap if rng.random() < 0.5 else -gap)
    corners = _posed(middle, float(thing[0]), aspect, 0.0, rng)
    box = corners_to_box(corners)
    if thing.min() < LEAST_BESIDE or outside(corners, image) or touches(box[None], taken):
        return None
    return corners


def _width(taken: Boxes, size: float, rng: np.random.Generator) -> float:
    most = min(WIDTHS[1], FILLED * size)
    if len(taken) and rng.random() < 0.5:
        box = taken[int(rng.integers(len(taken)))]
        return float(np.clip((box[2] - box[0]) * np.exp(rng.normal(0, 0.4)), WIDTHS[0], most))
    return float(np.exp(rng.uniform(np.log(WIDTHS[0]), np.log(most))))


def _near(taken: Boxes, size: Floats, rng: np.random.Generator) -> Floats:
    """On the vehicle around a plate, or anywhere."""
    if len(taken) and rng.random() < ON_VEHICLE:
        box = taken[int(rng.integers(len(taken)))]
        reach = (box[2] - box[0]) * rng.normal(0, (1.2, 0.8))
        return ((box[:2] + box[2:]) / 2 + reach).astype(np.float32)
    return (rng.uniform(0.03, 0.97, 2) * size).astype(np.float32)


def _is_free(image: Image, box: Boxes, taken: Boxes) -> bool:
    """Whether ``box`` with a margin meets no other, and lies on the picture rather than on its fill."""
    points = box_to_corners(box).astype(int).clip(0, np.array(image.shape[1::-1]) - 1)
    filled = (image[points[:, 1], points[:, 0]] == FILL).all(1)
    return not touches(widened(box)[None], taken) and not filled.any()


def widened(box: Boxes) -> Boxes:
    """``box`` [4] with room for a holder, a shadow, and what is painted over around it."""
    wide: Boxes = box + (0.3 * (box[3] - box[1]) + 2) * np.array([-1, -1, 1, 1], np.float32)
    return wide


def touches(boxes: Boxes, others: Boxes) -> bool:
    """Whether any of ``boxes`` [N, 4] meets any of ``others`` [M, 4]."""
    return bool((iou_matrix(boxes, others) > 0).any())


def outside(corners: Corners, image: Image) -> bool:
    """Whether a corner lies beyond the canvas."""
    return bool((corners < 0).any() or (corners > np.array(image.shape[1::-1])).any())
