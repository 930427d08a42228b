"""Makes plates unreadable, so that pictures can be published."""

from collections.abc import Sequence

import cv2
import numpy as np

from src.core.geometry import box_to_corners, corners_to_box, widen
from src.core.types import Corners, Detection, Image
from src.runtime.detector import Detector

MARGIN = 0.35
"""Each plate is hidden with a margin of this share of its height: a corner may be off by a little."""
SOFT = 0.15
"""The share of its height over which the edge of what is hidden goes over into the picture."""
LEAST_CONFIDENCE = 0.1
"""Plates of which the detector is this sure are hidden: a wrong box harms less than a plate that is seen."""


def hiding(detector: Detector) -> Detector:
    """Returns the same detector for what is to be hidden: it also finds plates of which it is hardly sure."""
    return detector.above(min(detector.min_confidence, LEAST_CONFIDENCE))


def hide_found(image: Image, found: Sequence[Detection]) -> Image:
    """Returns a copy of ``image``, RGB, in which nothing of the plates ``found`` is left."""
    return hide(image, [box_to_corners(d.box) if d.corners is None else d.corners for d in found])


def hide(image: Image, plates: Sequence[Corners]) -> Image:
    """Returns a copy of ``image``, RGB, in which nothing of ``plates`` (corners ``[4, 2]``) is left.

    The place of a plate is filled from what is around it, so that its pixels are gone rather than mixed.
    """
    hidden = image.copy()
    for corners in plates:
        _fill(hidden, widen(corners, MARGIN))
    return hidden


def _fill(image: Image, corners: Corners) -> None:
    """Fills the quadrilateral in place."""
    height, width = image.shape[:2]
    tall = max(float(np.linalg.norm(corners[3] - corners[0])), 2.0)
    soft = max(1, round(SOFT * tall))
    around = round(tall) + 2 * soft
    x1, y1, x2, y2 = corners_to_box(corners[None])[0]
    left, top = max(int(x1) - around, 0), max(int(y1) - around, 0)
    right, bottom = min(int(x2) + around + 1, width), min(int(y2) + around + 1, height)
    if right - left < 2 or bottom - top < 2:
        return
    part = image[top:bottom, left:right]
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners - (left, top)).astype(np.int32), 255)
    # pictures are large, and what is filled is smooth: the filling is found on a small one
    scale = min(1.0, 64 / max(part.shape[:2]))
    size = max(2, round(part.shape[1] * scale)), max(2, round(part.shape[0] * scale))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    covered = cv2.dilate(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.ones((3, 3), np.uint8)) > 0
    known = (~covered).astype(np.float32)[..., None]
    if not known.any():
        part[:] = 114
        return
    filled = small.astype(np.float32)
    for spread in (1, 2, 4, 8, 16, 32, 64):  # the nearest surroundings first
        weights = cv2.GaussianBlur(known, (0, 0), spread)[..., None]
        values = cv2.GaussianBlur(small * known, (0, 0), spread)
        missing = covered & (weights[..., 0] > 0.02)
        filled[missing] = (values / np.maximum(weights, 1e-6))[missing]
        covered = covered & ~missing
    smooth = cv2.GaussianBlur(filled, (0, 0), 2.0)
    large = cv2.resize(smooth, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)
    alpha = cv2.GaussianBlur(cv2.dilate(mask, np.ones((2 * soft + 1,) * 2, np.uint8)), (0, 0), soft / 2)
    alpha = np.maximum(alpha, mask)[..., None] / 255
    part[:] = np.clip(part * (1 - alpha) + large * alpha, 0, 255).astype(np.uint8)
