"""Scenes and their labels, transformed together: letterbox, mirror, affine warp, mosaic."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import FILL, box_to_corners, corners_to_box, letterbox
from src.core.types import Boxes, Image

Floats = npt.NDArray[np.float32]
FLIPPED_CORNERS = [1, 0, 3, 2]
"""After a horizontal flip, the top right corner is the new top left one."""
MIN_WIDTH = 8.0
"""Plates narrower than this many canvas pixels are not asked for: a cell of the detector's finest map is as wide."""
MOST_TURN = 4.0
"""From this many degrees on, a turned box without corners is too loose to be learnt from."""
MOSAIC_SCALES = (0.4, 1.1)
"""The range of a scene's scale in a mosaic, relative to the scale at which it would fill the canvas alone."""


def no_boxes() -> Boxes:
    """Returns an empty array ``[0, 4]``."""
    return np.zeros((0, 4), np.float32)


@dataclass(frozen=True)
class Scene:
    """Holds ``image`` uint8 [H, W, 3] RGB and its plates' ``boxes`` [M, 4] and ``corners`` [M, 4, 3] (x, y, visible).

    A detection of an ``ignore`` box [K, 4] is neither right nor wrong. All are in pixels of ``image``.
    """

    image: Image
    boxes: Floats
    corners: Floats
    ignore: Floats = field(default_factory=no_boxes)


def fit(scene: Scene, size: int) -> Scene:
    """Letterboxes a scene onto a square canvas of ``size`` pixels."""
    canvas, box = letterbox(scene.image, (size, size))
    matrix = np.array([[box.scale, 0, box.left], [0, box.scale, box.top]])
    return _moved(scene, canvas, matrix, (0, 0, size, size), 0.0)


def flip_horizontally(scene: Scene) -> Scene:
    """Mirrors a scene and renumbers the corners, so that they still run clockwise from the top left."""
    width = scene.image.shape[1]
    corners = scene.corners[:, FLIPPED_CORNERS].copy()
    corners[..., 0] = width - corners[..., 0]
    return Scene(scene.image[:, ::-1], _mirrored(scene.boxes, width), corners, _mirrored(scene.ignore, width))


def _mirrored(boxes: Floats, width: int) -> Floats:
    x1, y1, x2, y2 = boxes.T
    return np.stack([width - x2, y1, width - x1, y2], -1)


def warp(scene: Scene, matrix: npt.NDArray[Any], size: int, min_visible: float) -> Scene:
    """Warps the scene by ``matrix`` [2, 3] onto a canvas of ``size`` pixels, padded with 114.

    A plate of which less than ``min_visible`` is on the canvas is dropped. A plate narrower than MIN_WIDTH becomes an
    ignore box, and so does one without corners where ``matrix`` turns by more than MOST_TURN. A scene that becomes
    smaller is first shrunk by pixel area, because bilinear sampling alone would alias.
    """
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    image, pixels = scene.image, matrix.astype(np.float64)
    if scale < 0.9:
        height, width = image.shape[:2]
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), np.uint8)
        pixels = pixels @ np.diag([width / small[0], height / small[1], 1.0])
    pixels = pixels.copy()
    pixels[:, 2] += pixels[:, :2].sum(1) / 2 - 0.5  # OpenCV counts from the centre of the first pixel
    canvas = cv2.warpAffine(image, pixels, (size, size), flags=cv2.INTER_LINEAR, borderValue=(FILL,) * 3)
    moved = _moved(scene, np.asarray(canvas, np.uint8), matrix, (0, 0, size, size), min_visible)
    learnt = moved.boxes[:, 2] - moved.boxes[:, 0] >= MIN_WIDTH
    if abs(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0]))) > MOST_TURN:
        learnt &= moved.corners[..., 2].all(1)
    ignore = np.concatenate([moved.ignore, moved.boxes[~learnt]])
    return Scene(moved.image, moved.boxes[learnt], moved.corners[learnt], ignore)


def mosaic(scenes: Sequence[Scene], size: int, rng: np.random.Generator, min_visible: float = 0.4) -> Scene:
    """Puts four scenes, each at its own scale, around a random centre (Bochkovskiy et al., YOLOv4, 2020)."""
    canvas = np.full((size, size, 3), FILL, np.uint8)
    cx, cy = (int(v) for v in rng.uniform(0.3, 0.7, 2) * size)
    windows = [(0, 0, cx, cy), (cx, 0, size, cy), (0, cy, cx, size), (cx, cy, size, size)]
    placed = []
    for scene, window in zip(scenes, windows, strict=True):
        scale = size / max(scene.image.shape[:2]) * float(rng.uniform(*MOSAIC_SCALES))
        width, height = (max(1, round(side * scale)) for side in scene.image.shape[1::-1])
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        small = np.asarray(cv2.resize(scene.image, (width, height), interpolation=way), np.uint8)
        left = cx - width if window[0] == 0 else cx
        top = cy - height if window[1] == 0 else cy
        x1, y1 = max(left, window[0]), max(top, window[1])
        x2, y2 = min(left + width, window[2]), min(top + height, window[3])
        canvas[y1:y2, x1:x2] = small[y1 - top : y2 - top, x1 - left : x2 - left]
        matrix = np.array([[scale, 0, left], [0, scale, top]])
        placed.append(_cut_off(_moved(scene, canvas, matrix, (x1, y1, x2, y2), min_visible), (x1, y1, x2, y2)))
    boxes, corners, ignore = ([getattr(s, name) for s in placed] for name in ("boxes", "corners", "ignore"))
    return Scene(canvas, np.concatenate(boxes), np.concatenate(corners), np.concatenate(ignore))


def _cut_off(scene: Scene, window: tuple[int, int, int, int]) -> Scene:
    """Marks the corners outside ``window`` as not visible, since boxes are computed from visible corners."""
    corners = scene.corners.copy()
    x, y = corners[..., 0], corners[..., 1]
    inside = (x >= window[0] - 1) & (x <= window[2] + 1) & (y >= window[1] - 1) & (y <= window[3] + 1)
    corners[..., 2] *= inside
    return Scene(scene.image, scene.boxes, corners, scene.ignore)


def _moved(
    scene: Scene, image: Image, matrix: npt.NDArray[Any], window: tuple[int, int, int, int], min_visible: float
) -> Scene:
    """Returns ``image`` with the scene's labels moved by ``matrix`` [2, 3] and cut at ``window`` (x1, y1, x2, y2).

    A plate with corners gets the box around them. A plate with only a box gets the box around the moved corners of that
    box, which is too wide where the matrix turns it: this costs the reader less than a character that is cut off.
    """
    matrix = matrix.astype(np.float32)
    corners = scene.corners.copy()
    corners[..., :2] = _through(matrix, corners[..., :2])
    boxes = corners_to_box(_through(matrix, box_to_corners(scene.boxes)))
    known = corners[..., 2].all(1)
    boxes[known] = corners_to_box(corners[known, :, :2])
    kept, boxes = _inside(boxes, window, min_visible)
    _, ignore = _inside(corners_to_box(_through(matrix, box_to_corners(scene.ignore))), window, 0.0)
    return Scene(image, boxes, corners[kept], ignore)


def _through(matrix: Floats, points: Floats) -> Floats:
    moved: Floats = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _inside(
    boxes: Floats, window: tuple[int, int, int, int], min_visible: float
) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Tells which boxes have more than ``min_visible`` of their area within ``window``, and returns these, cut."""
    cut = boxes.clip(np.array(window[:2] * 2), np.array(window[2:] * 2)).astype(np.float32)
    kept = area(cut) > min_visible * area(boxes)
    return kept, cut[kept]


def area(boxes: Floats) -> Floats:
    """Returns the areas [M] of boxes [M, 4]."""
    areas: Floats = (boxes[:, 2:] - boxes[:, :2]).clip(0).prod(-1)
    return areas
