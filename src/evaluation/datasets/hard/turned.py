"""Photographs turned by 15 to 45 degrees both ways, as a camera that is held askew takes them."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from scipy.optimize import linprog

from src.core.geometry import box_to_corners, corners_to_box
from src.core.types import Boxes
from src.evaluation.datasets.hard.photographs import (
    Made,
    Matrix,
    SourcePhotograph,
    framed,
    labels_in,
    outline,
    plates_of,
)

TURNED = "turned"
DEGREES = (15, 45)
NARROWEST = 40
"""Pixels of a plate's longer side, below which its corners are not known well enough."""
BORDER = 0.15
"""Least distance of the plate from each edge, by its own width."""
SLIMMEST = 0.55
"""A picture's shorter side by its longer one."""


def turned(photographs: Sequence[SourcePhotograph]) -> Iterator[Made]:
    """One of every photograph around the largest plate whose corners are known, where the plate has room enough.

    The picture is the largest upright rectangle that lies in the turned photograph and holds the plate.
    """
    for photograph in photographs:
        known = [(n, p) for _, n, p in plates_of([photograph]) if p.corners is not None]
        if not known:
            continue
        number, plate = max(
            known, key=lambda pair: (pair[1].box[2] - pair[1].box[0]) * (pair[1].box[3] - pair[1].box[1])
        )
        corners = outline(plate)
        if max(np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1)) < NARROWEST:
            continue
        image = photograph.read()
        rng = photograph.rng(TURNED)
        matrix = cv2.getRotationMatrix2D((0.0, 0.0), float(rng.uniform(*DEGREES) * rng.choice([-1, 1])), 1.0)
        whole = box_to_corners(np.array([0, 0, image.shape[1], image.shape[0]], np.float32))
        rectangle = _rectangle(whole @ matrix[:, :2].T, corners_to_box(corners @ matrix[:, :2].T))
        if rectangle is None:
            continue
        x1, y1, x2, y2 = (float(side) for side in rectangle)
        moved: Matrix = matrix - np.array([[0, 0, x1], [0, 0, y1]])
        size = (int(y2 - y1), int(x2 - x1))
        record = labels_in(photograph.record, moved, size, photograph.name(number), turned=True)
        yield Made(record, framed(image, moved, size))


def _rectangle(outer: Boxes, plate: Boxes) -> Boxes | None:
    """The largest upright rectangle ``[4]`` by its half perimeter within the convex ``outer [4, 2]`` around ``plate``.

    A linear programme in the centre and half the sides; None where the plate lies too near the edge.
    """
    edges = np.roll(outer, -1, 0) - outer
    normals = np.stack([edges[:, 1], -edges[:, 0]], 1) / np.linalg.norm(edges, axis=1, keepdims=True)
    normals *= np.sign(((outer - outer.mean(0)) * normals).sum(1, keepdims=True))  # outwards
    border = BORDER * (plate[2] - plate[0])
    x1, y1, x2, y2 = plate + border * np.array([-1, -1, 1, 1])
    rows = [
        *np.hstack([normals, abs(normals)]),
        *([1, 0, -1, 0], [-1, 0, -1, 0], [0, 1, 0, -1], [0, -1, 0, -1]),
        *([0, 0, SLIMMEST, -1], [0, 0, -1, SLIMMEST]),
    ]
    limits = [*(outer * normals).sum(1), x1, -x2, y1, -y2, 0, 0]
    best = linprog([0, 0, -1, -1], rows, limits, bounds=[(None, None)] * 2 + [(0, None)] * 2)
    if not best.success:
        return None
    x, y, across, down = best.x
    return np.array([x - across, y - down, x + across, y + down], np.float32)
