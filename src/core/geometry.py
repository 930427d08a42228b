"""The pixel arithmetic that training, evaluation and the runtime share: letterbox, crops and overlaps."""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from src.core.types import Boxes, Corners, Image

FILL = 114
CROP_MARGIN = 0.05
CROP_SIZE = (48, 128)
"""Height and width in pixels of the crops that the shipped reader is given."""
TILTED = 3.0
"""The tilt in degrees from which on a plate is read within its corners. Of the 89 plates of ``val`` with at least this
tilt, 32 are read from the box and 64 from the corners. With less tilt the box reads as well, as the reader learnt from
boxes.
"""
SQUARE = 2.2
"""Plates whose width divided by height is below this may have two lines."""
NEXT = [1, 2, 3, 0]
"""For each corner, the index of the next one."""
SAME_PLATE = 0.5
"""The least overlap (IoU) of a plate's box with the box around its corners."""
INSIDE = 0.7
"""Share of the smaller of two boxes from which on, where it lies in the other one, both are of one plate.

On the scenes of ``val`` (``python -m src.evaluate --split val --sets scenes``), whose plates never overlap, every share
from 0.5 to 0.95 costs no plate; up to 0.7 most boxes too many go: 3 of 60 with ``--min-confidence 0.2``, 1 of 26 by
the card's threshold.
"""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How an image was fitted into a canvas: ``canvas = original * scale + (left, top)``."""

    scale: float
    left: int
    top: int

    def to_original(self, points: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Maps x, y pairs of any shape ``[..., 2k]`` from the canvas back to the original image."""
        pairs = points.reshape(*points.shape[:-1], points.shape[-1] // 2, 2).astype(np.float32)
        pairs = (pairs - np.array([self.left, self.top], np.float32)) / np.float32(self.scale)
        return pairs.reshape(points.shape)


def letterbox(image: Image, size: tuple[int, int]) -> tuple[Image, Letterbox]:
    """Fits ``image`` into ``size = (height, width)``: its aspect is kept, it is centred, the rest is filled with 114.

    It is reduced by ``halved`` and then bilinearly.
    """
    height, width = image.shape[:2]
    scale = min(size[0] / height, size[1] / width)
    new_h, new_w = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (size[0] - new_h) // 2, (size[1] - new_w) // 2
    canvas = np.full((*size, 3), FILL, np.uint8)
    inside = canvas[top : top + new_h, left : left + new_w]
    cv2.resize(halved(image, (new_h, new_w)), (new_w, new_h), dst=inside)
    return canvas, Letterbox(scale, left, top)


def halved(image: Image, size: tuple[float, float]) -> Image:
    """Returns ``image`` with each side halved as long as it is at least twice that of ``size`` (height, width).

    The rest of the reduction can be bilinear. A bilinear pixel looks at 2 x 2 pixels of the original; in a larger
    reduction it would skip those in between, and fine patterns would alias. Averaging by exactly that area takes five
    times as long.
    """
    while True:
        height, width = image.shape[:2]
        half = _half(width, size[1]), _half(height, size[0])
        if half == (width, height):
            return image
        image = np.asarray(cv2.resize(image, half), np.uint8)


def _half(side: int, least: float) -> int:
    return side // 2 if side >= 2 * max(least, 1) else side


def canvas_size(size: tuple[int, int], largest: tuple[int, int], stride: int) -> tuple[int, int]:
    """Returns the smallest canvas on which an image of ``size`` lies as large as on ``largest``, all (height, width).

    Its sides are multiples of ``stride``, as those of ``largest`` must be.
    """
    (height, width), (most_h, most_w) = size, largest
    if height * most_w > width * most_h:  # the height decides the scale
        return most_h, math.ceil(Fraction(width * most_h, height * stride)) * stride
    return math.ceil(Fraction(height * most_w, width * stride)) * stride, most_w


def box_to_corners(boxes: npt.NDArray[Any]) -> Corners:
    """Returns the corners ``[..., 4, 2]`` of boxes ``[..., 4]``, clockwise from the top left."""
    return boxes[..., [0, 1, 2, 1, 2, 3, 0, 3]].reshape(*boxes.shape[:-1], 4, 2).astype(np.float32)


def corners_to_box(corners: npt.NDArray[Any]) -> Boxes:
    """Returns the boxes ``[..., 4]`` around corners ``[..., 4, 2]``."""
    return np.concatenate([corners.min(-2), corners.max(-2)], -1).astype(np.float32)


def form_plates(corners: npt.NDArray[Any], boxes: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Tells which ``corners [N, 4, 2]`` are convex, clockwise and lie around their ``boxes [N, 4]`` (IoU >= 0.5)."""
    edges = corners[..., NEXT, :] - corners
    following = edges[..., NEXT, :]
    # > 0 is a turn to the right, as y points down
    turns = edges[..., 0] * following[..., 1] - edges[..., 1] * following[..., 0]
    fitting = iou_matrix(corners_to_box(corners), boxes).diagonal() >= SAME_PLATE
    sound: npt.NDArray[np.bool_] = (turns > 0).all(-1) & fitting
    return sound


def tilt(corners: Corners) -> float:
    """Returns the angle in degrees of a plate's top edge to the horizontal, positive where its right end hangs
    lower.
    """
    across, down = (corners[1] - corners[0]).tolist()
    return float(np.degrees(np.arctan2(down, across)))


def widen(corners: Corners, margin: float) -> Corners:
    """Moves every corner outwards by ``margin`` times the plate's height, along the plate's own axes."""
    tl, tr, br, bl = corners.astype(np.float32)
    across, down = _unit(tr - tl + br - bl), _unit(bl - tl + br - tr)
    d = margin * (np.linalg.norm(bl - tl) + np.linalg.norm(br - tr)) / 2
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
    widened: Corners = corners + d * (signs[:, :1] * across + signs[:, 1:] * down)
    return widened.astype(np.float32)


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return unit


def crop_matrix(corners: Corners, size: tuple[int, int], margin: float = CROP_MARGIN) -> npt.NDArray[np.float64]:
    """Returns the homography [3, 3] of ``crop_plate``, from pixels of the image to pixels of its crop."""
    target = box_to_corners(np.array([0, 0, size[1], size[0]], np.float32))
    return np.asarray(cv2.getPerspectiveTransform(widen(corners, margin), target), np.float64)


def crop_plate(image: Image, corners: Corners, size: tuple[int, int], margin: float = CROP_MARGIN) -> Image:
    """Cuts out the plate inside ``corners`` [4, 2], widened by ``margin`` of its height, and *stretches* it to
    ``size``.

    ``size`` is (height, width). A box goes through ``box_to_corners`` first. Large plates are ``halved`` before the
    warp, so that they do not alias. Beyond the edge of the image the last pixel is repeated.
    """
    quad = widen(corners, margin)
    height, width = image.shape[:2]
    x1, y1 = np.clip(np.floor(quad.min(0)).astype(int) - 1, 0, [width - 1, height - 1])
    x2, y2 = np.clip(np.ceil(quad.max(0)).astype(int) + 2, [x1 + 1, y1 + 1], [width, height])
    patch = image[y1:y2, x1:x2]
    span_x, span_y = float(np.linalg.norm(quad[1] - quad[0])), float(np.linalg.norm(quad[3] - quad[0]))
    small = halved(patch, (patch.shape[0] * size[0] / max(span_y, 1.0), patch.shape[1] * size[1] / max(span_x, 1.0)))
    factors = np.array([small.shape[1] / patch.shape[1], small.shape[0] / patch.shape[0]], np.float32)
    # pixel centres: position p of the original lies at (p - x1) * factor - 0.5 of the patch's own grid
    source = (quad - np.array([x1, y1], np.float32)) * factors - 0.5
    target = box_to_corners(np.array([0, 0, size[1], size[0]], np.float32)) - 0.5
    matrix = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    warped = cv2.warpPerspective(small, matrix, size[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def iou_matrix(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Returns the intersection over union of boxes ``a [N, 4]`` and ``b [M, 4]`` as ``[N, M]``."""
    overlap, of_a, of_b = _areas(a, b)
    iou: npt.NDArray[np.float32] = overlap / np.maximum(of_a + of_b - overlap, 1e-9)
    return iou


def inside_matrix(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Returns which share of the smaller box lies in the other one, for ``a [N, 4]`` and ``b [M, 4]`` as ``[N, M]``."""
    overlap, of_a, of_b = _areas(a, b)
    share = overlap / np.maximum(np.minimum(of_a, of_b), 1e-9)
    return np.asarray(share, np.float32)


def _areas(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float32], ...]:
    """Returns the areas that boxes of ``a [N, 4]`` and ``b [M, 4]`` have in common, ``[N, M]``, and the areas of
    both.
    """
    a, b = a.reshape(-1, 1, 4).astype(np.float32), b.reshape(1, -1, 4).astype(np.float32)
    overlap = _area(np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:]))
    return overlap, _area(a[..., :2], a[..., 2:]), _area(b[..., :2], b[..., 2:])


def _area(low: npt.NDArray[np.float32], high: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Returns the areas of boxes between points ``[..., 2]``; 0 where ``low`` is not lower."""
    sides: npt.NDArray[np.float32] = np.maximum(high - low, 0)
    return sides[..., 0] * sides[..., 1]


def nms(boxes: npt.NDArray[Any], scores: npt.NDArray[Any], iou_threshold: float) -> npt.NDArray[np.int64]:
    """Greedy non-maximum suppression: returns the indices of the boxes that are kept, best score first.

    A box is dropped where it overlaps a better one by more than ``iou_threshold``, and where one of the two lies in the
    other (INSIDE): it is then a part of the same plate, or the plate with what is around it. Different plates that
    stand close to each other share less.
    """
    order = np.argsort(-scores, kind="stable")
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        others = boxes[rest]
        same = (iou_matrix(boxes[best], others) > iou_threshold) | (inside_matrix(boxes[best], others) >= INSIDE)
        order = rest[~same[0]]
    return np.array(kept, np.int64)
