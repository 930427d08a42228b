"""Chooses where on a canvas an object is pasted: over a real plate, or on its own."""

import cv2
import numpy as np

from src.core.geometry import FILL, box_to_corners, corners_to_box, iou_matrix
from src.core.types import Boxes, Corners, Image
from src.data.synthesis.capture.pose import transform
from src.data.transforms.scene import Floats

LONG, SHORT = 520.0, 305.0
"""The widths in millimetres of plates of one line and of squarer ones."""
SQUARER = 2.9
"""A plate of at most this aspect counts as squarer."""
WIDTHS = (20.0, 460.0)
"""The range of the width in pixels of an object that stands alone: nobody could recognise a narrower plate."""
FILLED = 0.95
"""An object fills at most this share of the canvas's width."""
LEAST_BESIDE = 4.0
"""An object beside a plate has sides of at least this many pixels: nobody could see a smaller one."""
TRIES = 8
ON_VEHICLE = 0.7
"""This share of the objects that stand alone stands near a plate of the scene, if there is one."""
TURNS = 55.0
"""An object may be turned by this many degrees to either side: motorcycles lean, cameras are held aslant."""


def over(
    box: Boxes,
    corners: Floats,
    aspect: float,
    rng: np.random.Generator,
    millimetres: float | None = None,
    turned: float = 0.0,
) -> Corners:
    """Returns corners [4, 2] for an object of ``aspect`` that replaces the plate in ``box`` [4], at its natural size.

    ``corners`` [4, 3] of the old plate give its pose if they are visible. A plate with only a box gets a small random
    pose, or with the probability ``turned`` any rotation. If a squarer object replaces a long plate, or a long one a
    squarer plate, their widths in ``millimetres`` (None: LONG or SHORT) give its size. Otherwise it is as wide as the
    old plate, since nobody knows whether a car or a motorcycle carries it.
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
    """Tells whether an object ``aspect`` times as wide as high is shaped like plates of two lines or American ones."""
    return aspect <= SQUARER


def _millimetres(aspect: float) -> float:
    return SHORT if is_squarer(aspect) else LONG


def _in_the_pose_of(corners: Corners, aspect: float, wide: float) -> Corners:
    """Gives the object the perspective of the old plate; ``wide`` is relative to that plate's width."""
    span = [np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])]
    high = wide * float(span[0]) / aspect / float(span[1])
    unit = np.array([[-wide, -high], [wide, -high], [wide, high], [-wide, high]], np.float32) / 2
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]], np.float32)
    return transform(cv2.getPerspectiveTransform(square, corners.astype(np.float32)), unit)


def _posed(middle: Floats, width: float, aspect: float, turned: float, rng: np.random.Generator) -> Corners:
    """Returns a rectangle around ``middle`` [2] in a slightly oblique view, turned a little.

    With the probability ``turned`` it is turned by up to TURNS degrees.
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
    """Returns corners [4, 2] for an object of ``aspect`` clear of ``taken`` [M, 4]; None if no room was found.

    Every other object is about as large as the existing plates, the others have any width of WIDTHS. With the
    probability ``turned`` it has any rotation.
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
    """Moves ``corners`` [4, 2] onto a canvas of ``size`` [2], so that large objects find a place too."""
    box = corners_to_box(corners)
    moved: Corners = corners + np.maximum(2 - box[:2], 0) - np.maximum(box[2:] - (size - 2), 0)
    return moved


def beside(image: Image, taken: Boxes, aspect: float, rng: np.random.Generator) -> Corners | None:
    """Returns corners [4, 2] for an object of ``aspect`` right above, below or next to one of ``taken`` [M, 4].

    Stickers, dealers' names and badges hang like this. Returns None if it would meet a box, or leave the picture.
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
    """Returns a point on the vehicle around a plate, or anywhere."""
    if len(taken) and rng.random() < ON_VEHICLE:
        box = taken[int(rng.integers(len(taken)))]
        reach = (box[2] - box[0]) * rng.normal(0, (1.2, 0.8))
        return ((box[:2] + box[2:]) / 2 + reach).astype(np.float32)
    return (rng.uniform(0.03, 0.97, 2) * size).astype(np.float32)


def _is_free(image: Image, box: Boxes, taken: Boxes) -> bool:
    """Tells whether ``box`` with a margin meets no other box, and lies on the picture rather than on its padding."""
    points = box_to_corners(box).astype(int).clip(0, np.array(image.shape[1::-1]) - 1)
    filled = (image[points[:, 1], points[:, 0]] == FILL).all(1)
    return not touches(widened(box)[None], taken) and not filled.any()


def widened(box: Boxes) -> Boxes:
    """Widens ``box`` [4] by the room for a holder, a shadow, and what is painted over around it."""
    wide: Boxes = box + (0.3 * (box[3] - box[1]) + 2) * np.array([-1, -1, 1, 1], np.float32)
    return wide


def touches(boxes: Boxes, others: Boxes) -> bool:
    """Tells whether any of ``boxes`` [N, 4] meets any of ``others`` [M, 4]."""
    return bool((iou_matrix(boxes, others) > 0).any())


def outside(corners: Corners, image: Image) -> bool:
    """Tells whether a corner lies beyond the canvas."""
    return bool((corners < 0).any() or (corners > np.array(image.shape[1::-1])).any())
