"""The parts of a plate: where its characters are, what is cut off or hidden, and what is left in a crop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from src.core.geometry import SQUARE, box_to_corners, corners_to_box
from src.core.types import Boxes, Corners, Image

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Subject:
    """A whole plate that will be changed: ``image`` RGB with the plate within ``corners`` [4, 2].

    ``chars`` [n, 4, 2] are the outlines of the characters of ``text`` (None if nobody marked them), and ``rows`` [n]
    their lines, 0 the upper. ``taken`` tells whether it looks like a photograph of a scene: a synthetic crop already
    has the camera's faults.
    """

    image: Image
    corners: Corners
    text: str
    region: str | None
    chars: Corners | None
    rows: Sequence[int]
    taken: bool

    @property
    def height(self) -> float:
        """Returns the mean of the left and right side in pixels."""
        a, b, c, d = self.corners
        return float(np.linalg.norm(d - a) + np.linalg.norm(c - b)) / 2

    @property
    def aspect(self) -> float:
        """Returns width divided by height."""
        a, b, c, d = self.corners
        return float(np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2 / max(self.height, 1e-3)

    def smaller(self, height: float) -> "Subject":
        """Returns the same plate, at most ``height`` pixels high."""
        scale = height / self.height
        if scale >= 1:
            return self
        size = tuple(max(2, round(side * scale)) for side in self.image.shape[1::-1])
        image = np.asarray(cv2.resize(self.image, size, interpolation=cv2.INTER_AREA), np.uint8)
        gain = np.array(size, np.float32) / self.image.shape[1::-1]
        chars = None if self.chars is None else (self.chars * gain).astype(np.float32)
        return replace(self, image=image, corners=(self.corners * gain).astype(np.float32), chars=chars)


def cells_of(subject: Subject) -> Corners:
    """Returns outlines [n, 4, 2] of the characters as marked, or of equal cells that hold at least one for certain."""
    if subject.chars is not None and len(subject.chars):
        return subject.chars
    count = max(len(subject.text), 2)
    square = subject.aspect < SQUARE
    rows = [(0.1, 0.5), (0.5, 0.9)] if square else [(0.15, 0.85)]
    edges = np.linspace(0.06, 0.94, (count + 1) // 2 + 1 if square else count + 1).tolist()
    boxes = [[a, top, b, low] for top, low in rows for a, b in pairwise(edges)]
    return _in_image(subject, np.array(boxes, np.float32))


def _in_image(subject: Subject, boxes: Boxes) -> Corners:
    """Maps boxes [n, 4] of the plate's plane ((0, 0) top left, (1, 1) bottom right) to outlines [n, 4, 2]."""
    unit = box_to_corners(np.array([0, 0, 1, 1], np.float32))
    onto = cv2.getPerspectiveTransform(unit, subject.corners.astype(np.float32))
    points = cv2.perspectiveTransform(box_to_corners(boxes).reshape(-1, 1, 2), onto)
    return np.asarray(points, np.float32).reshape(-1, 4, 2)


def _in_plate(subject: Subject, outlines: Corners) -> Boxes:
    """Maps outlines [n, 4, 2] in the image to boxes [n, 4] of the plate's plane, the inverse of ``_in_image``."""
    unit = box_to_corners(np.array([0, 0, 1, 1], np.float32))
    back = cv2.getPerspectiveTransform(subject.corners.astype(np.float32), unit)
    points = np.asarray(cv2.perspectiveTransform(outlines.reshape(-1, 1, 2), back), np.float32)
    return corners_to_box(points.reshape(-1, 4, 2))


def part_without_an_end(subject: Subject, cells: Corners, known: bool, depth: int, rng: np.random.Generator) -> Corners:
    """Returns corners [4, 2] of a part of a plate without half a character or more, depending on ``depth``."""
    places = _in_plate(subject, cells)
    square = subject.aspect < SQUARE
    low, high = np.array([0.0, 0.0]), np.array([1.0, 1.0])
    axis = int(rng.random() < (0.5 if square else 0.12))  # 0: an end, 1: the top or the bottom
    at_start = rng.random() < 0.5
    starts, ends = places[:, axis], places[:, 2 + axis]
    if axis == 1:
        middles = (starts + ends) / 2
        first = starts.min() if at_start else ends.max()
        span = float((ends - starts).mean())
        lost = span * float(rng.uniform(0.55, 0.75 if not square or np.ptp(middles) < 0.1 else 1.1))
        edge = first + lost if at_start else first - lost
    else:
        order = np.argsort(starts if at_start else -ends)
        chosen = order[min(int(rng.integers(1, 4)) - 1 if rng.random() < 0.5 else 0, len(order) - 2) + depth // 3 :][0]
        share = float(rng.uniform(0.5 if known else 0.65, 1.0)) + 0.1 * depth
        wide = ends[chosen] - starts[chosen]
        edge = starts[chosen] + share * wide if at_start else ends[chosen] - share * wide
    # the crop will be a little larger than the part, and unknown characters begin after a band as wide as a character
    beyond = 0.12 if known else 0.25
    if axis == 0:
        beyond = beyond / subject.aspect + (0.0 if known else 0.08)
    edge = edge + beyond if at_start else edge - beyond
    if at_start:
        low[axis] = min(edge, 0.6)
    else:
        high[axis] = max(edge, 0.4)
    if rng.random() < 0.35:  # the box is shifted along the plate and shows more on the other side
        more = float(rng.uniform(0, 0.4)) / (subject.aspect if axis == 0 else 1.0)
        if at_start:
            high[axis] += more
        else:
            low[axis] -= more
    return _in_image(subject, np.array([[*low, *high]], np.float32))[0]


def boxes_in_crop(subject: Subject, onto: npt.NDArray[np.float64]) -> Boxes:
    """Returns the boxes [n, 4] of the characters in the crop."""
    assert subject.chars is not None
    points = cv2.perspectiveTransform(subject.chars.reshape(-1, 1, 2).astype(np.float32), onto)
    return corners_to_box(np.asarray(points, np.float32).reshape(-1, 4, 2))


def share_inside(boxes: Boxes, size: tuple[int, int]) -> Floats:
    """Returns the share of each of ``boxes`` [n, 4] that lies in a crop of ``size`` (height, width)."""
    within = boxes.clip(0, np.array([size[1], size[0]] * 2, np.float32))
    areas = [(b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (within, boxes)]
    return np.asarray(areas[0] / np.maximum(areas[1], 1e-6), np.float32)


def share_hidden(mask: npt.NDArray[np.uint8], cells: Corners) -> Floats:
    """Returns the share of each outline [n, 4, 2] that ``mask`` [H, W] covers."""
    shares = []
    for cell in cells:
        area = np.zeros_like(mask)
        cv2.fillConvexPoly(area, np.round(cell).astype(np.int32), 255)
        whole = max(int(np.count_nonzero(area)), 1)
        shares.append(int(np.count_nonzero(cv2.bitwise_and(area, mask) > 127)) / whole)
    return np.array(shares, np.float32)
